package dev.kernite.models.gpt2;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.addLayerNorm;
import static dev.kernite.engine.Functional.layerNorm;
import static dev.kernite.engine.Functional.matmul;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.permute;
import static dev.kernite.engine.Functional.softmax;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional.Residual;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.Attention;
import dev.kernite.models.Activations;

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
    Tensor mixed =
        pass.training() && config.attentionDropout() > 0
            ? droppedAttention(q, k, v, pass)
            : fusedAttention(q, k, v, pass);
    return w.projWeight().apply(mixed, w.projBias(), null);
  }

  private Tensor fusedAttention(Tensor q, Tensor k, Tensor v, Pass pass) {
    boolean show = pass.probe() != Probe.NONE;
    Attention op = new Attention(true, config.attentionScale(layer), true, show);
    Node.Results r = Node.run(op, q, k, v, pass.mask());
    if (show) {
      pass.probe().see("attentions." + layer, r.extras().get("weights"));
    }
    return r.output();
  }

  /** Attention with its weights written out, since dropout acts on them. */
  private Tensor droppedAttention(Tensor q, Tensor k, Tensor v, Pass pass) {
    Engine engine = q.engine();
    Tensor scores = mul(matmul(q, k.transposed(-1, -2)), config.attentionScale(layer));
    scores = add(scores, Masks.causal(engine, q.shape().dim(2), k.shape().dim(2)));
    if (pass.mask() != null) {
      scores = add(scores, pass.mask());
    }
    Tensor weights = dropout(softmax(scores, -1), config.attentionDropout(), pass);
    pass.probe().see("attentions." + layer, weights);
    Tensor heads = matmul(weights, v);
    return permute(heads, 0, 2, 1, 3).reshape(q.shape().dim(0), q.shape().dim(2), config.width());
  }

  static Tensor dropout(Tensor x, float p, Pass pass) {
    return new Dropout(p).apply(x, pass.training());
  }
}
