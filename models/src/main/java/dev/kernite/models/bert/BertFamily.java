package dev.kernite.models.bert;

import dev.kernite.models.ModelException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The families that share BERT's encoder, and what their published checkpoints call its parts.
 * Names of the encoder stand without the family's prefix, those of the heads are whole.
 */
public enum BertFamily {
  /** BERT (Devlin et al. 2019). */
  BERT(
      "bert.",
      new HeadNames(
          "cls.predictions.transform.dense",
          "cls.predictions.transform.LayerNorm",
          "cls.predictions.bias",
          "cls.predictions.decoder.weight",
          "",
          "classifier")),
  /** RoBERTa (Liu et al. 2019), and its multilingual and French kin. */
  ROBERTA(
      "roberta.",
      new HeadNames(
          "lm_head.dense",
          "lm_head.layer_norm",
          "lm_head.bias",
          "lm_head.decoder.weight",
          "classifier.dense",
          "classifier.out_proj")),
  /** DistilBERT (Sanh et al. 2019): no token types, no pooler. */
  DISTILBERT(
      "distilbert.",
      new HeadNames(
          "vocab_transform",
          "vocab_layer_norm",
          "vocab_projector.bias",
          "vocab_projector.weight",
          "pre_classifier",
          "classifier"));

  /** Layer that turns the first token's hidden state into the pooled output. */
  static final String POOLER = "pooler.dense";

  /** Layer over the pooled output that tells whether two sentences follow each other. */
  static final String NEXT_SENTENCE = "cls.seq_relationship";

  static final String WORDS = "embeddings.word_embeddings.weight";

  private final String prefix;
  private final HeadNames heads;

  BertFamily(String prefix, HeadNames heads) {
    this.prefix = prefix;
    this.heads = heads;
  }

  /**
   * Names of the heads.
   *
   * @param transform dense layer of the language head
   * @param norm norm of the language head
   * @param bias offset of the logits over the vocabulary
   * @param decoder matrix of the logits, where it is not the word embedding
   * @param preClassifier dense layer before the classifier; empty where the pooler is that
   * @param classifier last layer of the classifier
   */
  record HeadNames(
      String transform,
      String norm,
      String bias,
      String decoder,
      String preClassifier,
      String classifier) {}

  /** Names of one layer's parts. */
  record LayerNames(
      String query,
      String key,
      String value,
      String output,
      String attentionNorm,
      String inner,
      String outer,
      String norm) {}

  /** The family of a configuration's {@code model_type}. */
  static Optional<BertFamily> of(String modelType) {
    return switch (modelType) {
      case "bert" -> Optional.of(BERT);
      case "roberta", "xlm-roberta", "camembert" -> Optional.of(ROBERTA);
      case "distilbert" -> Optional.of(DISTILBERT);
      default -> Optional.empty();
    };
  }

  /**
   * What the classes of a {@code model_type} are called in Hugging Face transformers, to which
   * {@code architectures} adds the task, as in BertForMaskedLM.
   *
   * @throws ModelException if {@link #of} does not know it
   */
  public static String className(String modelType) {
    return switch (modelType) {
      case "bert" -> "Bert";
      case "roberta" -> "Roberta";
      case "xlm-roberta" -> "XLMRoberta";
      case "camembert" -> "Camembert";
      case "distilbert" -> "DistilBert";
      default ->
          throw new ModelException("model_type '" + modelType + "' is not of " + modelTypes());
    };
  }

  /** What {@link #of} knows. */
  static List<String> modelTypes() {
    return List.of("bert", "roberta", "xlm-roberta", "camembert", "distilbert");
  }

  /** What stands before the names of the encoder in a checkpoint with heads. */
  String prefix() {
    return prefix;
  }

  HeadNames heads() {
    return heads;
  }

  /** Whether a parameter is part of a head, and so may be missing in a checkpoint. */
  boolean isOfHead(String name) {
    return Stream.of(
            prefix + POOLER,
            POOLER,
            NEXT_SENTENCE,
            heads.transform(),
            heads.norm(),
            heads.bias(),
            heads.decoder(),
            heads.preClassifier(),
            heads.classifier())
        .anyMatch(part -> !part.isEmpty() && (name.equals(part) || name.startsWith(part + ".")));
  }

  LayerNames layer(int i) {
    if (this == DISTILBERT) {
      String l = "transformer.layer." + i + ".";
      return new LayerNames(
          l + "attention.q_lin",
          l + "attention.k_lin",
          l + "attention.v_lin",
          l + "attention.out_lin",
          l + "sa_layer_norm",
          l + "ffn.lin1",
          l + "ffn.lin2",
          l + "output_layer_norm");
    }
    String l = "encoder.layer." + i + ".";
    return new LayerNames(
        l + "attention.self.query",
        l + "attention.self.key",
        l + "attention.self.value",
        l + "attention.output.dense",
        l + "attention.output.LayerNorm",
        l + "intermediate.dense",
        l + "output.dense",
        l + "output.LayerNorm");
  }

  /** Whether dropout acts on the output of attention before it is added. */
  boolean dropsAttentionOutput() {
    return this != DISTILBERT;
  }
}
