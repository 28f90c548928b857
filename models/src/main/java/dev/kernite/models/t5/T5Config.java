package dev.kernite.models.t5;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.util.List;

/**
 * The architecture of a T5, as in its {@code config.json}: T5 v1.0 (Raffel et al. 2020), v1.1 and
 * mT5 (Xue et al. 2021).
 *
 * @param vocabSize tokens
 * @param width values per position (d_model)
 * @param headDim values a head (d_kv)
 * @param heads attention heads; heads times headDim need not be the width
 * @param innerWidth values inside the feed-forward network (d_ff)
 * @param encoderLayers blocks of the encoder
 * @param decoderLayers blocks of the decoder
 * @param buckets rows of the table of relative positions; at least 4
 * @param maxDistance from this distance on all positions share a bucket
 * @param activation name of the feed-forward network's activation function
 * @param gated whether the activation is multiplied with a second linear map (Shazeer 2020)
 * @param epsilon added to the mean square in normalisation
 * @param languageHead whether the model ends in logits over the vocabulary
 * @param tiedHead whether the language head is the token embedding
 * @param dropout probability, in training
 * @param initializerFactor scale of fresh weights
 * @param startToken what the decoder is fed first
 * @param padToken stands in the decoder's input where a label is ignored
 */
public record T5Config(
    int vocabSize,
    int width,
    int headDim,
    int heads,
    int innerWidth,
    int encoderLayers,
    int decoderLayers,
    int buckets,
    int maxDistance,
    String activation,
    boolean gated,
    float epsilon,
    boolean languageHead,
    boolean tiedHead,
    float dropout,
    float initializerFactor,
    int startToken,
    int padToken) {

  private static final int MANY = Integer.MAX_VALUE;
  private static final List<String> MODEL_TYPES = List.of("t5", "mt5");
  private static final String GATED = "gated-";

  /** Checks what no single value shows. */
  public T5Config {
    if (maxDistance <= buckets / 2) {
      throw new ModelException(
          "relative_attention_max_distance is %d; with %d buckets it must be more than %d"
              .formatted(maxDistance, buckets, buckets / 2));
    }
    requireToken("decoder_start_token_id", startToken, vocabSize);
    requireToken("pad_token_id", padToken, vocabSize);
  }

  private static void requireToken(String name, int token, int vocabSize) {
    if (token >= vocabSize) {
      throw new ModelException(
          "%s is %d, outside the vocabulary of %d".formatted(name, token, vocabSize));
    }
  }

  /** Whether {@link #of} knows the family of a configuration. */
  public static boolean knows(JsonConfig json) {
    return json.has("model_type") && MODEL_TYPES.contains(json.string("model_type"));
  }

  /**
   * Reads a configuration.
   *
   * @throws ModelException if a value is missing, of the wrong type or out of range
   */
  public static T5Config of(JsonConfig json) {
    if (!knows(json)) {
      throw json.invalid("model_type", "is not of " + MODEL_TYPES);
    }
    int layers = json.integer("num_layers", 1, MANY, 6);
    String feedForward = json.string("feed_forward_proj", "relu");
    boolean gated = feedForward.startsWith(GATED);
    String named = gated ? feedForward.substring(GATED.length()) : feedForward;
    int padToken = json.integer("pad_token_id", 0, MANY, 0);
    return new T5Config(
        json.integer("vocab_size", 1, MANY, 32128),
        json.integer("d_model", 1, MANY, 512),
        json.integer("d_kv", 1, MANY, 64),
        json.integer("num_heads", 1, MANY, 8),
        json.integer("d_ff", 1, MANY, 2048),
        layers,
        json.integer("num_decoder_layers", 1, MANY, layers),
        json.integer("relative_attention_num_buckets", 4, MANY, 32),
        json.integer("relative_attention_max_distance", 1, MANY, 128),
        // Published files say gated-gelu and mean GELU's tanh form, as the original code did.
        json.string("dense_act_fn", feedForward.equals("gated-gelu") ? "gelu_new" : named),
        json.bool("is_gated_act", gated),
        (float) json.real("layer_norm_epsilon", 1e-6),
        writes(json),
        json.bool("tie_word_embeddings", true),
        (float) json.real("dropout_rate", 0.1),
        (float) json.real("initializer_factor", 1),
        json.integer("decoder_start_token_id", 0, MANY, padToken),
        padToken);
  }

  /** Whether the architecture has a language head; T5Model and MT5Model have none. */
  private static boolean writes(JsonConfig json) {
    return !json.has("architectures")
        || json.strings("architectures").stream().noneMatch(name -> name.endsWith("T5Model"));
  }

  /** Values of all heads together: the width of queries, keys and values. */
  public int attentionWidth() {
    return heads * headDim;
  }

  /** The same architecture with another dropout probability. */
  public T5Config withDropout(float p) {
    return new T5Config(
        vocabSize,
        width,
        headDim,
        heads,
        innerWidth,
        encoderLayers,
        decoderLayers,
        buckets,
        maxDistance,
        activation,
        gated,
        epsilon,
        languageHead,
        tiedHead,
        p,
        initializerFactor,
        startToken,
        padToken);
  }
}
