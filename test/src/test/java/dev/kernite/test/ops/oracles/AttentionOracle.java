package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Attention;
import dev.kernite.engine.op.Softmax;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Softmax of scaled dot products and mask, times values, with all scores stored. */
public final class AttentionOracle implements Oracle<Attention> {
  /** Scores after mask and causality, [batch, heads, queries, keys]. */
  private static NdArray scores(Attention op, List<NdArray> in) {
    NdArray q = in.get(0);
    NdArray k = in.get(1);
    NdArray mask = in.size() > 3 ? in.get(3) : null;
    long width = q.shape().dim(3);
    long later = k.shape().dim(2) - q.shape().dim(2);
    double scale = Float.isNaN(op.scale()) ? 1 / Math.sqrt(width) : op.scale();
    return NdArray.generate(
        q.shape().with(3, k.shape().dim(2)),
        at -> {
          double dot = 0;
          for (long d = 0; d < width; d++) {
            dot += q.at(at[0], at[1], at[2], d) * k.at(at[0], at[1], at[3], d);
          }
          boolean hidden = op.causal() && at[3] > at[2] + later;
          if (mask != null && !mask.isFloat()) {
            hidden |= mask.at(at) == 0;
          }
          double bias = mask != null && mask.isFloat() ? mask.at(at) : 0;
          return hidden ? Double.NEGATIVE_INFINITY : scale * dot + bias;
        });
  }

  private static NdArray weights(Attention op, List<NdArray> in) {
    return new SoftmaxOracle().forward(new Softmax(-1), List.of(scores(op, in)));
  }

  @Override
  public NdArray forward(Attention op, List<NdArray> in) {
    return weighted(op, weights(op, in), in.get(2));
  }

  private static NdArray weighted(Attention op, NdArray weights, NdArray v) {
    Shape w = weights.shape();
    long heads = w.dim(1);
    long width = v.shape().dim(3);
    Shape y = op.mergeHeads() ? Shape.of(w.dim(0), w.dim(2), heads * width) : w.with(3, width);
    return NdArray.generate(
        y,
        at -> {
          long head = op.mergeHeads() ? at[2] / width : at[1];
          long query = op.mergeHeads() ? at[1] : at[2];
          long d = op.mergeHeads() ? at[2] % width : at[3];
          double sum = 0;
          for (long j = 0; j < w.dim(3); j++) {
            double weight = weights.at(at[0], head, query, j);
            // A key of weight 0 is not seen, whatever its value.
            sum += weight == 0 ? 0 : weight * v.at(at[0], head, j, d);
          }
          return sum;
        });
  }

  /** Values cancel; errors of a score are errors of the logarithm of its weight. */
  @Override
  public NdArray magnitude(Attention op, List<NdArray> in) {
    return weighted(op, weights(op, in), in.get(2).map(v -> Math.abs(v) + 0.5));
  }

  @Override
  public double units(Attention op, List<NdArray> in) {
    return 16 + 8 * Math.sqrt(in.get(1).shape().dim(2) + in.get(0).shape().dim(3));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("plain", plain(), q(5), k(5), v(5)),
        Sample.ordinary("causal", causal(), q(5), k(5), v(5)),
        Sample.ordinary("more keys than queries", plain(), q(3), k(7), v(7)),
        Sample.ordinary("fewer keys than queries", plain(), q(7), k(3), v(3)),
        Sample.ordinary("causal with a cache", causal(), q(2), k(6), v(6)),
        Sample.ordinary("heads merged", MERGED, q(4), k(5), v(5)),
        Sample.ordinary("scale", new Attention(false, 0.3f, false, false), q(4), k(4), v(4)),
        Sample.ordinary("padding", plain(), q(5), k(5), v(5), padding(5)),
        Sample.ordinary("causal and padding", causal(), q(5), k(5), v(5), padding(5)),
        Sample.ordinary("bias", plain(), q(4), k(5), v(5), bias(2, 2, 4, 5)),
        Sample.ordinary("bias shared by the batch", causal(), q(4), k(4), v(4), bias(1, 2, 4, 4)),
        Sample.ordinary("bias of two axes", plain(), q(4), k(5), v(5), bias(4, 5)),
        Sample.ordinary("bias of keys", plain(), q(4), k(5), v(5), bias(2, 1, 1, 5)),
        Sample.edge("one query, one key", causal(), q(1), k(1), v(1)),
        Sample.edge("one query, many keys", causal(), q(1), k(67), v(67)),
        Sample.edge(
            "one value a head", plain(), r(1, 1, 2, 3, 1), r(2, 1, 2, 4, 1), r(3, 1, 2, 4, 1)),
        Sample.edge("odd head", causal(), r(1, 1, 1, 9, 17), r(2, 1, 1, 9, 17), r(3, 1, 1, 9, 17)),
        Sample.edge("no batch", plain(), r(1, 0, 2, 3, 4), r(2, 0, 2, 3, 4), r(3, 0, 2, 3, 4)),
        Sample.edge("no queries", plain(), q(0), k(3), v(3)),
        Sample.edge("a query that sees nothing", plain(), q(3), k(2), v(2), blind()).rough(),
        Sample.edge(
            "around a block of keys",
            causal(),
            r(1, 1, 1, 6, 8),
            r(2, 1, 1, 259, 8),
            r(3, 1, 1, 259, 8)),
        Sample.large(causal(), r(1, 2, 3, 131, 16), r(2, 2, 3, 131, 16), r(3, 2, 3, 131, 16)),
        Sample.large(MERGED, r(1, 1, 4, 67, 32), r(2, 1, 4, 300, 32), r(3, 1, 4, 300, 32)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("three axes", plain(), r(1, 2, 3, 4), r(2, 2, 3, 4), r(3, 2, 3, 4)),
        Refusal.of("heads", plain(), q(3), r(2, 2, 1, 3, 4), r(3, 2, 1, 3, 4)),
        Refusal.of("keys without values", plain(), q(3), k(3), v(4)),
        Refusal.of("causal with fewer keys", causal(), q(3), k(2), v(2)),
        Refusal.of("mask", plain(), q(3), k(3), v(3), bias(2, 2, 3, 4)),
        Refusal.of("mask of five axes", plain(), q(3), k(3), v(3), bias(1, 1, 1, 3, 3)));
  }

  private static final Attention MERGED = new Attention(false, Float.NaN, true, false);

  private static Attention plain() {
    return new Attention(false, Float.NaN, false, false);
  }

  private static Attention causal() {
    return new Attention(true, Float.NaN, false, false);
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }

  private static NdArray q(long tokens) {
    return r(1, 2, 2, tokens, 4);
  }

  private static NdArray k(long tokens) {
    return r(2, 2, 2, tokens, 4);
  }

  private static NdArray v(long tokens) {
    return r(3, 2, 2, tokens, 4);
  }

  private static NdArray bias(long... dims) {
    return r(4, dims);
  }

  /** The last key of the first sequence, and the second and third of the second, are padding. */
  private static NdArray padding(int keys) {
    return new NdArray(
        NdArray.Kind.MASK,
        Shape.of(2, 1, 1, keys),
        NdArray.generate(
                Shape.of(2, 1, 1, keys),
                at -> at[0] == 0 ? (at[3] < keys - 1 ? 1 : 0) : (at[3] == 1 || at[3] == 2 ? 0 : 1))
            .values());
  }

  /** The middle query may attend nowhere. */
  private static NdArray blind() {
    return new NdArray(
        NdArray.Kind.MASK,
        Shape.of(1, 1, 3, 2),
        NdArray.generate(Shape.of(1, 1, 3, 2), at -> at[2] == 1 ? 0 : 1).values());
  }
}
