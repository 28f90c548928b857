package dev.kernite.test.ops;

import dev.kernite.engine.op.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * The oracle of an operation that applies one function to each value.
 *
 * @param <O> the operation
 */
public interface PointwiseOracle<O extends Op> extends Oracle<O> {
  /** The function, in float64. */
  double f(O op, double x);

  /** The operation with each choice of attributes worth trying. */
  List<O> variants();

  /** Smallest of the ordinary values. */
  default double low(O op) {
    return -3;
  }

  /** Largest of the ordinary values. */
  default double high(O op) {
    return 3;
  }

  @Override
  default NdArray forward(O op, List<NdArray> in) {
    return in.getFirst().map(x -> f(op, x));
  }

  @Override
  default List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (O op : variants()) {
      samples.add(Sample.ordinary("matrix", op, values(op, 3, 7)));
      samples.add(Sample.large(op, values(op, 271, 259)));
      double[] extremes = {
        0, -0.0, 1, -1, 1e-30, -1e-30, 1e-7, -1e-7, 9, -9, 20.5, -20.5, 88, -88, 1e4, -1e4, 3e38
      };
      samples.add(Sample.edge("extreme values", op, NdArray.row(extremes)).rough());
    }
    O op = variants().getFirst();
    samples.add(Sample.edge("no values", op, values(op, 4, 0, 3)));
    samples.add(Sample.edge("scalar", op, values(op)));
    for (int n : new int[] {1, 2, 5, 8, 9, 15, 17, 31, 33, 67}) {
      samples.add(Sample.edge(n + " values", op, values(op, n)));
    }
    return samples;
  }

  /** Ordinary values. */
  default NdArray values(O op, long... dims) {
    return NdArray.uniform(7 + dims.length, low(op), high(op), dims);
  }
}
