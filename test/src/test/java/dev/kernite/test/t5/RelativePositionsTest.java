package dev.kernite.test.t5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.t5.RelativePositions;
import dev.kernite.test.models.Reference;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Buckets of relative positions as transformers computes them, near, far and in both directions.
 */
class RelativePositionsTest {
  @ParameterizedTest
  @CsvSource({"true, buckets.bidirectional", "false, buckets.causal"})
  void areThoseOfTransformers(boolean bidirectional, String name) {
    RelativePositions positions = new RelativePositions(bidirectional, 32, 128);
    try (Safetensors file = Safetensors.open(Reference.path("t5-v1.0/expected.safetensors"))) {
      RawTensor relative = file.tensor("buckets.relative_position");
      RawTensor buckets = file.tensor(name);
      for (int i = 0; i < relative.info().elements(); i++) {
        int distance = (int) value(relative, i);
        assertEquals(value(buckets, i), positions.bucket(distance), name + " of " + distance);
      }
    }
  }

  private static long value(RawTensor t, int i) {
    return t.data().get(ValueLayout.JAVA_LONG_UNALIGNED, (long) Long.BYTES * i);
  }
}
