package dev.kernite.models.measure;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.training.ModelWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A BERT of the size of MiniLM-L6 with random weights, in a folder as a real one's: speed does not
 * depend on them. Each word of its vocabulary is one token.
 */
public final class RandomBert {
  private static final int VOCABULARY = 30_522;
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final String CONFIG =
      """
      {"model_type": "bert", "architectures": ["BertModel"], "vocab_size": %d,
       "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
       "intermediate_size": 1536, "max_position_embeddings": 512, "type_vocab_size": 2,
       "pad_token_id": 0}
      """
          .formatted(VOCABULARY);

  private RandomBert() {}

  /** Writes the model and its vocabulary to a folder that is there. */
  public static void write(Engine engine, Path folder) {
    Path config = folder.resolve("config.json");
    try {
      AtomicFiles.write(config, CONFIG.getBytes(StandardCharsets.US_ASCII));
      Files.write(folder.resolve("vocab.txt"), vocabulary());
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be written: " + e.getMessage(), e);
    }
    try (Bert model = BertFiles.fresh(engine, BertConfig.of(JsonConfig.read(config)), Set.of())) {
      new ModelWriter(folder, FileDtype.F32).write(folder, model.parameters());
    }
  }

  /**
   * Texts of so many random words of the vocabulary.
   *
   * @param words of each text; the model adds two tokens
   */
  public static List<String> texts(int count, int words) {
    SplittableRandom random = new SplittableRandom(1);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(
          random
              .ints(words, SPECIAL.size(), VOCABULARY)
              .mapToObj(RandomBert::word)
              .collect(Collectors.joining(" ")));
    }
    return texts;
  }

  private static List<String> vocabulary() {
    List<String> words = new ArrayList<>(SPECIAL);
    while (words.size() < VOCABULARY) {
      words.add(word(words.size()));
    }
    return words;
  }

  private static String word(int id) {
    return "w" + id;
  }
}
