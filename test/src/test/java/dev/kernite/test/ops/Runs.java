package dev.kernite.test.ops;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Input;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Runs samples on an engine. */
final class Runs {
  private static final double STEP = 1e-6;

  /** So many derivatives of an input are compared, evenly spread. */
  private static final int DERIVATIVES = 40;

  /** Of large inputs fewer: each costs two passes of the oracle. */
  private static final int DERIVATIVES_OF_LARGE = 6;

  private Runs() {}

  /**
   * What came out of one forward and backward pass.
   *
   * @param output the result
   * @param gradients of each input, null where there is none
   */
  record Outcome(float[] output, float[][] gradients) {
    /** Everything as bits: NaNs and signed zeros count. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Outcome o
          && Arrays.equals(output, o.output)
          && Arrays.deepEquals(gradients, o.gradients);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(output);
    }
  }

  /** The positions of a sample's inputs that have gradients. */
  static Set<Integer> differentiable(Sample s) {
    Input[] declared = s.op().getClass().getAnnotationsByType(Input.class);
    Set<Integer> positions = new HashSet<>();
    for (int i = 0; i < s.inputs().size(); i++) {
      Input input = declared[Math.min(i, declared.length - 1)];
      NdArray value = s.inputs().get(i);
      if (input.gradient() && value != null && value.isFloat()) {
        positions.add(i);
      }
    }
    return positions;
  }

  /** The arguments as tensors; those in {@code wanted} are leaves. */
  static Tensor[] tensors(Engine engine, List<NdArray> inputs, Set<Integer> wanted) {
    Tensor[] tensors = new Tensor[inputs.size()];
    for (int i = 0; i < tensors.length; i++) {
      NdArray value = inputs.get(i);
      tensors[i] = value == null ? null : value.on(engine);
      if (wanted.contains(i)) {
        tensors[i].requireGrad();
      }
    }
    return tensors;
  }

  /** Forward and backward with gradients for the wanted inputs. */
  static Outcome run(Engine engine, Sample s, NdArray upstream, Set<Integer> wanted) {
    try (Scope _ = engine.scope()) {
      Tensor[] inputs = tensors(engine, s.inputs(), wanted);
      Tensor output = s.op().apply(inputs);
      float[] values = output.toFloats();
      float[][] gradients = new float[inputs.length][];
      if (!wanted.isEmpty()) {
        output.backward(upstream.on(engine));
        for (int i : wanted) {
          gradients[i] = inputs[i].grad().toFloats();
          inputs[i].clearGrad();
        }
      }
      return new Outcome(values, gradients);
    }
  }

  /** A gradient to start from, for results of a shape. */
  static NdArray upstream(NdArray result) {
    return NdArray.random(99, result.shape().toArray());
  }

  /** One derivative of sum(upstream * result), by central differences in float64. */
  record Derivative(int input, int position, double value) {}

  /** Some derivatives of each differentiable input. */
  static List<Derivative> derivatives(Sample s, NdArray upstream) {
    return differentiable(s).stream().flatMap(i -> derivatives(s, upstream, i).stream()).toList();
  }

  private static List<Derivative> derivatives(Sample s, NdArray upstream, int input) {
    NdArray x = s.inputs().get(input);
    int most = s.kind() == Sample.Kind.LARGE ? DERIVATIVES_OF_LARGE : DERIVATIVES;
    int stride = Math.max(1, x.size() / most);
    return IntStream.iterate(0, at -> at < x.size(), at -> at + stride)
        .mapToObj(
            at -> {
              double step = STEP * Math.max(1, Math.abs(x.values()[at]));
              double up = objective(s, upstream, input, x.with(at, x.values()[at] + step));
              double down = objective(s, upstream, input, x.with(at, x.values()[at] - step));
              return new Derivative(input, at, (up - down) / (2 * step));
            })
        .toList();
  }

  private static double objective(Sample s, NdArray upstream, int input, NdArray changed) {
    double[] y = Oracles.forward(s.with(input, changed, "a step")).values();
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += upstream.values()[i] * y[i];
    }
    return sum;
  }
}
