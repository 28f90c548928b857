package dev.kernite.models.gan;

import dev.kernite.engine.Tensor;

/** Hears from a run as it goes on, on the thread that runs it. */
public interface GanListener {
  /** Hears nothing. */
  GanListener NONE = new GanListener() {};

  /** After each step. */
  default void onStep(GanStep step) {}

  /**
   * At the end of each pass over the data, and at the run's end.
   *
   * @param epoch passes begun so far, at least 1
   * @param steps updates made so far
   * @param samples images from the fixed input; freed afterwards
   */
  default void onEpoch(long epoch, long steps, Tensor samples) {}

  /**
   * After the samples of an epoch were judged.
   *
   * @param epoch as for {@link #onEpoch}
   */
  default void onJudged(long epoch, GanJudge.Verdict verdict) {}

  /**
   * At the end, when the results are written.
   *
   * @param samples images from the fixed noise; freed afterwards
   * @param paths images from noise on the way from one vector to another, path by path
   * @param points images on each path
   */
  default void onFinished(Tensor samples, Tensor paths, int points) {}

  /**
   * At the end instead, where images are enlarged.
   *
   * @param reduced what the generator was given, [n, channels, height, width]
   * @param enlarged what it made of them
   * @param truth what it should have made
   */
  default void onEnlarged(Tensor reduced, Tensor enlarged, Tensor truth) {}

  /**
   * When the run can be continued from here.
   *
   * @param steps updates made so far
   */
  default void onSaved(long steps) {}
}
