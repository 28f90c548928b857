package dev.kernite.test.gan;

import dev.kernite.engine.Shape;
import dev.kernite.models.data.Dataset;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;

/** Images of 2 x 2: of one class the upper row is bright, of the other the lower one. */
final class Bars implements Dataset, AutoCloseable {
  @Override
  public int size() {
    return 64;
  }

  @Override
  public Shape itemShape() {
    return Shape.of(1, 2, 2);
  }

  @Override
  public List<String> classes() {
    return List.of("upper", "lower");
  }

  @Override
  public int label(int index) {
    return index % 2;
  }

  @Override
  public void read(int index, MemorySegment target) {
    SplittableRandom noise = new SplittableRandom(index);
    for (int i = 0; i < 4; i++) {
      float bright = i / 2 == label(index) ? 0.7f : -0.7f;
      target.setAtIndex(ValueLayout.JAVA_FLOAT, i, bright + (float) noise.nextDouble(-0.2, 0.2));
    }
  }

  @Override
  public long fingerprint() {
    return 1;
  }

  @Override
  public void close() {}
}
