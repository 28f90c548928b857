package dev.kernite.models.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.Attention;
import dev.kernite.engine.op.Binary;
import dev.kernite.engine.op.Dropout;
import dev.kernite.engine.op.LayerNorm;
import dev.kernite.engine.op.Linear;
import dev.kernite.engine.op.Matmul;
import dev.kernite.engine.op.Permute;
import dev.kernite.engine.op.Softmax;
import dev.kernite.kernels.BinaryFunction;
import dev.kernite.models.Activations;
import java.util.List;

/**
 * One transformer block of GPT-2 (Radford et al. 2019): h += attention(norm(h)); h += mlp(norm(h)).
 */
final class Gpt2Block {
  private static final Linear CONV1D = new Linear(Linear.WeightLayout.IN_OUT);
  private static final Binary ADD = new Binary(BinaryFunction.ADD);
  private static final Binary MUL = new Binary(BinaryFunction.MUL);

  private final int layer;
  private final Gpt2Config config;
  private final LayerNorm norm;
  private final Activation activation;
  private final Gpt2Weights.Block w;

  Gpt2Block(int layer, Gpt2Config config, Gpt2Weights.Block weights) {
    this.layer = layer;
    this.config = config;
    this.norm = new LayerNorm(config.epsilon());
    this.activation = Activations.byName(config.activation());
    this.w = weights;
  }

  /** h [batch, time, width] to the same shape. */
  Tensor forward(Tensor h, Pass pass) {
    Tensor a = attention(norm.apply(h, w.norm1Weight(), w.norm1Bias()), pass);
    h = ADD.apply(h, dropout(a, config.residualDropout(), pass));
    Tensor m = mlp(norm.apply(h, w.norm2Weight(), w.norm2Bias()));
    return ADD.apply(h, dropout(m, config.residualDropout(), pass));
  }

  private Tensor mlp(Tensor x) {
    Tensor inner = activation.apply(CONV1D.apply(x, w.fcWeight(), w.fcBias()));
    return CONV1D.apply(inner, w.fcProjWeight(), w.fcProjBias());
  }

  private Tensor attention(Tensor x, Pass pass) {
    Tensor qkv = CONV1D.apply(x, w.attnWeight(), w.attnBias());
    int width = config.width();
    Tensor q = qkv.narrow(-1, 0, width).splitHeads(config.heads());
    Tensor k = qkv.narrow(-1, width, width).splitHeads(config.heads());
    Tensor v = qkv.narrow(-1, 2L * width, width).splitHeads(config.heads());
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
    return CONV1D.apply(mixed, w.projWeight(), w.projBias());
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
    Tensor scores =
        MUL.apply(
            new Matmul(false, true).apply(q, k), engine.scalar(config.attentionScale(layer)));
    scores = ADD.apply(scores, Masks.causal(engine, q.shape().dim(2), k.shape().dim(2)));
    if (pass.mask() != null) {
      scores = ADD.apply(scores, pass.mask());
    }
    Tensor weights = dropout(new Softmax(-1).apply(scores), config.attentionDropout(), pass);
    Tensor heads = new Matmul(false, false).apply(weights, v);
    return new Permute(List.of(0L, 2L, 1L, 3L))
        .apply(heads)
        .reshape(q.shape().dim(0), q.shape().dim(2), config.width());
  }

  static Tensor dropout(Tensor x, float p, Pass pass) {
    if (!pass.training() || p == 0) {
      return x;
    }
    var random = x.engine().random();
    return new Dropout(p, true, random.seed(), random.reserve(x.size())).apply(x);
  }
}
