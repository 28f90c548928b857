package dev.kernite.models.t5;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * All parameters of a T5, by their published names.
 *
 * @param tokens embeddings of both stacks, [vocabSize, width]
 * @param head language head [vocabSize, width] if it is not the embedding, else null
 */
record T5Weights(WeightMatrix tokens, Stack encoder, Stack decoder, WeightMatrix head) {
  static final String TOKENS = "shared.weight";
  static final String HEAD = "lm_head.weight";

  /**
   * Encoder or decoder.
   *
   * @param positions bias of each bucket of relative positions, [buckets, heads]
   * @param norm gain of the last normalisation
   */
  record Stack(Tensor positions, List<Block> blocks, Tensor norm) {}

  /**
   * One block; {@code cross} and {@code crossNorm} are null in the encoder.
   *
   * @param selfNorm gain of the normalisation before self-attention; the others likewise
   */
  record Block(
      Tensor selfNorm,
      Attention self,
      Tensor crossNorm,
      Attention cross,
      Tensor innerNorm,
      FeedForward inner) {}

  /** Projections of attention, without biases. */
  record Attention(WeightMatrix query, WeightMatrix key, WeightMatrix value, WeightMatrix output) {}

  /**
   * A feed-forward network without biases.
   *
   * @param in whose result is activated
   * @param gate what that is multiplied with, or null
   */
  record FeedForward(WeightMatrix in, WeightMatrix gate, WeightMatrix out) {}

  /** The path of the linear layer in a block that a parameter is the matrix of, or null. */
  static String layer(String name) {
    return name.contains(".layer.") ? name.substring(0, name.length() - ".weight".length()) : null;
  }

  /**
   * Gets every parameter from a source, in the order of published checkpoints.
   *
   * @param head whether an untied language head is among them
   */
  static T5Weights from(T5Config c, boolean head, WeightSource source) {
    WeightMatrix tokens = source.matrix(TOKENS, WeightLayout.OUT_IN, c.vocabSize(), c.width());
    Stack encoder = stack(c, "encoder.", c.encoderLayers(), false, source);
    Stack decoder = stack(c, "decoder.", c.decoderLayers(), true, source);
    WeightMatrix own =
        head ? source.matrix(HEAD, WeightLayout.OUT_IN, c.vocabSize(), c.width()) : null;
    return new T5Weights(tokens, encoder, decoder, own);
  }

  private static Stack stack(
      T5Config c, String prefix, int layers, boolean crosses, WeightSource source) {
    Tensor positions = null;
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      String block = prefix + "block." + i + ".layer.";
      Attention self = attention(c, block + "0.SelfAttention.", source);
      if (i == 0) { // its table serves all blocks
        positions =
            source.tensor(
                block + "0.SelfAttention.relative_attention_bias.weight", c.buckets(), c.heads());
      }
      Tensor selfNorm = source.tensor(block + "0.layer_norm.weight", c.width());
      Attention cross = crosses ? attention(c, block + "1.EncDecAttention.", source) : null;
      Tensor crossNorm = crosses ? source.tensor(block + "1.layer_norm.weight", c.width()) : null;
      String last = block + (crosses ? "2." : "1.");
      FeedForward inner = feedForward(c, last + "DenseReluDense.", source);
      Tensor innerNorm = source.tensor(last + "layer_norm.weight", c.width());
      blocks.add(new Block(selfNorm, self, crossNorm, cross, innerNorm, inner));
    }
    Tensor norm = source.tensor(prefix + "final_layer_norm.weight", c.width());
    return new Stack(positions, blocks, norm);
  }

  private static Attention attention(T5Config c, String prefix, WeightSource source) {
    int inner = c.attentionWidth();
    return new Attention(
        matrix(source, prefix + "q", inner, c.width()),
        matrix(source, prefix + "k", inner, c.width()),
        matrix(source, prefix + "v", inner, c.width()),
        matrix(source, prefix + "o", c.width(), inner));
  }

  private static FeedForward feedForward(T5Config c, String prefix, WeightSource source) {
    String in = c.gated() ? "wi_0" : "wi";
    return new FeedForward(
        matrix(source, prefix + in, c.innerWidth(), c.width()),
        c.gated() ? matrix(source, prefix + "wi_1", c.innerWidth(), c.width()) : null,
        matrix(source, prefix + "wo", c.width(), c.innerWidth()));
  }

  private static WeightMatrix matrix(WeightSource source, String name, long out, long in) {
    return source.matrix(name + ".weight", WeightLayout.OUT_IN, out, in);
  }
}
