package dev.kernite.test.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanData;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Two images of 2 x 2, a class each, and noise of one value. */
final class TwoImages implements GanData {
  static final float[] REAL = {0.3f, -0.2f, 0.9f, 0.1f, -0.7f, 0.4f, 0.2f, -0.5f};
  static final float[] NOISE = {0.6f, -1.1f};
  static final int[] LABELS = {1, 0};

  @Override
  public int realRows() {
    return 2;
  }

  @Override
  public int noiseRows() {
    return 2;
  }

  @Override
  public long[] image() {
    return new long[] {1, 2, 2};
  }

  @Override
  public boolean separateNoise() {
    return false;
  }

  @Override
  public long stepsPerEpoch() {
    return 1;
  }

  @Override
  public long fingerprint() {
    return 0;
  }

  @Override
  public void real(long step, Tensor images) {
    images.copyFrom(MemorySegment.ofArray(REAL));
  }

  @Override
  public void noise(long step, boolean generator, Tensor noise) {
    noise.copyFrom(MemorySegment.ofArray(NOISE));
  }

  @Override
  public int classes() {
    return 2;
  }

  @Override
  public void classes(long step, Tensor oneHot) {
    oneHot.copyFrom(MemorySegment.ofArray(new float[] {0, 1, 1, 0}));
  }

  @Override
  public Tensor fixedInput(Engine engine, Gan gan) {
    throw new AssertionError("not asked for");
  }

  /** An image as float64. */
  static double[] image(int row) {
    double[] x = new double[4];
    Arrays.setAll(x, i -> REAL[row * 4 + i]);
    return x;
  }
}
