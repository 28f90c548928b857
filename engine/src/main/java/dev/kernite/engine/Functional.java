package dev.kernite.engine;

import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.op.AddLayerNorm;
import dev.kernite.engine.op.AddRmsNorm;
import dev.kernite.engine.op.Attention;
import dev.kernite.engine.op.AvgPool2d;
import dev.kernite.engine.op.BatchNorm;
import dev.kernite.engine.op.Bce;
import dev.kernite.engine.op.BceWithLogits;
import dev.kernite.engine.op.Binary;
import dev.kernite.engine.op.Clamp;
import dev.kernite.engine.op.Concat;
import dev.kernite.engine.op.Conv1d;
import dev.kernite.engine.op.Conv2d;
import dev.kernite.engine.op.ConvTranspose2d;
import dev.kernite.engine.op.CrossEntropy;
import dev.kernite.engine.op.Cumsum;
import dev.kernite.engine.op.Dropout;
import dev.kernite.engine.op.Elu;
import dev.kernite.engine.op.Embedding;
import dev.kernite.engine.op.Erf;
import dev.kernite.engine.op.Flip;
import dev.kernite.engine.op.Gather;
import dev.kernite.engine.op.GeluErf;
import dev.kernite.engine.op.GeluTanh;
import dev.kernite.engine.op.IndexSelect;
import dev.kernite.engine.op.KlDiv;
import dev.kernite.engine.op.L1;
import dev.kernite.engine.op.LayerNorm;
import dev.kernite.engine.op.LeakyRelu;
import dev.kernite.engine.op.Linear;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.engine.op.LogSigmoid;
import dev.kernite.engine.op.LogSoftmax;
import dev.kernite.engine.op.Logsumexp;
import dev.kernite.engine.op.MaskedFill;
import dev.kernite.engine.op.Matmul;
import dev.kernite.engine.op.MaxPool2d;
import dev.kernite.engine.op.Mse;
import dev.kernite.engine.op.Pad;
import dev.kernite.engine.op.Permute;
import dev.kernite.engine.op.Reduce;
import dev.kernite.engine.op.Reduction;
import dev.kernite.engine.op.Relu;
import dev.kernite.engine.op.RmsNorm;
import dev.kernite.engine.op.Sigmoid;
import dev.kernite.engine.op.Silu;
import dev.kernite.engine.op.Slice;
import dev.kernite.engine.op.SmoothL1;
import dev.kernite.engine.op.Softmax;
import dev.kernite.engine.op.Softplus;
import dev.kernite.engine.op.Stack;
import dev.kernite.engine.op.Tanh;
import dev.kernite.engine.op.Transpose;
import dev.kernite.engine.op.Tril;
import dev.kernite.engine.op.Unary;
import dev.kernite.engine.op.UpsampleNearest;
import dev.kernite.engine.op.Where;
import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.ReduceFunction;
import java.util.Arrays;
import java.util.List;

/**
 * The operations as plain functions, for readable formulas by static import:
 *
 * <pre>{@code
 * Tensor h = add(x, linear(geluTanh(linear(x, w1, b1)), w2, b2));
 * }</pre>
 *
 * <p>Each stands for the record of the same name in {@link dev.kernite.engine.op}, which has all
 * attributes and says what the operation computes, which shapes it takes and what it refuses.
 */
public final class Functional {
  private Functional() {}

  // Elementary functions.

  /** e^x. */
  public static Tensor exp(Tensor x) {
    return new Unary(Unary.Function.EXP).apply(x);
  }

  /** Natural logarithm. */
  public static Tensor log(Tensor x) {
    return new Unary(Unary.Function.LOG).apply(x);
  }

  /** Square root. */
  public static Tensor sqrt(Tensor x) {
    return new Unary(Unary.Function.SQRT).apply(x);
  }

  /** 1 / sqrt(x). */
  public static Tensor rsqrt(Tensor x) {
    return new Unary(Unary.Function.RSQRT).apply(x);
  }

  /** 1 / x. */
  public static Tensor reciprocal(Tensor x) {
    return new Unary(Unary.Function.RECIPROCAL).apply(x);
  }

  /** x x. */
  public static Tensor square(Tensor x) {
    return new Unary(Unary.Function.SQUARE).apply(x);
  }

  /** |x|. */
  public static Tensor abs(Tensor x) {
    return new Unary(Unary.Function.ABS).apply(x);
  }

  /** -x. */
  public static Tensor neg(Tensor x) {
    return new Unary(Unary.Function.NEG).apply(x);
  }

  /** Sine, x in radians. */
  public static Tensor sin(Tensor x) {
    return new Unary(Unary.Function.SIN).apply(x);
  }

  /** Cosine, x in radians. */
  public static Tensor cos(Tensor x) {
    return new Unary(Unary.Function.COS).apply(x);
  }

  /** Gauss error function. */
  public static Tensor erf(Tensor x) {
    return new Erf().apply(x);
  }

  /** Values cut to [min, max]. */
  public static Tensor clamp(Tensor x, float min, float max) {
    return new Clamp(min, max).apply(x);
  }

  // Functions of two values, broadcast as in NumPy.

  /** a + b. */
  public static Tensor add(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.ADD).apply(a, b);
  }

  /** a - b. */
  public static Tensor sub(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.SUB).apply(a, b);
  }

  /** a b. */
  public static Tensor mul(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.MUL).apply(a, b);
  }

  /** a / b. */
  public static Tensor div(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.DIV).apply(a, b);
  }

  /** The larger of a and b. */
  public static Tensor maximum(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.MAXIMUM).apply(a, b);
  }

  /** The smaller of a and b. */
  public static Tensor minimum(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.MINIMUM).apply(a, b);
  }

  /** a to the power b. */
  public static Tensor pow(Tensor a, Tensor b) {
    return new Binary(BinaryFunction.POW).apply(a, b);
  }

  /** a + b for a number b. */
  public static Tensor add(Tensor a, float b) {
    return add(a, a.engine().scalar(b));
  }

  /** a b for a number b. */
  public static Tensor mul(Tensor a, float b) {
    return mul(a, a.engine().scalar(b));
  }

  // Activations.

  /** max(x, 0). */
  public static Tensor relu(Tensor x) {
    return new Relu().apply(x);
  }

  /** x sigmoid(x). */
  public static Tensor silu(Tensor x) {
    return new Silu().apply(x);
  }

  /** 1 / (1 + e^-x). */
  public static Tensor sigmoid(Tensor x) {
    return new Sigmoid().apply(x);
  }

  /** log(sigmoid(x)). */
  public static Tensor logSigmoid(Tensor x) {
    return new LogSigmoid().apply(x);
  }

  /** Hyperbolic tangent. */
  public static Tensor tanh(Tensor x) {
    return new Tanh().apply(x);
  }

  /** GELU by its tanh approximation. */
  public static Tensor geluTanh(Tensor x) {
    return new GeluTanh().apply(x);
  }

  /** GELU, exact. */
  public static Tensor geluErf(Tensor x) {
    return new GeluErf().apply(x);
  }

  /** x where x &gt;= 0, else slope x. */
  public static Tensor leakyRelu(Tensor x, float slope) {
    return new LeakyRelu(slope).apply(x);
  }

  /** x where x &gt; 0, else alpha (e^x - 1). */
  public static Tensor elu(Tensor x, float alpha) {
    return new Elu(alpha).apply(x);
  }

  /** log(1 + e^x). */
  public static Tensor softplus(Tensor x) {
    return new Softplus(1, 20).apply(x);
  }

  /** Softmax along an axis. */
  public static Tensor softmax(Tensor x, int dim) {
    return new Softmax(dim).apply(x);
  }

  /** Logarithm of the softmax along an axis. */
  public static Tensor logSoftmax(Tensor x, int dim) {
    return new LogSoftmax(dim).apply(x);
  }

  /** log(sum(exp(x))) along an axis, which disappears. */
  public static Tensor logsumexp(Tensor x, int dim) {
    return new Logsumexp(dim, false).apply(x);
  }

  // Layers without their parameters.

  /** Matrix product [..., m, k] x [..., k, n]. */
  public static Tensor matmul(Tensor a, Tensor b) {
    return new Matmul(false, false).apply(a, b);
  }

  /** x W^T + bias with W [out, in]; the bias may be null. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return new Linear(WeightLayout.OUT_IN).apply(x, weight, bias);
  }

  /** x W + bias with W [in, out], GPT-2's layout; the bias may be null. */
  public static Tensor linearInOut(Tensor x, Tensor weight, Tensor bias) {
    return new Linear(WeightLayout.IN_OUT).apply(x, weight, bias);
  }

  /** Rows of weight [rows, width] by int32 index. */
  public static Tensor embedding(Tensor weight, Tensor ids) {
    return new Embedding(-1).apply(weight, ids);
  }

  /** Layer normalisation of the last axis; weight and bias may be null. */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
    return new LayerNorm(eps).apply(x, weight, bias);
  }

  /** Root-mean-square normalisation of the last axis; the weight may be null. */
  public static Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
    return new RmsNorm(eps).apply(x, weight);
  }

  /**
   * A sum and its normalisation.
   *
   * @param sum x + residual
   * @param normal the sum, normalised
   */
  public record Residual(Tensor sum, Tensor normal) {}

  /** {@link #layerNorm} of x + residual, in one pass. */
  public static Residual addLayerNorm(
      Tensor x, Tensor residual, Tensor weight, Tensor bias, float eps) {
    return residual(Node.run(new AddLayerNorm(eps), x, residual, weight, bias));
  }

  /** {@link #rmsNorm} of x + residual, in one pass. */
  public static Residual addRmsNorm(Tensor x, Tensor residual, Tensor weight, float eps) {
    return residual(Node.run(new AddRmsNorm(eps), x, residual, weight));
  }

  private static Residual residual(Node.Results results) {
    return new Residual(results.extras().get("sum"), results.output());
  }

  /** Zeroes each value with probability p, scales the rest, by the engine's random stream. */
  public static Tensor dropout(Tensor x, float p) {
    RandomStream random = x.engine().random();
    return new Dropout(p, true, random.seed(), random.reserve(x.size())).apply(x);
  }

  /**
   * Attention with scale 1 / sqrt(headDim), merged to [batch, queries, heads * headDim].
   *
   * @param q [batch, heads, queries, headDim]; k and v with keys instead of queries
   * @param mask booleans (where to attend) or floats (added to the scores), or null
   * @param causal query i sees keys up to keys - queries + i only
   */
  public static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor mask, boolean causal) {
    return new Attention(causal, Float.NaN, true, false).apply(q, k, v, mask);
  }

  // Losses, averaged.

  /** Cross-entropy of logits [..., classes] against class indices; -100 does not count. */
  public static Tensor crossEntropy(Tensor x, Tensor y) {
    return new CrossEntropy(Reduction.MEAN).apply(x, y);
  }

  /** Binary cross-entropy of probabilities. */
  public static Tensor bce(Tensor p, Tensor y) {
    return new Bce(Reduction.MEAN).apply(p, y);
  }

  /** Binary cross-entropy of logits. */
  public static Tensor bceWithLogits(Tensor x, Tensor y) {
    return new BceWithLogits(Reduction.MEAN).apply(x, y);
  }

  /** Mean squared difference. */
  public static Tensor mse(Tensor x, Tensor y) {
    return new Mse(Reduction.MEAN).apply(x, y);
  }

  /** Mean absolute difference. */
  public static Tensor l1(Tensor x, Tensor y) {
    return new L1(Reduction.MEAN).apply(x, y);
  }

  /** Mean smooth absolute difference, quadratic below beta. */
  public static Tensor smoothL1(Tensor x, Tensor y, float beta) {
    return new SmoothL1(Reduction.MEAN, beta).apply(x, y);
  }

  /** Divergence of log-probabilities x [batch, ...] from probabilities y, a sample. */
  public static Tensor klDiv(Tensor x, Tensor y) {
    return new KlDiv(KlDiv.Total.BATCHMEAN, false).apply(x, y);
  }

  // Images: [batch, channels, height, width].

  /** Convolution of sequences [batch, in, length] with [out, in, taps] and bias [out] or null. */
  public static Tensor conv1d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
    return new Conv1d(stride, padding).apply(x, weight, bias);
  }

  /** Convolution with a weight [out, in, height, width] and a bias [out] or null. */
  public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
    return new Conv2d(stride, padding).apply(x, weight, bias);
  }

  /** Transposed convolution with a weight [in, out, height, width] and a bias [out] or null. */
  public static Tensor convTranspose2d(
      Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
    return new ConvTranspose2d(stride, padding).apply(x, weight, bias);
  }

  /** Largest pixel of each square. */
  public static Tensor maxPool2d(Tensor x, int kernel) {
    return new MaxPool2d(kernel).apply(x);
  }

  /** Mean of each square. */
  public static Tensor avgPool2d(Tensor x, int kernel) {
    return new AvgPool2d(kernel).apply(x);
  }

  /** Each pixel as a square. */
  public static Tensor upsampleNearest(Tensor x, int scale) {
    return new UpsampleNearest(scale).apply(x);
  }

  /** Channels normalised by the batch; weight and bias may be null. */
  public static Tensor batchNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
    return new BatchNorm(true, 0, eps).apply(x, weight, bias);
  }

  // Reductions over the given axes, which disappear; over all when none is given.

  /** Sum. */
  public static Tensor sum(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.SUM, list(dims), false).apply(x);
  }

  /** Arithmetic mean. */
  public static Tensor mean(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.MEAN, list(dims), false).apply(x);
  }

  /** Variance, divisor n - 1. */
  public static Tensor var(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.VAR, list(dims), false).apply(x);
  }

  /** Standard deviation, divisor n - 1. */
  public static Tensor std(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.STD, list(dims), false).apply(x);
  }

  /** Largest value. */
  public static Tensor max(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.MAX, list(dims), false).apply(x);
  }

  /** Smallest value. */
  public static Tensor min(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.MIN, list(dims), false).apply(x);
  }

  /** Product. */
  public static Tensor prod(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.PROD, list(dims), false).apply(x);
  }

  /** Euclidean norm. */
  public static Tensor norm(Tensor x, long... dims) {
    return new Reduce(ReduceFunction.NORM, list(dims), false).apply(x);
  }

  /** Running sums along an axis. */
  public static Tensor cumsum(Tensor x, long dim) {
    return new Cumsum(List.of(dim)).apply(x);
  }

  // Shapes. Views, which copy nothing, are methods of Tensor.

  /** Two axes exchanged. */
  public static Tensor transpose(Tensor x, long a, long b) {
    return new Transpose(List.of(a, b)).apply(x);
  }

  /** Axes in another order. */
  public static Tensor permute(Tensor x, long... dims) {
    return new Permute(list(dims)).apply(x);
  }

  /** Axes reversed. */
  public static Tensor flip(Tensor x, long... dims) {
    return new Flip(list(dims)).apply(x);
  }

  /** Positions from .. to - 1 of every axis, negative ones counted from the end. */
  public static Tensor slice(Tensor x, long[] from, long[] to) {
    return new Slice(list(from), list(to), List.of()).apply(x);
  }

  /** Values picked along an axis, one by one. */
  public static Tensor gather(Tensor x, Tensor index, int dim) {
    return new Gather(dim).apply(x, index);
  }

  /** Whole slices along an axis, by index. */
  public static Tensor indexSelect(Tensor x, Tensor index, int dim) {
    return new IndexSelect(dim).apply(x, index);
  }

  /** x with a constant where the mask is true. */
  public static Tensor maskedFill(Tensor x, Tensor mask, float value) {
    return new MaskedFill(value).apply(x, mask);
  }

  /** a where the mask is true, else b. */
  public static Tensor where(Tensor mask, Tensor a, Tensor b) {
    return new Where().apply(a, b, mask);
  }

  /** Lower triangle of the last two axes, up to a diagonal (0: the main one). */
  public static Tensor tril(Tensor x, long diagonal) {
    return new Tril(diagonal).apply(x);
  }

  /** A border of {before, after} values for each axis. */
  public static Tensor pad(Tensor x, float value, long[]... pads) {
    return new Pad(Arrays.stream(pads).map(Functional::list).toList(), value).apply(x);
  }

  /** Tensors one after the other along an axis. */
  public static Tensor concat(int dim, Tensor... x) {
    return new Concat(dim).apply(x);
  }

  /** Tensors side by side along a new axis. */
  public static Tensor stack(int dim, Tensor... x) {
    return new Stack(dim).apply(x);
  }

  private static List<Long> list(long... values) {
    return Arrays.stream(values).boxed().toList();
  }
}
