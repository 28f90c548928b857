package dev.kernite.models.bert;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a model is meant to encode sentences, as the files of Sentence Transformers beside it say.
 *
 * @param pooling from hidden states to a vector; without files the mean
 * @param normalised whether vectors are scaled to length 1; without files they are not
 * @param longest most tokens of a text; without files as many as the model has positions
 */
record SentenceSettings(Pooling pooling, boolean normalised, int longest) {
  /** Reads the settings beside a model. */
  static SentenceSettings read(Path folder, BertConfig config) {
    return new SentenceSettings(
        pooling(folder.resolve("1_Pooling").resolve("config.json")),
        normalised(folder),
        longest(folder.resolve("sentence_bert_config.json"), config.longest()));
  }

  private static Pooling pooling(Path file) {
    if (!Files.exists(file)) {
      return Pooling.MEAN;
    }
    JsonConfig config = JsonConfig.read(file);
    if (config.bool("pooling_mode_mean_tokens", false)) {
      return Pooling.MEAN;
    }
    if (config.bool("pooling_mode_cls_token", false)) {
      return Pooling.CLS;
    }
    throw new ModelException(file + ": only pooling by mean or first token is known");
  }

  /** The module has no file of its own, so that most copies of a model lack its folder. */
  private static boolean normalised(Path folder) {
    Path modules = folder.resolve("modules.json");
    if (!Files.exists(modules)) {
      return Files.isDirectory(folder.resolve("2_Normalize"));
    }
    return JsonConfig.readAll(modules).stream()
        .anyMatch(module -> module.string("type", "").endsWith(".Normalize"));
  }

  private static int longest(Path file, int positions) {
    return Files.exists(file)
        ? JsonConfig.read(file).integer("max_seq_length", 1, positions, positions)
        : positions;
  }
}
