package dev.kernite.models;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.generation.CachedSession;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.generation.PrefixSession;
import dev.kernite.models.generation.TaskParameters;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
  private final Writer model;
  private final List<Integer> endTokens;
  private final OptionalInt padToken;
  private Tokenizer tokenizer;

  private TextModel(Path folder, Writer model, List<Integer> endTokens, OptionalInt padToken) {
    this.folder = folder;
    this.model = model;
    this.endTokens = endTokens;
    this.padToken = padToken;
  }

  /** What a model makes of prompts. */
  private interface Writer {
    CachedSession session(int[][] prompts);

    /** What it is fed first to write, one row a prompt. */
    int[][] starts(int[][] prompts);

    /** Whether prompts are whole texts, with special tokens at their ends. */
    boolean readsWhole();

    void close();
  }

  /** Continues prompts. */
  private record Causal(Gpt2 model) implements Writer {
    @Override
    public CachedSession session(int[][] prompts) {
      return model.session();
    }

    @Override
    public int[][] starts(int[][] prompts) {
      return prompts;
    }

    @Override
    public boolean readsWhole() {
      return false;
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /** Reads prompts, and writes something else. */
  private record Rewriting(T5 model) implements Writer {
    @Override
    public CachedSession session(int[][] prompts) {
      return model.session(prompts);
    }

    @Override
    public int[][] starts(int[][] prompts) {
      int[][] starts = new int[prompts.length][];
      Arrays.fill(starts, new int[] {model.config().startToken()});
      return starts;
    }

    @Override
    public boolean readsWhole() {
      return true;
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /**
   * Loads a model from a folder in Hugging Face layout.
   *
   * @throws ModelException if the folder holds no model of a known family
   */
  public static TextModel load(Engine engine, Path folder) {
    return load(engine, folder, null);
  }

  /**
   * As {@link #load(Engine, Path)}, with an adapter.
   *
   * @param adapter folder of a LoRA adapter in PEFT's layout, or null
   */
  public static TextModel load(Engine engine, Path folder, Path adapter) {
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
    return new TextModel(folder, writer(engine, folder, config, adapter), end, padToken);
  }

  private static Writer writer(Engine engine, Path folder, JsonConfig config, Path adapter) {
    if (T5Config.knows(config)) {
      return new Rewriting(T5Files.load(engine, folder, Use.INFERENCE, adapter));
    }
    String type = config.string("model_type", "gpt2");
    if (!type.equals("gpt2")) {
      throw config.invalid(
          "model_type", "is '" + type + "'; only gpt2, t5 and mt5 models write text");
    }
    return new Causal(Gpt2Files.load(engine, folder, Use.INFERENCE, adapter));
  }

  private static List<Integer> tokens(JsonConfig config, String key) {
    return config.has(key) ? config.integers(key, 0, MANY) : List.of();
  }

  /**
   * Starts a generation; the caller closes it.
   *
   * @param prompts what an encoder reads first; a causal model needs none here
   */
  public DecodeSession session(int[]... prompts) {
    return model.session(prompts);
  }

  /**
   * A session for prompts that grow, as in a conversation; the caller closes it.
   *
   * @throws ModelException if the model does not continue texts
   */
  public PrefixSession prefixSession() {
    if (readsWhole()) {
      throw new ModelException(
          folder
              + ": reads a whole text and writes another, as a T5 does; a conversation needs a model"
              + " that continues texts, such as a GPT-2");
    }
    return new PrefixSession(model.session(new int[0][]));
  }

  /**
   * What a {@link Generator} is to be given: the prompts themselves where the model continues them,
   * a start token for each where it reads them and writes another text.
   */
  public int[][] starts(int[]... prompts) {
    return model.starts(prompts);
  }

  /** Whether the model reads a prompt and writes another text, instead of continuing it. */
  public boolean readsWhole() {
    return model.readsWhole();
  }

  /** The token ids of a prompt: with the end token where the model reads whole texts. */
  public int[] prompt(String text) {
    int[] ids = tokenizer().encodeToIds(text, model.readsWhole());
    boolean ends = ids.length > 0 && endTokens.contains(ids[ids.length - 1]);
    if (!model.readsWhole() || ends || endTokens.isEmpty()) {
      return ids;
    }
    int[] ended = Arrays.copyOf(ids, ids.length + 1); // SentencePiece files add no end token
    ended[ids.length] = endTokens.getFirst();
    return ended;
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
            folder
                + ": no tokenizer.json, vocab.json with merges.txt or SentencePiece model; give"
                + " token ids instead");
      }
      tokenizer = Tokenizer.load(folder);
    }
    return tokenizer;
  }

  /** Whether a tokenizer lies beside the model. */
  public boolean hasTokenizer() {
    if (tokenizer != null) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .anyMatch(n -> n.matches("tokenizer\\.json|vocab\\.json|.+\\.model"));
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The parameters of a task by its name, if {@code config.json} has some. */
  public Optional<TaskParameters> task(String name) {
    return TaskParameters.of(config(), name);
  }

  /** The tasks that {@code config.json} has parameters for. */
  public List<String> tasks() {
    return TaskParameters.names(config());
  }

  private JsonConfig config() {
    return JsonConfig.read(folder.resolve("config.json"));
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

  /**
   * Writes a text.
   *
   * @return the prompt with its continuation, or what the model wrote having read the prompt
   */
  public String generate(String prompt, GenerationConfig options) {
    int[] ids = prompt(prompt);
    try (DecodeSession session = session(ids)) {
      Generator generator =
          new Generator(session).decoder(tokens -> tokenizer().decode(tokens, true));
      GenerationResult result = generator.generate(options, starts(ids));
      return tokenizer().decode(result.sequences().getFirst().ids(), true);
    }
  }

  /** Frees the model. */
  @Override
  public void close() {
    model.close();
  }
}
