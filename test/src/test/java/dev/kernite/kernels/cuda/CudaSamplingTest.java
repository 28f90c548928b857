package dev.kernite.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kernite.kernels.Memory;
import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.test.devices.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Filtered next-token probabilities against a sort in float64. */
@Tag("device")
@Tag("schedule")
final class CudaSamplingTest {
  private static Context context;
  private static Memory memory;
  private static CudaSampling sampling;

  @BeforeAll
  static void open() {
    Device device = Device.any();
    boolean cpu = device == Device.SCALAR || device == Device.VECTOR;
    assumeFalse(cpu, "the CPU samples in the generation package");
    context = Context.open(device == Device.CUDA ? Driver.CUDA : Driver.CUDA_HOST);
    memory = new CudaMemory(context);
    sampling = new CudaSampling(context.kernels());
  }

  @AfterAll
  static void close() {
    if (context != null) {
      context.close();
    }
  }

  private static float[] filter(float[] logits, int rows, float temperature, int k, float p) {
    int cols = logits.length / rows;
    long bytes = 4L * logits.length;
    Memory.Buffer from = memory.allocate(bytes);
    Memory.Buffer to = memory.allocate(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_FLOAT, logits);
      memory.copyIn(host, from.address());
      sampling.filter(from.address(), to.address(), rows, cols, temperature, k, p);
      memory.copyOut(to.address(), host);
      return host.toArray(ValueLayout.JAVA_FLOAT);
    } finally {
      memory.release(from);
      memory.release(to);
    }
  }

  /** Probabilities by sorting; logits are distinct. Fails to choose if p is too near an edge. */
  private static double[] oracle(float[] logits, double temperature, int k, double p) {
    Integer[] order = new Integer[logits.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
    int left = k == 0 ? logits.length : Math.min(k, logits.length);
    double top = logits[order[0]];
    double[] weights = new double[logits.length];
    double mass = 0;
    for (int i = 0; i < left; i++) {
      weights[order[i]] = Math.exp((logits[order[i]] - top) / temperature);
      mass += weights[order[i]];
    }
    double kept = 0;
    for (int i = 0; i < left; i++) {
      double share = kept / mass;
      if (i > 0 && p < 1 && Math.abs(share - p) < 1e-5) {
        return null;
      }
      if (i > 0 && p < 1 && share >= p) {
        weights[order[i]] = 0;
      } else {
        kept += weights[order[i]];
      }
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= kept;
    }
    return weights;
  }

  @Test
  void theTokensThatStayAreTheSortedOnes() {
    Random random = new Random(11);
    int compared = 0;
    for (int round = 0; round < 60; round++) {
      int cols = round < 50 ? 1 + random.nextInt(300) : 1500 + random.nextInt(1500);
      float[] logits = new float[cols];
      for (int c = 0; c < cols; c++) {
        logits[c] = (float) (3 * random.nextGaussian()) + 1e-4f * c; // distinct
      }
      float temperature = 0.4f + random.nextFloat();
      int k = random.nextBoolean() ? 0 : 1 + random.nextInt(cols + 3);
      float p = random.nextInt(3) == 0 ? 1 : random.nextFloat();
      double[] expected = oracle(logits, temperature, k, p);
      if (expected == null) {
        continue;
      }
      compared++;
      float[] actual = filter(logits, 1, temperature, k, p);
      for (int c = 0; c < cols; c++) {
        String what = "%d tokens, top-k %d, top-p %s, token %d".formatted(cols, k, p, c);
        assertEquals(expected[c] == 0, actual[c] == 0, what);
        double off = Math.abs(expected[c] - actual[c]);
        assertTrue(off <= 1e-6 + 1e-5 * expected[c], what);
      }
    }
    assertTrue(compared > 40, "rounds that decide: " + compared);
  }

  @Test
  void tiesStayTogetherAndOneTokenAlwaysStays() {
    float inf = Float.POSITIVE_INFINITY;
    float third = 1 / 3f;
    float[] tied = {1, 3, 3, -inf, 3, -0f};
    assertArrayEquals(new float[] {0, third, third, 0, third, 0}, filter(tied, 1, 1, 2, 1), 1e-7f);
    float[] two = {0, 1, 5, 2, /* a second row */ -0f, 0, -7, -9};
    assertArrayEquals(new float[] {0, 0, 1, 0, 0.5f, 0.5f, 0, 0}, filter(two, 2, 1, 0, 0), 0);
  }
}
