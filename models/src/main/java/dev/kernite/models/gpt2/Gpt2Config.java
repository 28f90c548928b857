package dev.kernite.models.gpt2;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;

/**
 * The architecture of a GPT-2, as in its {@code config.json}.
 *
 * @param vocabSize tokens
 * @param positions longest context, in tokens
 * @param width values per position (n_embd)
 * @param layers transformer blocks
 * @param heads attention heads; divides the width
 * @param innerWidth values inside the feed-forward network
 * @param activation name of its activation function
 * @param epsilon added to the variance in layer normalisation
 * @param scaleByHeadDim divide attention scores by sqrt(width / heads)
 * @param scaleByLayer divide attention scores of block i (from 0) by i + 1 too
 * @param languageHead whether the model ends in logits over the vocabulary
 * @param tiedHead whether the language head is the token embedding
 * @param embeddingDropout probability after the embeddings, in training
 * @param attentionDropout probability on the attention weights, in training
 * @param residualDropout probability before each residual sum, in training
 * @param initializerRange standard deviation of fresh weights
 */
public record Gpt2Config(
    int vocabSize,
    int positions,
    int width,
    int layers,
    int heads,
    int innerWidth,
    String activation,
    float epsilon,
    boolean scaleByHeadDim,
    boolean scaleByLayer,
    boolean languageHead,
    boolean tiedHead,
    float embeddingDropout,
    float attentionDropout,
    float residualDropout,
    float initializerRange) {

  private static final int MANY = Integer.MAX_VALUE;

  /** Checks what no single value shows. */
  public Gpt2Config {
    if (width % heads != 0) {
      throw new ModelException("n_embd " + width + " is not divisible by n_head " + heads);
    }
  }

  /**
   * Reads a configuration.
   *
   * @throws ModelException if a value is missing, of the wrong type or out of range
   */
  public static Gpt2Config of(JsonConfig json) {
    String type = json.string("model_type", "gpt2");
    if (!type.equals("gpt2")) {
      throw json.invalid("model_type", "is '" + type + "', not gpt2");
    }
    int width = json.integer("n_embd", 1, MANY, 768);
    return new Gpt2Config(
        json.integer("vocab_size", 1, MANY, 50257),
        json.integer(json.has("n_positions") ? "n_positions" : "n_ctx", 1, MANY, 1024),
        width,
        json.integer("n_layer", 0, MANY, 12),
        json.integer("n_head", 1, MANY, 12),
        json.integer("n_inner", 1, MANY, 4 * width),
        json.string("activation_function", "gelu_new"),
        (float) json.real("layer_norm_epsilon", 1e-5),
        json.bool("scale_attn_weights", true),
        json.bool("scale_attn_by_inverse_layer_idx", false),
        !json.has("architectures") || json.strings("architectures").contains("GPT2LMHeadModel"),
        json.bool("tie_word_embeddings", true),
        (float) json.real("embd_pdrop", 0.1),
        (float) json.real("attn_pdrop", 0.1),
        (float) json.real("resid_pdrop", 0.1),
        (float) json.real("initializer_range", 0.02));
  }

  /** Values per head. */
  public int headDim() {
    return width / heads;
  }

  /** Factor of the attention scores in block {@code layer}. */
  public float attentionScale(int layer) {
    double scale = scaleByHeadDim ? 1 / Math.sqrt(headDim()) : 1;
    return (float) (scaleByLayer ? scale / (layer + 1) : scale);
  }

  /** The same architecture with other dropout probabilities. */
  public Gpt2Config withDropout(float embedding, float attention, float residual) {
    return new Gpt2Config(
        vocabSize,
        positions,
        width,
        layers,
        heads,
        innerWidth,
        activation,
        epsilon,
        scaleByHeadDim,
        scaleByLayer,
        languageHead,
        tiedHead,
        embedding,
        attention,
        residual,
        initializerRange);
  }
}
