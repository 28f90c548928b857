package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Strides;

/**
 * Scaled dot-product attention softmax(scale q k^T + mask) v (Vaswani et al. 2017) with an online
 * softmax; backward recomputes the scores. q [batch, heads, queries, headDim], k and v [batch,
 * heads, keys, headDim], each possibly a strided view such as a head split.
 *
 * <p>The mask broadcasts to [batch, heads, queries, keys]: booleans say where a query may attend (a
 * query that may attend nowhere gives NaN), floats are added to the scores and have a gradient.
 *
 * @param causal query i sees keys up to keys - queries + i only
 * @param scale factor of the dot products; NaN for 1 / sqrt(headDim)
 * @param mergeHeads result as [batch, queries, heads * headDim] instead of [batch, heads, queries,
 *     headDim]
 * @param weights also return the softmax weights as {@code weights}
 */
@Named("attention")
@Input(value = "q", strided = true)
@Input(value = "k", strided = true)
@Input(value = "v", strided = true)
@Input(value = "mask", kind = Input.Kind.MASK_OR_FLOAT, optional = true)
public record Attention(
    @Default("false") boolean causal,
    @Default("NaN") float scale,
    @Default("false") boolean mergeHeads,
    @Default("false") boolean weights)
    implements Op {

  @Override
  public Shape shape(Shape... in) {
    Shape q = in[0];
    Shape k = in[1];
    if (q.rank() != 4 || k.rank() != 4 || !k.equals(in[2])) {
      throw Op.misfit(this, "q, k, v must be [batch, heads, tokens, headDim], k and v alike", in);
    }
    if (q.dim(0) != k.dim(0) || q.dim(1) != k.dim(1) || q.dim(3) != k.dim(3)) {
      throw Op.misfit(this, "q and k differ in batch, heads or headDim", in);
    }
    if (causal && q.dim(2) > k.dim(2)) {
      throw Op.misfit(this, "causal attention needs at least as many keys as queries", in);
    }
    if (in.length > 3 && in[3] != null) {
      Shape scores = Shape.of(q.dim(0), q.dim(1), q.dim(2), k.dim(2));
      if (!Shape.broadcast(in[3], scores).equals(scores)) {
        throw Op.misfit(this, "the mask must broadcast to " + scores, in);
      }
    }
    return mergeHeads ? Shape.of(q.dim(0), q.dim(2), q.dim(1) * q.dim(3)) : q;
  }

  private dev.kernite.kernels.Attention.Shape kernelShape(
      Tensor q, Tensor k, Tensor v, Tensor mask) {
    Shape s = q.shape();
    long heads = s.dim(1);
    long queries = s.dim(2);
    long keys = k.shape().dim(2);
    long d = s.dim(3);
    Shape scores = Shape.of(s.dim(0), heads, queries, keys);
    ScoreStrides maskStrides = ScoreStrides.NONE;
    if (mask != null) {
      long[] m = mask.shape().stridesWithin(scores);
      maskStrides = new ScoreStrides(m[0], m[1], m[2], m[3]);
    }
    return new dev.kernite.kernels.Attention.Shape(
        s.dim(0),
        heads,
        queries,
        keys,
        d,
        strides(q),
        strides(k),
        strides(v),
        mergeHeads
            ? new Strides(queries * heads * d, d, heads * d)
            : new Strides(heads * queries * d, queries * d, d),
        maskStrides,
        maskStrides,
        causal,
        Float.isNaN(scale) ? (float) (1 / Math.sqrt(d)) : scale);
  }

  private Strides strides(Tensor t) {
    long[] s = t.strides();
    if (s[3] != 1 && t.shape().dim(3) > 1) {
      throw Op.misfit(this, "the head dimension must be contiguous", t.shape());
    }
    return new Strides(s[0], s[1], s[2]);
  }

  @Override
  public void forward(Call c) {
    Tensor q = c.input(0);
    Tensor mask = c.input(3);
    var shape = kernelShape(q, c.input(1), c.input(2), mask);
    long bools = mask != null && mask.dtype() == DType.BOOL ? mask.address() : 0;
    long bias = mask != null && mask.dtype() == DType.F32 ? mask.address() : 0;
    long lse =
        c.recording()
            ? c.save(DType.F32, Shape.of(shape.batch(), shape.heads(), shape.queries())).address()
            : 0;
    var kernel = c.backend().attention();
    kernel.forward(
        shape, c.address(0), c.address(1), c.address(2), bools, bias, c.output().address(), lse);
    if (weights) {
      Tensor w =
          c.extra("weights", Shape.of(shape.batch(), shape.heads(), shape.queries(), shape.keys()));
      kernel.weights(shape, c.address(0), c.address(1), bools, bias, w.address());
    }
  }

  @Override
  public void backward(Gradient g) {
    Tensor mask = g.input(3);
    var shape = kernelShape(g.input(0), g.input(1), g.input(2), mask);
    g.backend()
        .attention()
        .backward(
            shape,
            g.address(0),
            g.address(1),
            g.address(2),
            mask != null && mask.dtype() == DType.BOOL ? mask.address() : 0,
            mask != null && mask.dtype() == DType.F32 ? mask.address() : 0,
            g.output().address(),
            g.saved(0).address(),
            g.upstream().address(),
            g.windowAddress(0),
            g.windowAddress(1),
            g.windowAddress(2),
            g.windowAddress(3));
  }

  @Override
  public Cost cost(Shape... in) {
    double scores = (double) in[0].dim(0) * in[0].dim(1) * in[0].dim(2) * in[1].dim(2);
    double seen = causal ? 0.5 : 1;
    return new Cost(
        4 * seen * scores * in[0].dim(3), 4.0 * (2 * in[0].size() + in[1].size() + in[2].size()));
  }
}
