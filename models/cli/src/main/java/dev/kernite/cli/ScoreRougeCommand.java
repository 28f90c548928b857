package dev.kernite.cli;

import dev.kernite.models.metrics.text.Rouge;
import dev.kernite.models.metrics.text.RougeScore;
import dev.kernite.models.metrics.text.RougeType;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score rouge}: as rouge_score scores summaries. */
@Command(
    name = "rouge",
    description = "ROUGE-1, -2, -3, -L and -Lsum, to the digits of Google's rouge_score.")
final class ScoreRougeCommand implements Callable<Integer> {
  private final Globals globals;

  @Mixin private final SegmentFiles files = new SegmentFiles();

  @Option(names = "--stemmer", description = "Compare the stems of words (Porter, as in NLTK).")
  private boolean stemmer;

  ScoreRougeCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    Rouge rouge = new Rouge(stemmer);
    files.score(rouge::mean, rouge::score, this::print);
    return ExitCode.OK;
  }

  private void print(Map<RougeType, RougeScore> scores) {
    if (globals.json()) {
      JsonLine line = new JsonLine();
      scores.forEach((type, score) -> line.put(type.toString(), json(score)));
      line.print(globals.out());
      return;
    }
    scores.forEach(
        (type, s) ->
            globals
                .out()
                .printf(
                    Locale.ROOT,
                    "%-9s  precision %.4f  recall %.4f  F %.4f%n",
                    type,
                    s.precision(),
                    s.recall(),
                    s.fmeasure()));
  }

  private static JsonLine json(RougeScore score) {
    return new JsonLine()
        .put("precision", score.precision())
        .put("recall", score.recall())
        .put("fmeasure", score.fmeasure());
  }
}
