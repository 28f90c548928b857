package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Attention;
import java.util.function.BiConsumer;

/**
 * Multi-head self-attention (Vaswani et al. 2017): one product for queries, keys and values, fused
 * attention over its three windows, one product back.
 *
 * @param qkv width to 3 width: queries, keys and values side by side
 * @param out width to width
 * @param heads number of heads; divides the width
 * @param causal whether a token sees only itself and what stands before it
 */
public record SelfAttention(Linear qkv, Linear out, int heads, boolean causal) implements Module {
  /** A trainable block with the default start of {@link Linear}. */
  public static SelfAttention create(Engine engine, long width, int heads, boolean causal) {
    if (heads < 1 || width % heads != 0) {
      throw new EngineException("attention: " + heads + " heads do not divide width " + width);
    }
    return new SelfAttention(
        Linear.create(engine, width, 3 * width, true),
        Linear.create(engine, width, width, true),
        heads,
        causal);
  }

  /**
   * Attends.
   *
   * @param x [batch, time, width]
   * @param mask broadcasts to [batch, heads, time, time]: where attention may go, or a bias; null
   *     for none
   * @return [batch, time, width]
   */
  public Tensor apply(Tensor x, Tensor mask) {
    long width = x.shape().dim(-1);
    Tensor all = qkv.apply(x);
    Tensor merged =
        new Attention(causal, Float.NaN, true, false)
            .apply(
                all.narrow(-1, 0, width).splitHeads(heads),
                all.narrow(-1, width, width).splitHeads(heads),
                all.narrow(-1, 2 * width, width).splitHeads(heads),
                mask);
    return out.apply(merged);
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    qkv.parameters(prefix + "qkv.", visit);
    out.parameters(prefix + "out.", visit);
  }
}
