package dev.kernite.cli;

import dev.kernite.models.metrics.text.Chrf;
import dev.kernite.models.metrics.text.ChrfScore;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score chrf}: as sacreBLEU scores translations by their characters. */
@Command(name = "chrf", description = "chrF and chrF++, to the digits of sacreBLEU 2.6.0.")
final class ScoreChrfCommand implements Callable<Integer> {
  private final Globals globals;

  @Mixin private final SegmentFiles files = new SegmentFiles();

  @Option(
      names = "--char-order",
      paramLabel = "N",
      description = "Longest n-grams of characters (default: ${DEFAULT-VALUE}).")
  private int charOrder = Chrf.DEFAULT.charOrder();

  @Option(
      names = "--word-order",
      paramLabel = "N",
      description = "Longest n-grams of words; 2 is chrF++ (default: ${DEFAULT-VALUE}).")
  private int wordOrder = Chrf.DEFAULT.wordOrder();

  @Option(
      names = "--beta",
      paramLabel = "B",
      description = "How many times as much recall counts (default: ${DEFAULT-VALUE}).")
  private int beta = Chrf.DEFAULT.beta();

  @Option(names = "--lowercase", description = "Ignore case.")
  private boolean lowercase;

  @Option(names = "--whitespace", description = "Count white space as characters.")
  private boolean whitespace;

  @Option(
      names = "--eps-smoothing",
      description = "Count orders without n-grams too, as chrF++.py, NLTK and Moses do.")
  private boolean epsSmoothing;

  ScoreChrfCommand(Globals globals) {
    this.globals = globals;
  }

  /** A score and how it was made. */
  private record Result(ChrfScore score, String signature) {}

  @Override
  public Integer call() throws IOException {
    Chrf chrf =
        files.settings(
            () -> new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing));
    files.score(
        corpus -> new Result(chrf.corpus(corpus), chrf.signature(corpus)),
        one -> new Result(chrf.sentence(one), chrf.signature(List.of(one))),
        this::print);
    return ExitCode.OK;
  }

  private void print(Result result) {
    ChrfScore score = result.score;
    if (globals.json()) {
      new JsonLine()
          .put("name", score.name())
          .put("score", score.score())
          .put("signature", result.signature)
          .print(globals.out());
    } else {
      globals
          .out()
          .printf(Locale.ROOT, "%s|%s = %.1f%n", score.name(), result.signature, score.score());
    }
  }
}
