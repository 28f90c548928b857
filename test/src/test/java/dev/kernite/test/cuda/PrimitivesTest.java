package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a GPU does in hardware ({@code src/test/cuda/primitives.cu}), against the CUDA C++
 * Programming Guide and the PTX manual, written down here once more.
 */
class PrimitivesTest {
  private static final int N = 256;
  private static final List<String> SCHEDULES = List.of("forward", "reverse", "3");

  private static Path folder;

  @BeforeAll
  static void find() throws URISyntaxException {
    URL library = PrimitivesTest.class.getResource("/planted-bugs/check/libplanted-bugs.so");
    assumeTrue(library != null, "the kernels were not built: no g++, no make, or not Linux x86-64");
    folder = Path.of(library.toURI()).getParent().getParent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "check"})
  void shufflesReadTheLaneThatTheGuideNames(String build) {
    float[] x = integers();
    float[] expected = new float[8 * N];
    for (int width : new int[] {32, 8}) {
      int w = width;
      IntBinaryOperator[] sources = {
        (lane, first) -> first + (5 + lane) % w,
        (lane, first) -> lane - 3 < first ? lane : lane - 3,
        (lane, first) -> lane + 3 >= first + w ? lane : lane + 3,
        (lane, first) -> (lane ^ 9) >= first + w ? lane : lane ^ 9,
      };
      for (int k = 0; k < 4; k++) {
        for (int t = 0; t < N; t++) {
          int lane = t % 32;
          int source = sources[k].applyAsInt(lane, lane / w * w);
          expected[((w == 32 ? 0 : 4) + k) * N + t] = x[t - lane + source];
        }
      }
    }
    expect(expected, build, "shuffles", x);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "check"})
  void votesCountTheThreadsThatAgree(String build) {
    float[] x = integers();
    float[] expected = new float[6 * N];
    int all = count(x, 0, N);
    for (int t = 0; t < N; t++) {
      int inWarp = count(x, t / 32 * 32, t / 32 * 32 + 32);
      expected[t] = inWarp;
      expected[N + t] = inWarp > 0 ? 1 : 0;
      expected[2 * N + t] = inWarp == 32 ? 1 : 0;
      expected[3 * N + t] = all;
      expected[4 * N + t] = all > 0 ? 1 : 0;
      expected[5 * N + t] = all == N ? 1 : 0;
    }
    expect(expected, build, "votes", x);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "check"})
  void matrixLoadsDealOutRowsAndColumns(String build) {
    float[] x = integers();
    float[] expected = new float[2 * N];
    for (int lane = 0; lane < 32; lane++) {
      for (int m = 0; m < 4; m++) {
        for (int e = 0; e < 2; e++) {
          int slow = lane / 4;
          int quick = lane % 4 * 2 + e;
          expected[8 * lane + 2 * m + e] = x[8 * (8 * m + slow) + quick];
          expected[N + 8 * lane + 2 * m + e] = x[8 * (8 * m + quick) + slow];
        }
      }
    }
    expect(expected, build, "matrix_loads", x);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "check"})
  void aWarpMultipliesMatrices(String build) {
    float[] x = integers(); // small integers: exact in bf16, and so are the sums in float32
    float[] expected = new float[128];
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 8; j++) {
        double sum = 1;
        for (int k = 0; k < 16; k++) {
          sum += (double) x[16 * i + k] * x[8 * k + j];
        }
        expected[8 * i + j] = (float) sum;
      }
    }
    expect(expected, build, "matrix_product", x);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "check"})
  void asynchronousCopiesArrive(String build) {
    expect(integers(), build, "copies", integers());
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "check"})
  void atomicsLoseNothing(String build) {
    float[] x = integers();
    float[] expected = new float[N + 4];
    Arrays.fill(expected, 0, N, 1);
    float smallest = x[0];
    float largest = x[0];
    for (float value : x) {
      expected[N] += value;
      largest = Math.max(largest, value);
      smallest = Math.min(smallest, value);
    }
    expected[N + 1] = largest;
    expected[N + 2] = smallest;
    expected[N + 3] = 31;
    expect(expected, build, "atomics", x);
  }

  private static void expect(float[] expected, String build, String kernel, float[] values) {
    EmulatedDevice device = new EmulatedDevice(folder.resolve(build).resolve("libplanted-bugs.so"));
    for (String schedule : SCHEDULES) {
      for (String copies : List.of("lazy", "eager")) {
        device.set("schedule", schedule);
        device.set("async", copies);
        device.reset();
        long x = device.copyOf(values);
        long y = device.allocate(expected.length);
        assertEquals(Optional.empty(), device.launch(kernel, 1, N, 0, x, y, N));
        assertArrayEquals(expected, device.read(y, expected.length), schedule + " " + copies);
      }
    }
    device.reset();
  }

  /** Integers from 0 to 250, in no order. */
  private static float[] integers() {
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = i * 89 % 251;
    }
    return values;
  }

  private static int count(float[] x, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += x[i] > 100 ? 1 : 0;
    }
    return count;
  }
}
