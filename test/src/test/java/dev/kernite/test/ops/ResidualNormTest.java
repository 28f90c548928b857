package dev.kernite.test.ops;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.addLayerNorm;
import static dev.kernite.engine.Functional.addRmsNorm;
import static dev.kernite.engine.Functional.layerNorm;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.rmsNorm;
import static dev.kernite.engine.Functional.sum;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional.Residual;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.test.devices.Device;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Normalising x + residual in one operation, against an addition and a normalisation: the same bits
 * of both results and of all gradients, whichever results are used.
 */
@Tag("device")
@Tag("schedule")
final class ResidualNormTest {
  private static final float EPS = 1e-5f;
  private static final long[] COLUMNS = {1, 7, 64, 768, 1029};
  private static final long ROWS = 3;

  /** Which results the loss depends on. */
  enum Use {
    NORMAL,
    SUM,
    BOTH
  }

  private static Residual apart(Tensor[] in, boolean centred) {
    Tensor sum = add(in[0], in[1]);
    return new Residual(
        sum, centred ? layerNorm(sum, in[2], in[3], EPS) : rmsNorm(sum, in[2], EPS));
  }

  private static Residual together(Tensor[] in, boolean centred) {
    return centred
        ? addLayerNorm(in[0], in[1], in[2], in[3], EPS)
        : addRmsNorm(in[0], in[1], in[2], EPS);
  }

  private static Tensor loss(Residual r, Use use, Tensor[] factors) {
    Tensor normal = sum(mul(r.normal(), factors[0]));
    Tensor total = sum(mul(r.sum(), factors[1]));
    return switch (use) {
      case NORMAL -> normal;
      case SUM -> total;
      case BOTH -> add(normal, total);
    };
  }

  /** Both results, then the gradients of all inputs that have one. */
  private static List<float[]> run(
      Device device, long cols, boolean centred, boolean fused, Use use) {
    List<float[]> seen = new ArrayList<>();
    Engine engine = Engines.guarded(device);
    long before = engine.backend().memory().bytesInUse();
    try (Scope _ = engine.scope()) {
      Tensor[] in = {
        NdArray.random(1, ROWS, cols).on(engine).requireGrad(),
        NdArray.random(2, ROWS, cols).on(engine).requireGrad(),
        NdArray.random(3, cols).on(engine).requireGrad(),
        NdArray.random(4, cols).on(engine).requireGrad()
      };
      Tensor[] factors = {
        NdArray.random(5, ROWS, cols).on(engine), NdArray.random(6, ROWS, cols).on(engine)
      };
      Residual r = fused ? together(in, centred) : apart(in, centred);
      seen.add(r.sum().toFloats());
      seen.add(r.normal().toFloats());
      loss(r, use, factors).backward();
      Engines.checkGuards(engine);
      for (Tensor t : in) {
        seen.add(t.grad() == null ? new float[(int) t.size()] : t.grad().toFloats());
      }
    }
    if (fused) { // apart, a normalisation that is not used keeps what its backward would need
      assertEquals(before, engine.backend().memory().bytesInUse(), "bytes left");
    }
    return seen;
  }

  @ParameterizedTest
  @EnumSource(Use.class)
  void hasTheBitsOfAnAdditionAndANormalisation(Use use) {
    for (Device device : Device.tested()) {
      for (long cols : COLUMNS) {
        for (boolean centred : new boolean[] {true, false}) {
          List<float[]> apart = run(device, cols, centred, false, use);
          List<float[]> together = run(device, cols, centred, true, use);
          for (int i = 0; i < apart.size(); i++) {
            String what = device + ", " + cols + " columns, centred " + centred + ", value " + i;
            assertArrayEquals(apart.get(i), together.get(i), what);
          }
        }
      }
    }
  }
}
