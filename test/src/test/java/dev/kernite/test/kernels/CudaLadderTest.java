package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cuda.CudaBackend;
import dev.kernite.test.devices.Device;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel ladders: every step computes what the product kernel computes. */
@Tag("cuda")
@Tag("schedule")
final class CudaLadderTest {
  private final CudaBackend backend = (CudaBackend) Device.any().open(1, false);

  @AfterEach
  void close() {
    backend.close();
  }

  static List<String> matmul() {
    return CudaBackend.variants("matmul");
  }

  static List<String> softmax() {
    return CudaBackend.variants("softmax");
  }

  static List<String> attention() {
    return CudaBackend.variants("attention");
  }

  @ParameterizedTest
  @MethodSource("matmul")
  void stepsOfMatmulHaveTheBitsOfTheProductKernel(String step) {
    Random random = new Random(7);
    int[][] shapes = {
      {1, 1, 1}, {33, 65, 70}, {130, 129, 17}, {64, 64, 128}, {5, 3, 0}, {31, 40, 65}
    };
    for (int[] s : shapes) {
      Gemm.Shape shape =
          new Gemm.Shape(
              false,
              false,
              s[0],
              s[1],
              s[2],
              s[2] + 4,
              s[1] + 4,
              s[1] + 1,
              2,
              0,
              s[2] * (s[1] + 4L),
              s[0] * (s[1] + 1L),
              false);
      float[] c = new float[2 * s[0] * (s[1] + 1)];
      try (DeviceArrays arrays = new DeviceArrays(backend, s[0] % 2 * 3)) {
        long a = arrays.of(Draw.values(random, s[0] * (s[2] + 4))).address();
        long b = arrays.of(Draw.values(random, 2 * s[2] * (s[1] + 4))).address();
        DeviceArrays.Array expected = arrays.of(c);
        backend.gemm().multiply(shape, a, b, 0, expected.address());
        DeviceArrays.Array actual = arrays.of(c);
        Gemm ladder = backend.gemm();
        backend.use("matmul", step);
        backend.gemm().multiply(shape, a, b, 0, actual.address());
        assertArrayEquals(expected.bits(), actual.bits(), step + " " + shape);
        assertTrue(ladder != backend.gemm());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("softmax")
  void stepsOfSoftmaxMatchFloat64(String step) {
    backend.use("softmax", step);
    Random random = new Random(8);
    for (int n : new int[] {1, 2, 31, 33, 256, 300, 1500}) {
      int rows = 9;
      float[] x = Draw.values(random, rows * n);
      try (DeviceArrays arrays = new DeviceArrays(backend, n % 4)) {
        DeviceArrays.Array y = arrays.out(x.length);
        backend.softmax().softmax(arrays.of(x).address(), y.address(), rows, n, 1);
        float[] actual = y.floats();
        for (int r = 0; r < rows; r++) {
          double sum = 0;
          for (int j = 0; j < n; j++) {
            sum += Math.exp(x[r * n + j]);
          }
          for (int j = 0; j < n; j++) {
            Close.check(step, Math.exp(x[r * n + j]) / sum, actual[r * n + j], 3e-6, 0);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("attention")
  void stepsOfAttentionMatchFloat64(String step) {
    backend.use("attention", step);
    Random random = new Random(9);
    for (int i = 0; i < 15; i++) {
      CudaAttentionProperties.Case c = CudaAttentionProperties.draw(random, 64);
      AttentionOracle expected =
          new AttentionOracle(c.shape(), c.q(), c.k(), c.v(), c.mask(), c.bias(), c.dout());
      try (DeviceArrays arrays = new DeviceArrays(backend, i)) {
        DeviceArrays.Array out = arrays.of(new float[c.dout().length]);
        DeviceArrays.Array lse = arrays.out(expected.lse.length);
        backend
            .attention()
            .forward(
                c.shape(),
                arrays.of(c.q()).address(),
                arrays.of(c.k()).address(),
                arrays.of(c.v()).address(),
                c.mask() == null ? 0 : arrays.of(c.mask()).address(),
                c.bias() == null ? 0 : arrays.of(c.bias()).address(),
                out.address(),
                lse.address());
        CudaAttentionProperties.check(step, expected.out, out.floats());
        Close.check("lse", expected.lse, lse.floats(), 1e-6, 3e-6);
      }
    }
  }

  @Test
  void anUnknownStepListsTheKnownOnes() {
    String message =
        assertThrows(KernelException.class, () -> backend.use("matmul", "99_magic")).getMessage();
    for (String step : matmul()) {
      assertTrue(message.contains(step), message);
    }
    assertThrows(KernelException.class, () -> backend.use("relu", "01_naive"));
    assertEquals(List.of(), CudaBackend.variants("relu"));
  }

  @Test
  void earlyStepsRefuseWhatTheyDoNotKnow() {
    backend.use("matmul", "03_shared");
    assertThrows(
        KernelException.class,
        () -> backend.gemm().multiply(Gemm.Shape.dense(true, false, 2, 2, 2), 0, 0, 0, 0));
    backend.use("softmax", "02_warp");
    assertThrows(KernelException.class, () -> backend.softmax().softmax(0, 0, 2, 2, 2));
  }
}
