package dev.kernite.cli;

import dev.kernite.models.metrics.text.NltkBleu;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score nltk-bleu}: as NLTK scores translations. */
@Command(
    name = "nltk-bleu",
    description = "BLEU from 0 to 1 on tokens between white space, as in NLTK.")
final class ScoreNltkBleuCommand implements Callable<Integer> {
  private final Globals globals;

  @Mixin private final SegmentFiles files = new SegmentFiles();

  @Mixin private final SmoothingOptions smoothing = new SmoothingOptions();

  @Option(
      names = "--max-order",
      paramLabel = "N",
      description = "Longest n-grams (default: ${DEFAULT-VALUE}).")
  private int maxOrder = NltkBleu.DEFAULT.maxOrder();

  ScoreNltkBleuCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    NltkBleu bleu = files.settings(() -> new NltkBleu(smoothing.orElse("none"), maxOrder));
    files.score(bleu::corpus, bleu::sentence, this::print);
    return ExitCode.OK;
  }

  private void print(double score) {
    if (globals.json()) {
      new JsonLine().put("score", score).print(globals.out());
    } else {
      globals.out().printf(Locale.ROOT, "NLTK BLEU = %.4f%n", score);
    }
  }
}
