package dev.kernite.models.bert;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The architecture of a BERT, RoBERTa or DistilBERT, as in its {@code config.json}.
 *
 * @param family which of them
 * @param vocabSize tokens
 * @param positions rows of the position table
 * @param tokenTypes rows of the token type table; 0 for none
 * @param width values per position
 * @param layers transformer layers
 * @param heads attention heads; divides the width
 * @param innerWidth values inside the feed-forward network
 * @param activation name of its activation function
 * @param epsilon added to the variance in layer normalisation
 * @param padToken id of padding; RoBERTa counts positions from it
 * @param tiedHead whether the language head's matrix is the word embedding
 * @param labels names of the classes, in order; one for a regression
 * @param problem what the classifier's logits mean
 * @param hiddenDropout probability after embeddings and before each residual sum, in training
 * @param attentionDropout probability on the attention weights, in training
 * @param classifierDropout probability before the classifier, in training
 * @param initializerRange standard deviation of fresh weights
 */
public record BertConfig(
    BertFamily family,
    int vocabSize,
    int positions,
    int tokenTypes,
    int width,
    int layers,
    int heads,
    int innerWidth,
    String activation,
    float epsilon,
    int padToken,
    boolean tiedHead,
    List<String> labels,
    Problem problem,
    float hiddenDropout,
    float attentionDropout,
    float classifierDropout,
    float initializerRange) {

  private static final int MANY = Integer.MAX_VALUE;
  private static final int MOST_LABELS = 1 << 20;

  /** What a classifier is trained for, and so its loss. */
  public enum Problem {
    /** A number: mean squared error. */
    REGRESSION,
    /** One of several classes: cross-entropy. */
    SINGLE_LABEL,
    /** Any number of classes: binary cross-entropy of each. */
    MULTI_LABEL
  }

  /** Checks what no single value shows. */
  public BertConfig {
    if (width % heads != 0) {
      throw new ModelException("the width " + width + " is not divisible by " + heads + " heads");
    }
    labels = List.copyOf(labels);
  }

  /** Whether {@link #of} knows the family of a configuration. */
  public static boolean knows(JsonConfig json) {
    return json.has("model_type") && BertFamily.of(json.string("model_type")).isPresent();
  }

  /**
   * Reads a configuration.
   *
   * @throws ModelException if a value is missing, of the wrong type or out of range, or asks for
   *     what is not supported
   */
  public static BertConfig of(JsonConfig json) {
    String type = json.string("model_type");
    BertFamily family =
        BertFamily.of(type)
            .orElseThrow(
                () ->
                    json.invalid(
                        "model_type", "is '" + type + "', not of " + BertFamily.modelTypes()));
    String kind = json.string("position_embedding_type", "absolute");
    if (!kind.equals("absolute")) {
      throw json.invalid("position_embedding_type", "is '" + kind + "'; only absolute is known");
    }
    if (json.bool("is_decoder", false) || json.bool("add_cross_attention", false)) {
      throw json.invalid("is_decoder", "is true; only encoders are known");
    }
    List<String> labels = labels(json);
    return family == BertFamily.DISTILBERT ? distilled(json, labels) : full(json, family, labels);
  }

  private static BertConfig full(JsonConfig json, BertFamily family, List<String> labels) {
    boolean roberta = family == BertFamily.ROBERTA;
    float hiddenDropout = (float) json.real("hidden_dropout_prob", 0.1);
    return new BertConfig(
        family,
        json.integer("vocab_size", 1, MANY),
        json.integer("max_position_embeddings", 1, MANY, 512),
        json.integer("type_vocab_size", 0, MANY, 2),
        json.integer("hidden_size", 1, MANY, 768),
        json.integer("num_hidden_layers", 0, MANY, 12),
        json.integer("num_attention_heads", 1, MANY, 12),
        json.integer("intermediate_size", 1, MANY, 3072),
        json.string("hidden_act", "gelu"),
        (float) json.real("layer_norm_eps", 1e-12),
        json.integer("pad_token_id", 0, MANY, roberta ? 1 : 0),
        json.bool("tie_word_embeddings", true),
        labels,
        problem(json, labels),
        hiddenDropout,
        (float) json.real("attention_probs_dropout_prob", 0.1),
        json.has("classifier_dropout") ? (float) json.real("classifier_dropout") : hiddenDropout,
        (float) json.real("initializer_range", 0.02));
  }

  private static BertConfig distilled(JsonConfig json, List<String> labels) {
    return new BertConfig(
        BertFamily.DISTILBERT,
        json.integer("vocab_size", 1, MANY),
        json.integer("max_position_embeddings", 1, MANY, 512),
        0,
        json.integer("dim", 1, MANY, 768),
        json.integer("n_layers", 0, MANY, 6),
        json.integer("n_heads", 1, MANY, 12),
        json.integer("hidden_dim", 1, MANY, 3072),
        json.string("activation", "gelu"),
        1e-12f,
        json.integer("pad_token_id", 0, MANY, 0),
        json.bool("tie_word_embeddings", true),
        labels,
        problem(json, labels),
        (float) json.real("dropout", 0.1),
        (float) json.real("attention_dropout", 0.1),
        (float) json.real("seq_classif_dropout", 0.2),
        (float) json.real("initializer_range", 0.02));
  }

  private static List<String> labels(JsonConfig json) {
    if (!json.has("id2label")) {
      int count = json.integer("num_labels", 1, MOST_LABELS, 2);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        names.add("LABEL_" + i);
      }
      return names;
    }
    Map<String, String> byId = json.stringMap("id2label");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < byId.size(); i++) {
      String name = byId.get("" + i);
      if (name == null) {
        throw json.invalid("id2label", "has " + byId.size() + " names, but none for " + i);
      }
      names.add(name);
    }
    return names;
  }

  private static Problem problem(JsonConfig json, List<String> labels) {
    if (!json.has("problem_type")) {
      return labels.size() == 1 ? Problem.REGRESSION : Problem.SINGLE_LABEL;
    }
    String name = json.string("problem_type");
    return switch (name) {
      case "regression" -> Problem.REGRESSION;
      case "single_label_classification" -> Problem.SINGLE_LABEL;
      case "multi_label_classification" -> Problem.MULTI_LABEL;
      default ->
          throw json.invalid(
              "problem_type",
              "is '"
                  + name
                  + "'; known are regression, single_label_classification and"
                  + " multi_label_classification");
    };
  }

  /** Values per head. */
  public int headDim() {
    return width / heads;
  }

  /** Longest sequence, in tokens: RoBERTa's first positions are never used. */
  public int longest() {
    return family == BertFamily.ROBERTA ? positions - padToken - 1 : positions;
  }

  /** The same architecture with other dropout probabilities. */
  public BertConfig withDropout(float hidden, float attention, float classifier) {
    return with(labels, problem, hidden, attention, classifier);
  }

  /** The same architecture for other classes. */
  public BertConfig withLabels(List<String> names, Problem meaning) {
    return with(names, meaning, hiddenDropout, attentionDropout, classifierDropout);
  }

  private BertConfig with(
      List<String> names, Problem meaning, float hidden, float attention, float classifier) {
    return new BertConfig(
        family,
        vocabSize,
        positions,
        tokenTypes,
        width,
        layers,
        heads,
        innerWidth,
        activation,
        epsilon,
        padToken,
        tiedHead,
        names,
        meaning,
        hidden,
        attention,
        classifier,
        initializerRange);
  }
}
