package dev.kernite.models.t5;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.addRmsNorm;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.rmsNorm;

import dev.kernite.engine.Functional.Residual;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.op.Activation;
import dev.kernite.models.Activations;
import dev.kernite.models.transformer.Heads;

/**
 * One block of T5 (Raffel et al. 2020): h += self(norm(h)); in the decoder h += cross(norm(h)); h
 * += mlp(norm(h)). Norms divide by the root mean square, nothing has a bias, and attention scores
 * are not scaled: the initial weights are instead.
 */
final class T5Block {
  private static final float SCALE = 1;

  private final int layer;
  private final T5Config config;
  private final Activation activation;
  private final T5Weights.Block w;
  private final Dropout dropout;

  T5Block(int layer, T5Config config, T5Weights.Block weights) {
    this.layer = layer;
    this.config = config;
    this.activation = Activations.byName(config.activation());
    this.w = weights;
    this.dropout = new Dropout(config.dropout());
  }

  /** h [batch, time, width] to the same shape. */
  Tensor forward(Tensor h, T5Pass pass) {
    float eps = config.epsilon();
    Tensor a = selfAttention(rmsNorm(h, w.selfNorm(), eps), pass);
    Tensor next = w.cross() == null ? w.innerNorm() : w.crossNorm();
    Residual r = addRmsNorm(h, drop(a, pass), next, eps);
    if (w.cross() != null) {
      Tensor c = crossAttention(r.normal(), pass);
      r = addRmsNorm(r.sum(), drop(c, pass), w.innerNorm(), eps);
    }
    return add(r.sum(), drop(feedForward(r.normal(), pass), pass));
  }

  private Tensor selfAttention(Tensor x, T5Pass pass) {
    T5Weights.Attention p = w.self();
    Tensor q = project(p.query(), x).splitHeads(config.heads());
    Tensor k = project(p.key(), x).splitHeads(config.heads());
    Tensor v = project(p.value(), x).splitHeads(config.heads());
    if (pass.step() != null) {
      Tensor mixed = pass.cache().attend(layer, q, k, v, pass.bias(), SCALE, pass.step());
      return project(p.output(), mixed);
    }
    if (pass.cache() != null) {
      k = pass.cache().appendKeys(layer, k);
      v = pass.cache().appendValues(layer, v);
    }
    String name = pass.stack() + "_attentions." + layer;
    Heads.Options options = options(pass.causal(), pass);
    return project(p.output(), Heads.attend(q, k, v, pass.bias(), options, pass.probe(), name));
  }

  /**
   * Attention to the source. Where several rows continue one source, as beams do, they are its
   * queries, so its keys and values are read once for all of them.
   */
  private Tensor crossAttention(Tensor x, T5Pass pass) {
    T5Source source = pass.source();
    Tensor q = project(w.cross().query(), x);
    q = q.reshape(source.sources(), -1, config.attentionWidth()).splitHeads(config.heads());
    Tensor k = source.keys().get(layer).splitHeads(config.heads());
    Tensor v = source.values().get(layer).splitHeads(config.heads());
    String name = "cross_attentions." + layer;
    Tensor mixed = Heads.attend(q, k, v, source.mask(), options(false, pass), pass.probe(), name);
    long batch = x.shape().dim(0);
    return project(w.cross().output(), mixed.reshape(batch, -1, config.attentionWidth()));
  }

  private Heads.Options options(boolean causal, T5Pass pass) {
    return new Heads.Options(causal, SCALE, pass.training() ? config.dropout() : 0);
  }

  private Tensor feedForward(Tensor x, T5Pass pass) {
    Tensor inner = w.inner().in().apply(x, null, activation);
    if (w.inner().gate() != null) {
      inner = mul(inner, project(w.inner().gate(), x));
    }
    return project(w.inner().out(), drop(inner, pass));
  }

  private static Tensor project(WeightMatrix matrix, Tensor x) {
    return matrix.apply(x, null, null);
  }

  private Tensor drop(Tensor x, T5Pass pass) {
    return dropout.apply(x, pass.training());
  }
}
