package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Likelihood;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.training.TextData;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code score perplexity}: how well a causal model predicts texts. */
@Command(
    name = "perplexity",
    description = "Perplexity of texts under a causal language model; natural logarithms.")
final class ScorePerplexityCommand implements Callable<Integer> {
  private static final String NAME = "perplexity";

  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", paramLabel = "M", description = "The model.")
  private String model;

  @Mixin private final AdapterOption adapter = new AdapterOption();

  @Option(
      names = "--file",
      paramLabel = "F",
      description =
          "A text; a file named .jsonl has {\"text\":\"...\"} on each line, texts of their own.")
  private Path file;

  @Option(
      names = "--inputs",
      paramLabel = "X.safetensors",
      description =
          "Token ids instead: input_ids (or NAME.input_ids, several), with attention_mask where"
              + " there is padding. Or, without --model, logits and labels.")
  private Path inputs;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Tokens of a window over a longer text (default: the model's context).")
  private Integer window;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description = "Tokens between two windows (default: half a window).")
  private Integer stride;

  @Option(
      names = "--add-start-token",
      description = "Begin each text of --file with the start token, so that its first is scored.")
  private boolean addStartToken;

  ScorePerplexityCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    if ((file == null) == (inputs == null)) {
      throw wrong("give --file or --inputs");
    }
    if (addStartToken && file == null) {
      throw wrong("--add-start-token needs --file");
    }
    if (model != null) {
      return scoreModel();
    }
    if (inputs == null || !PerplexityInputs.isLogits(inputs)) {
      throw wrong("missing required option: '--model=M'; only logits can be scored without");
    }
    new PerplexityReport(globals, NAME)
        .print(PerplexityInputs.ofLogits(inputs), OptionalLong.empty());
    return ExitCode.OK;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Integer scoreModel() {
    Path folder = ModelFolder.of(model, globals);
    requireCausal(JsonConfig.read(folder.resolve("config.json")));
    try (Engine engine = globals.openEngine();
        Gpt2 loaded = Gpt2Files.load(engine, folder, Use.INFERENCE, adapter.folder())) {
      score(loaded, inputs == null ? read(folder) : Texts.of(PerplexityInputs.sequences(inputs)));
    }
    return ExitCode.OK;
  }

  private void requireCausal(JsonConfig config) {
    if (BertConfig.knows(config)) {
      throw new CommandException(
          "model '"
              + model
              + "' is a masked language model, which has no perplexity; see score"
              + " pseudo-perplexity");
    }
    if (T5Config.knows(config)) {
      throw new CommandException(
          "model '"
              + model
              + "' reads one text and writes another, and has no perplexity of a text alone");
    }
  }

  /**
   * What is scored.
   *
   * @param ids token ids of each
   * @param bytes length in UTF-8 of the tokens that can be scored, if it is known
   */
  private record Texts(List<int[]> ids, OptionalLong bytes) {
    static Texts of(List<int[]> ids) {
      return new Texts(ids, OptionalLong.empty());
    }
  }

  private Texts read(Path folder) {
    Tokenizer tokenizer = Tokenizer.load(folder);
    int start = addStartToken ? startToken(folder) : -1;
    TextData read = TextData.heldOut(file, text -> tokenizer.encodeToIds(text, false), start);
    long bytes = read.heldOutBytes();
    if (!addStartToken) { // the first tokens are not scored
      for (int[] ids : read.heldOut()) {
        String first = ids.length == 0 ? "" : tokenizer.decode(new int[] {ids[0]}, false);
        bytes -= first.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return new Texts(read.heldOut(), OptionalLong.of(bytes));
  }

  private static int startToken(Path folder) {
    JsonConfig config = JsonConfig.read(folder.resolve("config.json"));
    for (String key : List.of("bos_token_id", "eos_token_id")) {
      if (config.has(key)) {
        return config.integer(key, 0, Integer.MAX_VALUE);
      }
    }
    throw new CommandException(
        config.file() + ": has no bos_token_id; leave --add-start-token out");
  }

  private void score(Gpt2 loaded, Texts texts) {
    int context = loaded.config().positions();
    int width = window == null ? context : window;
    int step = stride == null ? Math.max(1, width / 2) : stride;
    if (width > context) {
      throw wrong("--window is %d, the model's context %d tokens".formatted(width, context));
    }
    PerplexityReport report = new PerplexityReport(globals, NAME);
    List<Perplexity.Score> scores = new ArrayList<>();
    long windows = windows(texts, width, step);
    try (Progress progress = Progress.start(globals.err(), "scoring", "window", 0, windows)) {
      Perplexity.Scorer scorer = watched(new Gpt2Likelihood(loaded), progress, windows);
      for (int[] ids : texts.ids()) {
        List<Perplexity.WindowScore> scored = Perplexity.sliding(ids, width, step, scorer);
        Perplexity.Score all =
            Perplexity.total(scored.stream().map(Perplexity.WindowScore::score).toList());
        scores.add(all);
        if (texts.ids().size() == 1) {
          report.windows(width, step, scored, all);
        }
      }
    }
    report.print(scores, texts.bytes());
  }

  private long windows(Texts texts, int width, int step) {
    try {
      return texts.ids().stream()
          .mapToLong(ids -> Perplexity.windows(ids.length, width, step).size())
          .sum();
    } catch (ModelException e) {
      throw wrong(e.getMessage());
    }
  }

  /** The same scorer, whose work is shown. */
  private static Perplexity.Scorer watched(
      Perplexity.Scorer scorer, Progress progress, long total) {
    AtomicLong done = new AtomicLong();
    return tokens -> {
      double[] scores = scorer.logProbabilities(tokens);
      if (done.incrementAndGet() < total) { // at the end the score is told
        progress.at(done.get(), tokens.length + " tokens each");
      }
      return scores;
    };
  }
}
