package dev.kernite.models.gpt2;

import dev.kernite.engine.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The parameters of a GPT-2. Names are those of the published checkpoints without the prefix {@code
 * transformer.}; matrices of the blocks are stored [in, out].
 *
 * @param tokens token embedding {@code wte.weight} [vocabSize, width]
 * @param positions position embedding {@code wpe.weight} [positions, width]
 * @param blocks the transformer blocks
 * @param normWeight gain of the final norm
 * @param normBias offset of the final norm
 * @param head untied language head [vocabSize, width], or null
 */
record Gpt2Weights(
    Tensor tokens,
    Tensor positions,
    List<Block> blocks,
    Tensor normWeight,
    Tensor normBias,
    Tensor head) {

  /** Name of the untied language head. */
  static final String HEAD = "lm_head.weight";

  /** Parameters of one block. */
  record Block(
      Tensor norm1Weight,
      Tensor norm1Bias,
      Tensor attnWeight,
      Tensor attnBias,
      Tensor projWeight,
      Tensor projBias,
      Tensor norm2Weight,
      Tensor norm2Bias,
      Tensor fcWeight,
      Tensor fcBias,
      Tensor fcProjWeight,
      Tensor fcProjBias) {}

  /**
   * Name and shape of every parameter of an architecture, in checkpoint order.
   *
   * @param head whether an untied language head is among them
   */
  static Map<String, long[]> shapes(Gpt2Config c, boolean head) {
    Map<String, long[]> s = new LinkedHashMap<>();
    long w = c.width();
    long inner = c.innerWidth();
    s.put("wte.weight", new long[] {c.vocabSize(), w});
    s.put("wpe.weight", new long[] {c.positions(), w});
    for (int i = 0; i < c.layers(); i++) {
      String h = "h." + i + ".";
      s.put(h + "ln_1.weight", new long[] {w});
      s.put(h + "ln_1.bias", new long[] {w});
      s.put(h + "attn.c_attn.weight", new long[] {w, 3 * w});
      s.put(h + "attn.c_attn.bias", new long[] {3 * w});
      s.put(h + "attn.c_proj.weight", new long[] {w, w});
      s.put(h + "attn.c_proj.bias", new long[] {w});
      s.put(h + "ln_2.weight", new long[] {w});
      s.put(h + "ln_2.bias", new long[] {w});
      s.put(h + "mlp.c_fc.weight", new long[] {w, inner});
      s.put(h + "mlp.c_fc.bias", new long[] {inner});
      s.put(h + "mlp.c_proj.weight", new long[] {inner, w});
      s.put(h + "mlp.c_proj.bias", new long[] {w});
    }
    s.put("ln_f.weight", new long[] {w});
    s.put("ln_f.bias", new long[] {w});
    if (head) {
      s.put(HEAD, new long[] {c.vocabSize(), w});
    }
    return s;
  }

  /**
   * Gets every parameter from a source.
   *
   * @param source makes the tensor of a name and shape
   */
  static Gpt2Weights from(Gpt2Config c, boolean head, BiFunction<String, long[], Tensor> source) {
    Map<String, Tensor> t = new LinkedHashMap<>();
    shapes(c, head).forEach((name, shape) -> t.put(name, source.apply(name, shape)));
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < c.layers(); i++) {
      String h = "h." + i + ".";
      blocks.add(
          new Block(
              t.get(h + "ln_1.weight"),
              t.get(h + "ln_1.bias"),
              t.get(h + "attn.c_attn.weight"),
              t.get(h + "attn.c_attn.bias"),
              t.get(h + "attn.c_proj.weight"),
              t.get(h + "attn.c_proj.bias"),
              t.get(h + "ln_2.weight"),
              t.get(h + "ln_2.bias"),
              t.get(h + "mlp.c_fc.weight"),
              t.get(h + "mlp.c_fc.bias"),
              t.get(h + "mlp.c_proj.weight"),
              t.get(h + "mlp.c_proj.bias")));
    }
    return new Gpt2Weights(
        t.get("wte.weight"),
        t.get("wpe.weight"),
        blocks,
        t.get("ln_f.weight"),
        t.get("ln_f.bias"),
        t.get(HEAD));
  }
}
