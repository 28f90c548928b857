package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.CrossEntropy;
import dev.kernite.engine.op.CrossEntropy.Targets;
import dev.kernite.engine.op.Reduction;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Minus the logarithm of the softmax, weighted by the target. */
public final class CrossEntropyOracle implements Oracle<CrossEntropy> {
  @Override
  public NdArray forward(CrossEntropy op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    NdArray w = in.size() > 2 ? in.get(2) : null;
    int classes = (int) x.shape().dim(-1);
    int rows = (int) x.shape().outer(-1);
    boolean indices = op.targets() == Targets.INDICES;
    double[] losses = new double[rows];
    double count = 0;
    for (int r = 0; r < rows; r++) {
      double[] row = Arrays.copyOfRange(x.values(), r * classes, (r + 1) * classes);
      double max = Arrays.stream(row).reduce(Double.NEGATIVE_INFINITY, Math::max);
      double log = Math.log(Arrays.stream(row).map(v -> Math.exp(v - max)).sum());
      int label = indices ? (int) y.values()[r] : -1;
      if (indices && label == op.ignoreIndex()) {
        continue;
      }
      for (int c = 0; c < classes; c++) {
        double target = indices ? (c == label ? 1 : 0) : y.values()[r * classes + c];
        double share = (1 - op.labelSmoothing()) * target + op.labelSmoothing() / classes;
        if (share != 0) {
          losses[r] += share * (w == null ? 1 : w.values()[c]) * (max - row[c] + log);
        }
      }
      count += indices && w != null ? w.values()[label] : 1;
    }
    double sum = Arrays.stream(losses).sum();
    Shape samples = x.shape().without(-1);
    return switch (op.reduction()) {
      case NONE -> new NdArray(x.kind(), samples, losses);
      case SUM -> new NdArray(x.kind(), Shape.SCALAR, new double[] {sum});
      case MEAN -> new NdArray(x.kind(), Shape.SCALAR, new double[] {sum / count});
    };
  }

  @Override
  public double units(CrossEntropy op, List<NdArray> in) {
    return 8 + 4 * Math.sqrt(in.getFirst().size());
  }

  /** The maximum, the logarithm and the target's logit may cancel. */
  @Override
  public NdArray magnitude(CrossEntropy op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 1);
  }

  @Override
  public List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (Reduction r : Reduction.values()) {
      CrossEntropy plain = new CrossEntropy(r);
      CrossEntropy smooth = new CrossEntropy(r, -100, 0.1f, Targets.INDICES);
      CrossEntropy other = new CrossEntropy(r, 2, 0.2f, Targets.INDICES);
      CrossEntropy soft = new CrossEntropy(r, -100, 0.1f, Targets.PROBABILITIES);
      samples.add(Sample.ordinary("labels", plain, x(6, 5), y(5, 6)));
      samples.add(Sample.ordinary("batch", plain, x(2, 3, 5), y(5, 2, 3)));
      samples.add(Sample.ordinary("some ignored", plain, x(4, 3), labels(0, -100, 2, -100)));
      samples.add(Sample.ordinary("smoothed", smooth, x(4, 3), labels(0, -100, 2, 1)));
      samples.add(Sample.ordinary("weighted", plain, x(6, 5), y(5, 6), w(5)));
      samples.add(Sample.ordinary("all at once", other, x(4, 3), labels(0, 2, 2, 1), w(3)));
      samples.add(Sample.ordinary("distributions", soft, x(4, 3), probabilities(4, 3)));
      samples.add(Sample.ordinary("weighted too", soft, x(4, 3), probabilities(4, 3), w(3)));
      samples.add(Sample.edge("one row", plain, x(5), labelOf(3)));
      samples.add(Sample.edge("one class", plain, x(3, 1), labels(0, 0, 0)));
      samples.add(Sample.edge("odd", smooth, x(3, 67), y(67, 3)));
      samples.add(Sample.edge("no rows", plain, x(0, 5), y(5, 0)).rough());
      samples.add(Sample.edge("all ignored", plain, x(2, 3), labels(-100, -100)).rough());
      samples.add(
          Sample.edge(
                  "extreme logits",
                  plain,
                  NdArray.floats(Shape.of(3, 3), 1e4, -1e4, 0, 88, 89, 3e38, -1e30, -1e30, -1e30),
                  labels(1, 2, 0))
              .rough());
      samples.add(Sample.large(smooth, x(171, 259), y(259, 171)));
    }
    return samples;
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("label too large", MEAN, x(2, 3), labels(0, 3)),
        Refusal.of("negative label", MEAN, x(2, 3), labels(0, -1)),
        Refusal.of("number of labels", MEAN, x(2, 3), labels(0)),
        Refusal.of("distributions where labels are due", MEAN, x(2, 3), probabilities(2, 3)),
        Refusal.of("distributions of labels' shape", MEAN, x(2, 3), x(2)),
        Refusal.of("labels where distributions are due", SOFT, x(2, 3), y(3, 2, 3)),
        Refusal.of("weight", MEAN, x(2, 3), labels(0, 1), w(2)),
        Refusal.of("scalar", MEAN, x(), labelOf(0)));
  }

  private static final CrossEntropy MEAN = new CrossEntropy(Reduction.MEAN);
  private static final CrossEntropy SOFT =
      new CrossEntropy(Reduction.MEAN, -100, 0, Targets.PROBABILITIES);

  /** Infinite logits make a loss infinite or NaN; infinite weights mean nothing. */
  @Override
  public boolean defines(int input, double nonFinite) {
    return Double.isNaN(nonFinite);
  }

  private static NdArray x(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray y(int classes, long... dims) {
    return NdArray.randomIndices(2, classes, dims);
  }

  private static NdArray w(int classes) {
    return NdArray.uniform(3, 0.5, 2, classes);
  }

  private static NdArray labels(int... labels) {
    return NdArray.indices(Shape.of(labels.length), labels);
  }

  private static NdArray labelOf(int label) {
    return NdArray.indices(Shape.SCALAR, label);
  }

  private static NdArray probabilities(int rows, int classes) {
    NdArray p = NdArray.uniform(4, 0.1, 1, rows, classes);
    return NdArray.floats(
        p.shape(),
        NdArray.generate(
                p.shape(),
                at -> {
                  double sum = 0;
                  for (int c = 0; c < classes; c++) {
                    sum += p.at(at[0], c);
                  }
                  return p.at(at) / sum;
                })
            .values());
  }
}
