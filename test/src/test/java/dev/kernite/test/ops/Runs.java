package dev.kernite.test.ops;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs samples on an engine. */
final class Runs {
  private static final double STEP = 1e-6;

  /** So many derivatives of an input are compared one by one, evenly spread. */
  private static final int DERIVATIVES = 24;

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

  /** Some derivatives of each differentiable input, one by one. */
  static List<Derivative> derivatives(Sample s, NdArray upstream) {
    return differentiable(s).stream().flatMap(i -> derivatives(s, upstream, i)).toList();
  }

  private static Stream<Derivative> derivatives(Sample s, NdArray upstream, int input) {
    NdArray x = s.inputs().get(input);
    int stride = Math.max(1, x.size() / DERIVATIVES);
    return IntStream.iterate(0, at -> at < x.size(), at -> at + stride)
        .mapToObj(
            at -> {
              double up = objective(s, upstream, Map.of(input, x.with(at, x.values()[at] + STEP)));
              double down =
                  objective(s, upstream, Map.of(input, x.with(at, x.values()[at] - STEP)));
              return new Derivative(input, at, (up - down) / (2 * STEP));
            });
  }

  /**
   * The derivative of sum(upstream * result) along one direction through all inputs at once: every
   * value of every gradient counts, for the price of two passes.
   *
   * @param direction for each differentiable input
   */
  static double along(Sample s, NdArray upstream, Map<Integer, NdArray> direction) {
    return (stepped(s, upstream, direction, STEP) - stepped(s, upstream, direction, -STEP))
        / (2 * STEP);
  }

  private static double stepped(
      Sample s, NdArray upstream, Map<Integer, NdArray> direction, double step) {
    Map<Integer, NdArray> changed = new HashMap<>();
    direction.forEach(
        (input, d) -> {
          double[] values = s.inputs().get(input).values().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] += step * d.values()[i];
          }
          changed.put(input, new NdArray(d.kind(), d.shape(), values));
        });
    return objective(s, upstream, changed);
  }

  private static double objective(Sample s, NdArray upstream, Map<Integer, NdArray> changed) {
    List<NdArray> inputs = new ArrayList<>(s.inputs());
    changed.forEach(inputs::set);
    double[] y = Oracles.forward(s, inputs).values();
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += upstream.values()[i] * y[i];
    }
    return sum;
  }
}
