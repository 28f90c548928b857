package dev.kernite.models.checkpoint;

import java.util.List;

/**
 * What lies beside the weights in a model's folder, in the layouts of Hugging Face and of Sentence
 * Transformers. A model that is fetched brings these along, and one that is trained takes them
 * over.
 */
public final class CompanionFiles {
  /** The configuration, which no model lacks. */
  public static final String CONFIG = "config.json";

  /**
   * All of them, relative to the folder: configuration, tokenizer, how sentences become vectors.
   */
  public static final List<String> NAMES =
      List.of(
          CONFIG,
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "spiece.model",
          "sentencepiece.bpe.model",
          "tokenizer.model",
          "chat_template.jinja",
          "modules.json",
          "sentence_bert_config.json",
          "1_Pooling/config.json");

  private CompanionFiles() {}
}
