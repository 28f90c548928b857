package dev.kernite.models.transformer;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.dropout;
import static dev.kernite.engine.Functional.matmul;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.permute;
import static dev.kernite.engine.Functional.softmax;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.op.Attention;

/** Attention over several heads, with what models want to know of it. */
public final class Heads {
  private Heads() {}

  /**
   * How to attend.
   *
   * @param causal whether later keys are hidden
   * @param scale factor of the scores
   * @param dropout probability on the attention weights; 0 outside of training
   */
  public record Options(boolean causal, float scale, float dropout) {}

  /**
   * Scaled dot-product attention (Vaswani et al. 2017).
   *
   * @param q queries [batch, heads, queries, headDim]
   * @param k keys [batch, heads, keys, headDim]
   * @param v values, as the keys
   * @param mask added to the scores, broadcast to [batch, heads, queries, keys], or null
   * @param probe sees the weights [batch, heads, queries, keys]
   * @param name by which it sees them
   * @return [batch, queries, heads * headDim]
   */
  public static Tensor attend(
      Tensor q, Tensor k, Tensor v, Tensor mask, Options options, Probe probe, String name) {
    if (options.dropout > 0) {
      return dropped(q, k, v, mask, options, probe, name);
    }
    boolean show = probe != Probe.NONE;
    Attention op = new Attention(options.causal, options.scale, true, show);
    Node.Results r = Node.run(op, q, k, v, mask);
    if (show) {
      probe.see(name, r.extras().get("weights"));
    }
    return r.output();
  }

  /** Attention with its weights written out, since dropout acts on them. */
  private static Tensor dropped(
      Tensor q, Tensor k, Tensor v, Tensor mask, Options options, Probe probe, String name) {
    Engine engine = q.engine();
    Tensor scores = mul(matmul(q, k.transposed(-1, -2)), options.scale);
    if (options.causal) {
      scores = add(scores, Masks.causal(engine, q.shape().dim(2), k.shape().dim(2)));
    }
    if (mask != null) {
      scores = add(scores, mask);
    }
    Tensor weights = dropout(softmax(scores, -1), options.dropout);
    probe.see(name, weights);
    Tensor heads = permute(matmul(weights, v), 0, 2, 1, 3);
    return heads.reshape(q.shape().dim(0), q.shape().dim(2), q.shape().dim(1) * q.shape().dim(3));
  }
}
