package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.MaskFiller;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.masking.Frame;
import dev.kernite.models.masking.PseudoLikelihood;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code score pseudo-perplexity}: how well a masked language model knows texts. */
@Command(
    name = "pseudo-perplexity",
    description =
        "Pseudo-perplexity of texts under a BERT or RoBERTa: each token is masked once and predicted"
            + " from all others.")
final class ScorePseudoPerplexityCommand implements Callable<Integer> {
  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--file",
      paramLabel = "F",
      description = "File with a text a line; named .jsonl, with {\"text\":\"...\"} on each.")
  private Path file;

  @Parameters(arity = "0..*", paramLabel = "TEXT", description = "The texts.")
  private List<String> texts = List.of();

  ScorePseudoPerplexityCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    if (texts.isEmpty() == (file == null)) {
      throw new ParameterException(spec.commandLine(), "give texts, or --file with a text a line");
    }
    List<String> all = file == null ? texts : TextLines.texts(file);
    Path folder = ModelFolder.of(model, globals);
    if (!BertConfig.knows(JsonConfig.read(folder.resolve("config.json")))) {
      throw new CommandException(
          "model '" + model + "' is no masked language model; see score perplexity");
    }
    Tokenizer tokenizer = Tokenizer.load(folder);
    List<Perplexity.Score> scores = new ArrayList<>();
    try (Engine engine = globals.openEngine();
        Bert loaded = BertFiles.load(engine, folder, Use.INFERENCE);
        Progress progress = Progress.start(globals.err(), "scoring", "text", 0, all.size())) {
      int mask = tokenizer.tokenToId(MaskFiller.maskToken(tokenizer));
      PseudoLikelihood likelihood = new PseudoLikelihood(loaded, Frame.of(tokenizer), mask);
      for (String text : all) {
        int[] ids = tokenizer.encodeToIds(text, false);
        scores.add(likelihood.score(ids));
        if (scores.size() < all.size()) { // at the end the score is told
          progress.at(scores.size(), ids.length + " tokens");
        }
      }
    }
    new PerplexityReport(globals, "pseudo_perplexity").print(scores, OptionalLong.empty());
    return ExitCode.OK;
  }
}
