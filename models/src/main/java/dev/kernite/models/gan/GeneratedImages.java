package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Images;
import dev.kernite.models.data.PixelScale;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Images that a trained generator makes of each class, to learn from beside real ones. */
public final class GeneratedImages {
  /** Images at a time, a multiple of four, which a block of random numbers has. */
  private static final int ROWS = 200;

  private static final long NOISE_KEY = 0x6175676D656E74L; // "augment"

  private GeneratedImages() {}

  /**
   * Makes images.
   *
   * @param folder of a finished {@link GanRun} whose networks are told classes
   * @param like real images: their shape and their classes
   * @param perClass how many of each class
   * @param seed decides the noise
   * @return a byte a value, as real images are kept; the classes in turn
   * @throws ModelException if the networks are told other classes or none, or make other images
   */
  public static Images of(Engine engine, Path folder, Dataset like, int perClass, long seed) {
    GanConfig config = GanConfig.of(JsonConfig.read(folder.resolve(GanRun.CONFIG)));
    int classes = like.classes().size();
    if (!(config.condition() instanceof Condition.Classes c) || c.count() != classes) {
      throw new ModelException(
          "%s: its networks are not told one of %d classes; train them with gan --preset cgan"
              .formatted(folder, classes));
    }
    long size = like.itemShape().size();
    if (perClass < 1 || perClass * classes * size > Integer.MAX_VALUE) {
      throw new ModelException(
          "%d images of each class cannot be made; choose from 1 to %d"
              .formatted(perClass, Integer.MAX_VALUE / (classes * size)));
    }
    try (Safetensors weights = Safetensors.open(folder.resolve(GanRun.WEIGHTS));
        Gan gan = Gan.load(engine, config, weights)) {
      return draw(gan, like, perClass * classes, seed);
    }
  }

  private static Images draw(Gan gan, Dataset like, int count, long seed) {
    int size = (int) like.itemShape().size();
    byte[] pixels = new byte[count * size];
    int[] labels = gan.classesInTurn(0, count);
    for (int done = 0; done < count; done += ROWS) {
      int n = Math.min(ROWS, count - done);
      try (Scope _ = gan.engine().scope()) {
        float[] made = rows(gan, done, n, seed).toFloats();
        if (made.length != n * size) {
          throw new ModelException(
              "the generator makes images of %d values, not %s"
                  .formatted(made.length / n, like.itemShape()));
        }
        for (int i = 0; i < made.length; i++) {
          pixels[done * size + i] = (byte) PixelScale.SIGNED.pixel(made[i]);
        }
      }
    }
    Arena arena = Arena.ofShared();
    MemorySegment kept = arena.allocateFrom(ValueLayout.JAVA_BYTE, pixels);
    return new Images(arena, kept, like.itemShape(), labels, like.classes());
  }

  private static Tensor rows(Gan gan, int from, int n, long seed) {
    Engine engine = gan.engine();
    Shape shape = gan.noiseShape(n);
    Tensor noise = engine.zeros(shape);
    long block = from * shape.inner(0) / 4;
    engine.backend().random().normal(noise.address(), noise.size(), 0, 1, NOISE_KEY ^ seed, block);
    return gan.generate(gan.told(noise, gan.oneHot(gan.classesInTurn(from, n))));
  }
}
