package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;

/**
 * What a GAN learns from, by the number of the step: the same step always gives the same images and
 * noise, so the step is all that a resumed run needs to know.
 */
public interface GanData extends AutoCloseable {
  /** Real images, and as many generated ones, in a step of the discriminator. */
  int realRows();

  /** Generated images in a step of the generator. */
  int noiseRows();

  /** Shape of one image, such as [1, 28, 28] or [784]. */
  long[] image();

  /** Whether the generator's step has noise of its own; else it reuses the discriminator's. */
  boolean separateNoise();

  /** Steps that see all images once, at least 1. */
  long stepsPerEpoch();

  /** A number that differs, most likely, when the data does. */
  long fingerprint();

  /**
   * Writes the real images of a step.
   *
   * @param images {@link #realRows} times the size of an image
   */
  void real(long step, Tensor images);

  /**
   * Writes the noise of a step.
   *
   * @param generator for the generator's step, else for the discriminator's
   * @param noise {@link #noiseRows} or {@link #realRows} rows
   */
  void noise(long step, boolean generator, Tensor noise);

  /** Number of classes that the real images have, or 0. */
  default int classes() {
    return 0;
  }

  /**
   * Writes the classes of a step's real images.
   *
   * @param oneHot {@link #realRows} rows of {@link #classes} values
   */
  default void classes(long step, Tensor oneHot) {
    throw new ModelException("the data have no classes to tell the networks");
  }

  /**
   * What samples are made of, always the same: noise, classes behind it if the networks are told
   * any, or reduced {@link #examples}.
   *
   * @param gan says what its generator takes
   * @return a tensor in the current scope
   */
  Tensor fixedInput(Engine engine, Gan gan);

  /**
   * Real images to make smaller and then large again, always the same.
   *
   * @return [n, channels, height, width] in the current scope
   */
  default Tensor examples(Engine engine) {
    throw new ModelException("the data have no images to make smaller");
  }

  /** Nanoseconds that steps have waited for images, in all; 0 where they only have to be read. */
  default long stallNanos() {
    return 0;
  }

  @Override
  default void close() {}
}
