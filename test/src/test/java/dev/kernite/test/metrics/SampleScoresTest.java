package dev.kernite.test.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.ClassHistogram;
import dev.kernite.models.metrics.SignalToNoise;
import org.junit.jupiter.api.Test;

/** Against values computed by hand from the definitions. */
final class SampleScoresTest {
  private static ClassHistogram of(int... counts) {
    ClassHistogram histogram = new ClassHistogram(counts.length);
    for (int label = 0; label < counts.length; label++) {
      for (int i = 0; i < counts[label]; i++) {
        histogram.add(label);
      }
    }
    return histogram;
  }

  @Test
  void sharesModesAndDivergence() {
    ClassHistogram h = of(50, 25, 25, 0);
    assertEquals(4, h.classes());
    assertEquals(100, h.total());
    assertEquals(25, h.count(1));
    assertEquals(0.5, h.share(0));
    assertEquals(3, h.modesCovered(0.25));
    assertEquals(1, h.modesCovered(0.26));
    assertEquals(3, h.modesCovered(0), "a class that was never drawn is not covered");
    // 0.5 ln 2 + 0.25 ln 1 + 0.25 ln 1
    assertEquals(0.5 * Math.log(2), h.klToUniform(), 1e-15);
  }

  @Test
  void theEndsOfTheDivergence() {
    assertEquals(0, of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7).klToUniform(), 1e-15);
    assertEquals(Math.log(10), of(0, 0, 9, 0, 0, 0, 0, 0, 0, 0).klToUniform(), 1e-15);
    assertTrue(Double.isNaN(of(0, 0).klToUniform()));
    assertEquals(0, of(0, 0).share(0));
  }

  @Test
  void unknownClassesAreRefused() {
    assertThrows(ModelException.class, () -> of(1, 1).add(2));
    assertThrows(ModelException.class, () -> of(1, 1).add(-1));
    assertThrows(ModelException.class, () -> new ClassHistogram(0));
  }

  @Test
  void peakSignalToNoiseInDecibels() {
    // An error of a tenth of the range everywhere is 20 dB.
    assertEquals(
        20, SignalToNoise.peakDecibels(new float[] {0.1f, 0.9f}, new float[] {0, 1}, 1), 1e-5);
    assertEquals(
        20, SignalToNoise.peakDecibels(new float[] {-0.8f, 1}, new float[] {-1, 0.8f}, 2), 1e-5);
    // Mean squared error 1/4 of range 1: 10 log10 4.
    assertEquals(
        10 * Math.log10(4),
        SignalToNoise.peakDecibels(new float[] {1, 0, 0, 0}, new float[4], 1),
        1e-12);
    assertEquals(
        Double.POSITIVE_INFINITY, SignalToNoise.peakDecibels(new float[3], new float[3], 1));
    assertThrows(
        ModelException.class, () -> SignalToNoise.peakDecibels(new float[3], new float[2], 1));
    assertThrows(
        ModelException.class, () -> SignalToNoise.peakDecibels(new float[3], new float[3], 0));
  }
}
