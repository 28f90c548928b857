package dev.kernite.test.lora;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.AdaptedMatrix;
import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.test.devices.Device;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/** y = W x + b + s B A x and its gradients, against the formulas in float64. */
@Tag("device")
final class AdaptedMatrixProperties {
  private static final double TOLERANCE = 2e-5;

  @Property(tries = 40)
  void valuesAndGradientsFollowFromTheFormula(
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 33) int in,
      @ForAll @IntRange(min = 1, max = 35) int out,
      @ForAll @IntRange(min = 1, max = 5) int rank,
      @ForAll boolean inOut,
      @ForAll long seed) {
    Random random = new Random(seed);
    double[][] x = random(random, rows, in);
    double[][] w = random(random, out, in);
    double[][] a = random(random, rank, in);
    double[][] b = random(random, out, rank);
    double[][] bias = random(random, 1, out);
    double[][] upstream = random(random, rows, out);
    float s = 1.5f;
    double[][] low = product(x, transposed(a));
    double[][] y = sum(sum(product(x, transposed(w)), s, product(low, transposed(b))), 1, bias);
    double[][] dLow = product(upstream, b); // of s x A^T, before the scale
    double[][] dx = sum(product(upstream, w), s, product(dLow, a));
    double[][] da = sum(new double[rank][in], s, product(transposed(dLow), x));
    double[][] db = sum(new double[out][rank], s, product(transposed(upstream), low));

    try (Engine engine = Device.any().engine(2);
        Scope _ = engine.scope()) {
      Tensor tx = tensor(engine, x).requireGrad();
      Tensor tw = tensor(engine, inOut ? transposed(w) : w);
      Tensor ta = tensor(engine, a).requireGrad();
      Tensor tb = tensor(engine, b).requireGrad();
      Tensor tBias = tensor(engine, bias).reshape(out);
      WeightLayout layout = inOut ? WeightLayout.IN_OUT : WeightLayout.OUT_IN;
      AdaptedMatrix matrix =
          new AdaptedMatrix(
              new DenseMatrix(tw, layout), ta, tb, engine.scalar(s), UnaryOperator.identity());
      Tensor ty = matrix.apply(tx, tBias, null);
      ty.backward(tensor(engine, upstream));
      assertClose("y", y, ty);
      assertClose("dx", dx, tx.grad());
      assertClose("dA", da, ta.grad());
      assertClose("dB", db, tb.grad());
      assertNull(tw.grad(), "W is frozen");
    }
  }

  @Property(tries = 5)
  void partsThatDoNotFitAreRefused(@ForAll @IntRange(min = 1, max = 4) int off) {
    try (Engine engine = Device.any().engine(1);
        Scope _ = engine.scope()) {
      DenseMatrix base = new DenseMatrix(engine.zeros(Shape.of(6, 5)), WeightLayout.OUT_IN);
      Tensor one = engine.scalar(1);
      Tensor down = engine.zeros(Shape.of(2, 5 + off));
      Tensor up = engine.zeros(Shape.of(6, 2));
      assertThrows(
          EngineException.class,
          () -> new AdaptedMatrix(base, down, up, one, UnaryOperator.identity()));
      Tensor right = engine.zeros(Shape.of(2, 5));
      Tensor wrong = engine.zeros(Shape.of(6, 2 + off));
      assertThrows(
          EngineException.class,
          () -> new AdaptedMatrix(base, right, wrong, one, UnaryOperator.identity()));
    }
  }

  /** Values that float32 holds exactly, so that both sides start from the same. */
  private static double[][] random(Random random, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian() / 2;
      }
    }
    return values;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  private static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  /** a + s b, where a single row of b stands for all. */
  private static double[][] sum(double[][] a, double s, double[][] b) {
    double[][] c = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        c[i][j] = a[i][j] + s * b[b.length == 1 ? 0 : i][j];
      }
    }
    return c;
  }

  private static Tensor tensor(Engine engine, double[][] values) {
    float[] flat = new float[values.length * values[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) values[i / values[0].length][i % values[0].length];
    }
    return engine.tensor(flat, Shape.of(values.length, values[0].length));
  }

  private static void assertClose(String what, double[][] want, Tensor got) {
    float[] flat = got.toFloats();
    for (int i = 0; i < flat.length; i++) {
      double w = want[i / want[0].length][i % want[0].length];
      double bound = TOLERANCE * (1 + Math.abs(w));
      assertTrue(Math.abs(flat[i] - w) <= bound, what + "[" + i + "]: " + flat[i] + ", " + w);
    }
  }
}
