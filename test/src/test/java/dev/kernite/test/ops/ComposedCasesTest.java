package dev.kernite.test.ops;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.concat;
import static dev.kernite.engine.Functional.crossEntropy;
import static dev.kernite.engine.Functional.matmul;
import static dev.kernite.engine.Functional.mean;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.slice;
import static dev.kernite.engine.Functional.sum;
import static dev.kernite.engine.Functional.tanh;
import static dev.kernite.engine.Functional.transpose;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.test.devices.Device;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The composed cases of {@code fixtures/ops}: programs of several operations, and their gradients.
 */
@Tag("device")
@ParameterizedClass
@MethodSource("dev.kernite.test.devices.Device#tested")
final class ComposedCasesTest {
  private final Engine engine;

  ComposedCasesTest(Device device) {
    engine = Engines.guarded(device);
  }

  /** Runs a program on a case's inputs and compares its result and all gradients. */
  private void check(String file, String name, Function<Map<String, Tensor>, Tensor> program) {
    try (FixtureFile f = new FixtureFile(file);
        Scope _ = engine.scope()) {
      Map<String, Tensor> inputs = new TreeMap<>();
      for (String input : new String[] {"a", "b", "x", "y", "w"}) {
        if (f.contains(name + ".in." + input)) {
          Tensor t = f.read(name + ".in." + input).on(engine);
          inputs.put(input, f.contains(name + ".grad." + input) ? t.requireGrad() : t);
        }
      }
      Tensor y = program.apply(inputs);
      Close.check(name, f.read(name + ".f64.out"), y, 1e-5, 1e-6);
      y.backward(f.read(name + ".grad_out").on(engine));
      inputs.forEach(
          (input, t) -> {
            if (t.requiresGrad()) {
              NdArray expected = f.read(name + ".f64.grad." + input);
              Close.check(name + ".grad." + input, expected, t.grad(), 1e-5, 1e-6);
            }
          });
    }
  }

  @Test
  void scoresOfAttentionFromPermutedViews() {
    check(
        "matmul",
        "both_permuted",
        in -> matmul(in.get("a").transposed(1, 2), in.get("b").transposed(1, 2).transposed(2, 3)));
  }

  @Test
  void scoresOfAttentionFromPermutedCopies() {
    check(
        "matmul",
        "both_permuted",
        in -> matmul(transpose(in.get("a"), 1, 2), transpose(transpose(in.get("b"), 1, 2), 2, 3)));
  }

  @Test
  void languageModelLossAgainstTheNextToken() {
    check(
        "cross_entropy",
        "lm_shift",
        in -> {
          Tensor x = in.get("x");
          Shape s = x.shape();
          Tensor logits = slice(x, new long[] {0, 0, 0}, new long[] {s.dim(0), -1, s.dim(2)});
          Tensor labels = in.get("y").narrow(1, 1, s.dim(1) - 1).contiguousCopy();
          return crossEntropy(logits, labels);
        });
  }

  @Test
  void reshapeOfATranspose() {
    check("shape", "reshape_of_transpose", in -> transpose(in.get("x"), 0, 1).reshape(6, 5));
  }

  @Test
  void expansionByBroadcasting() {
    check(
        "shape",
        "expand",
        in -> add(in.get("x").reshape(2, 1, 3, 5), engine.zeros(Shape.of(2, 3, 3, 5))));
  }

  @Test
  void halvesMultiplied() {
    check(
        "shape",
        "split_then_mul",
        in -> {
          Tensor x = in.get("x");
          return mul(
              slice(x, new long[] {0, 0}, new long[] {2, 3}),
              slice(x, new long[] {0, 3}, new long[] {2, 6}));
        });
  }

  @Test
  void halvesMultipliedAsViews() {
    check(
        "shape",
        "split_then_mul",
        in -> {
          Tensor x = in.get("x");
          // Rows are views without gaps: [2, 6] seen as rows of 3, one of each pair at a time.
          Tensor rows = x.reshape(2, 2, 3);
          Tensor first =
              mul(
                  rows.narrow(0, 0, 1).reshape(2, 3).narrow(0, 0, 1),
                  rows.narrow(0, 0, 1).reshape(2, 3).narrow(0, 1, 1));
          Tensor second =
              mul(
                  rows.narrow(0, 1, 1).reshape(2, 3).narrow(0, 0, 1),
                  rows.narrow(0, 1, 1).reshape(2, 3).narrow(0, 1, 1));
          return concat(0, first, second);
        });
  }

  @Test
  void graphThatUsesItsInputsAgainAndAgain() {
    check(
        "graph",
        "reuse",
        in -> {
          Tensor x = in.get("x");
          Tensor w = in.get("w");
          Tensor h = mul(tanh(matmul(x, w)), x);
          return sum(add(h, mul(mean(x, 0), sum(w))), -1);
        });
  }
}
