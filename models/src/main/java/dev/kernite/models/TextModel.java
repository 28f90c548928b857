package dev.kernite.models;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A model that writes text, with its tokenizer:
 *
 * <pre>{@code
 * try (Engine engine = Engine.open();
 *     TextModel model = TextModel.load(engine, Path.of("gpt2"))) {
 *   System.out.println(model.generate("Once upon a time", model.options().topP(0.9).build()));
 * }
 * }</pre>
 */
public final class TextModel implements AutoCloseable {
  private static final int MANY = Integer.MAX_VALUE;

  private final Path folder;
  private final Gpt2 model;
  private final List<Integer> endTokens;
  private final OptionalInt padToken;
  private Tokenizer tokenizer;

  private TextModel(Path folder, Gpt2 model, List<Integer> endTokens, OptionalInt padToken) {
    this.folder = folder;
    this.model = model;
    this.endTokens = endTokens;
    this.padToken = padToken;
  }

  /**
   * Loads a model from a folder in Hugging Face layout.
   *
   * @throws ModelException if the folder holds no model of a known family
   */
  public static TextModel load(Engine engine, Path folder) {
    JsonConfig config = JsonConfig.read(folder.resolve("config.json"));
    Path defaults = folder.resolve("generation_config.json");
    JsonConfig generation = Files.exists(defaults) ? JsonConfig.read(defaults) : config;
    List<Integer> end = tokens(generation, "eos_token_id");
    if (end.isEmpty() && !generation.has("eos_token_id")) {
      end = tokens(config, "eos_token_id");
    }
    JsonConfig pad = generation.has("pad_token_id") ? generation : config;
    OptionalInt padToken =
        pad.has("pad_token_id")
            ? OptionalInt.of(pad.integer("pad_token_id", 0, MANY))
            : OptionalInt.empty();
    String type = config.string("model_type", "gpt2");
    return switch (type) {
      case "gpt2" ->
          new TextModel(folder, Gpt2Files.load(engine, folder, Use.INFERENCE), end, padToken);
      default ->
          throw config.invalid("model_type", "is '" + type + "'; only gpt2 models write text");
    };
  }

  private static List<Integer> tokens(JsonConfig config, String key) {
    return config.has(key) ? config.integers(key, 0, MANY) : List.of();
  }

  /** Starts a generation; the caller closes it. */
  public DecodeSession session() {
    return model.session();
  }

  /**
   * The tokenizer that lies beside the model.
   *
   * @throws ModelException if there is none
   */
  public Tokenizer tokenizer() {
    if (tokenizer == null) {
      if (!hasTokenizer()) {
        throw new ModelException(
            folder + ": no tokenizer.json, nor vocab.json with merges.txt; give token ids instead");
      }
      tokenizer = Tokenizer.load(folder);
    }
    return tokenizer;
  }

  /** Whether a tokenizer lies beside the model. */
  public boolean hasTokenizer() {
    return tokenizer != null
        || Stream.of("tokenizer.json", "vocab.json")
            .anyMatch(file -> Files.exists(folder.resolve(file)));
  }

  /** Tokens that end a text, from generation_config.json, else config.json; may be empty. */
  public List<Integer> endTokens() {
    return endTokens;
  }

  /** Options that start from the model's end and padding tokens. */
  public GenerationConfigBuilder options() {
    GenerationConfigBuilder options = GenerationConfig.builder().endTokens(endTokens);
    padToken.ifPresent(options::padToken);
    return options;
  }

  /** Continues a text; the result is the prompt with its continuation. */
  public String generate(String prompt, GenerationConfig options) {
    int[] ids = tokenizer().encodeToIds(prompt, false);
    try (DecodeSession session = session()) {
      Generator generator =
          new Generator(session).decoder(tokens -> tokenizer().decode(tokens, true));
      GenerationResult result = generator.generate(options, new int[][] {ids});
      return tokenizer().decode(result.sequences().getFirst().ids(), true);
    }
  }

  /** Frees the model. */
  @Override
  public void close() {
    model.close();
  }
}
