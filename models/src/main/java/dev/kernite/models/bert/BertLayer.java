package dev.kernite.models.bert;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.op.Activation;
import dev.kernite.models.Activations;
import dev.kernite.models.transformer.Heads;
import dev.kernite.models.transformer.Probe;

/**
 * One layer of BERT (Devlin et al. 2019), normalised after each sum: h = norm(h + attention(h)); h
 * = norm(h + mlp(h)).
 */
final class BertLayer {
  private final int layer;
  private final BertConfig config;
  private final Activation activation;
  private final BertWeights.Layer w;

  BertLayer(int layer, BertConfig config, BertWeights.Layer weights) {
    this.layer = layer;
    this.config = config;
    this.activation = Activations.byName(config.activation());
    this.w = weights;
  }

  /**
   * Runs the layer.
   *
   * @param h [batch, time, width]
   * @param mask added to the attention scores, [batch, 1, 1, time], or null
   * @return the same shape as h
   */
  Tensor forward(Tensor h, Tensor mask, boolean training, Probe probe) {
    Dropout dropout = new Dropout(config.hiddenDropout());
    Tensor a = w.output().apply(attention(h, mask, training, probe), null);
    if (config.family().dropsAttentionOutput()) {
      a = dropout.apply(a, training);
    }
    h = w.attentionNorm().apply(h, a);
    Tensor m = w.outer().apply(w.inner().apply(h, activation), null);
    return w.norm().apply(h, dropout.apply(m, training));
  }

  private Tensor attention(Tensor h, Tensor mask, boolean training, Probe probe) {
    Tensor q = w.query().apply(h, null).splitHeads(config.heads());
    Tensor k = w.key().apply(h, null).splitHeads(config.heads());
    Tensor v = w.value().apply(h, null).splitHeads(config.heads());
    float scale = (float) (1 / Math.sqrt(config.headDim()));
    Heads.Options options =
        new Heads.Options(false, scale, training ? config.attentionDropout() : 0);
    return Heads.attend(q, k, v, mask, options, probe, "attentions." + layer);
  }
}
