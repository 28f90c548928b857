package dev.kernite.models.gpt2;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.weights.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    WeightMatrix tokens,
    Tensor positions,
    List<Block> blocks,
    Tensor normWeight,
    Tensor normBias,
    WeightMatrix head) {

  /** Name of the untied language head. */
  static final String HEAD = "lm_head.weight";

  private static final String POSITIONS = "wpe.weight";

  /** Parameters of one block. */
  record Block(
      Tensor norm1Weight,
      Tensor norm1Bias,
      WeightMatrix attnWeight,
      Tensor attnBias,
      WeightMatrix projWeight,
      Tensor projBias,
      Tensor norm2Weight,
      Tensor norm2Bias,
      WeightMatrix fcWeight,
      Tensor fcBias,
      WeightMatrix fcProjWeight,
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
    s.put(POSITIONS, new long[] {c.positions(), w});
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

  /** Whether a parameter is one that vectors are multiplied with. */
  static boolean isMatrix(String name, long[] shape) {
    return shape.length == 2 && !name.equals(POSITIONS);
  }

  /** The path of the linear layer in a block that a parameter is the matrix of, or null. */
  static String layer(String name) {
    return name.startsWith("h.")
        ? "transformer." + name.substring(0, name.length() - ".weight".length())
        : null;
  }

  /** Gets every parameter from a source, in checkpoint order. */
  static Gpt2Weights from(Gpt2Config c, boolean head, WeightSource source) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, WeightMatrix> matrices = new LinkedHashMap<>();
    shapes(c, head)
        .forEach(
            (name, shape) -> {
              if (!isMatrix(name, shape)) {
                tensors.put(name, source.tensor(name, shape));
              } else {
                boolean inOut = name.startsWith("h.");
                WeightLayout layout = inOut ? WeightLayout.IN_OUT : WeightLayout.OUT_IN;
                matrices.put(name, source.matrix(name, layout, shape));
              }
            });
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < c.layers(); i++) {
      String h = "h." + i + ".";
      blocks.add(
          new Block(
              tensors.get(h + "ln_1.weight"),
              tensors.get(h + "ln_1.bias"),
              matrices.get(h + "attn.c_attn.weight"),
              tensors.get(h + "attn.c_attn.bias"),
              matrices.get(h + "attn.c_proj.weight"),
              tensors.get(h + "attn.c_proj.bias"),
              tensors.get(h + "ln_2.weight"),
              tensors.get(h + "ln_2.bias"),
              matrices.get(h + "mlp.c_fc.weight"),
              tensors.get(h + "mlp.c_fc.bias"),
              matrices.get(h + "mlp.c_proj.weight"),
              tensors.get(h + "mlp.c_proj.bias")));
    }
    return new Gpt2Weights(
        matrices.get("wte.weight"),
        tensors.get(POSITIONS),
        blocks,
        tensors.get("ln_f.weight"),
        tensors.get("ln_f.bias"),
        matrices.get(HEAD));
  }
}
