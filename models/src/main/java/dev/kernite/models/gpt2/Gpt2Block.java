package dev.kernite.models.gpt2;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.addLayerNorm;
import static dev.kernite.engine.Functional.layerNorm;

import dev.kernite.engine.Functional.Residual;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.op.Activation;
import dev.kernite.models.Activations;
import dev.kernite.models.transformer.Heads;

/**
 * One transformer block of GPT-2 (Radford et al. 2019): h += attention(norm(h)); h += mlp(norm(h)).
 */
final class Gpt2Block {
  private final int layer;
  private final Gpt2Config config;
  private final Activation activation;
  private final Gpt2Weights.Block w;

  Gpt2Block(int layer, Gpt2Config config, Gpt2Weights.Block weights) {
    this.layer = layer;
    this.config = config;
    this.activation = Activations.byName(config.activation());
    this.w = weights;
  }

  /** h [batch, time, width] to the same shape. */
  Tensor forward(Tensor h, Pass pass) {
    float eps = config.epsilon();
    Tensor a = attention(layerNorm(h, w.norm1Weight(), w.norm1Bias(), eps), pass);
    a = dropout(a, config.residualDropout(), pass);
    Residual r = addLayerNorm(h, a, w.norm2Weight(), w.norm2Bias(), eps);
    Tensor m = mlp(r.normal());
    return add(r.sum(), dropout(m, config.residualDropout(), pass));
  }

  private Tensor mlp(Tensor x) {
    Tensor inner = w.fcWeight().apply(x, w.fcBias(), activation);
    return w.fcProjWeight().apply(inner, w.fcProjBias(), null);
  }

  private Tensor attention(Tensor x, Pass pass) {
    Tensor qkv = w.attnWeight().apply(x, w.attnBias(), null);
    int width = config.width();
    Tensor q = qkv.narrow(-1, 0, width).splitHeads(config.heads());
    Tensor k = qkv.narrow(-1, width, width).splitHeads(config.heads());
    Tensor v = qkv.narrow(-1, 2L * width, width).splitHeads(config.heads());
    if (pass.step() != null) {
      float scale = config.attentionScale(layer);
      Tensor mixed = pass.cache().attend(layer, q, k, v, pass.mask(), scale, pass.step());
      return w.projWeight().apply(mixed, w.projBias(), null);
    }
    if (pass.cache() != null) {
      k = pass.cache().appendKeys(layer, k);
      v = pass.cache().appendValues(layer, v);
    }
    pass.probe().see("past." + layer + ".key", k);
    pass.probe().see("past." + layer + ".value", v);
    Heads.Options options =
        new Heads.Options(
            true, config.attentionScale(layer), pass.training() ? config.attentionDropout() : 0);
    Tensor mixed = Heads.attend(q, k, v, pass.mask(), options, pass.probe(), "attentions." + layer);
    return w.projWeight().apply(mixed, w.projBias(), null);
  }

  static Tensor dropout(Tensor x, float p, Pass pass) {
    return new Dropout(p).apply(x, pass.training());
  }
}
