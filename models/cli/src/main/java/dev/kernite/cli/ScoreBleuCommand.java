package dev.kernite.cli;

import dev.kernite.models.metrics.text.Bleu;
import dev.kernite.models.metrics.text.BleuScore;
import dev.kernite.models.metrics.text.BleuTokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score bleu}: as sacreBLEU scores translations. */
@Command(name = "bleu", description = "BLEU, to the digits of sacreBLEU 2.6.0.")
final class ScoreBleuCommand implements Callable<Integer> {
  private final Globals globals;

  @Mixin private final SegmentFiles files = new SegmentFiles();

  @Mixin private final SmoothingOptions smoothing = new SmoothingOptions();

  @Option(
      names = "--tokenize",
      paramLabel = "T",
      defaultValue = "13a",
      description = "13a, intl, char or none (default: ${DEFAULT-VALUE}).")
  private String tokenize;

  @Option(names = "--lowercase", description = "Ignore case.")
  private boolean lowercase;

  @Option(
      names = "--max-order",
      paramLabel = "N",
      description = "Longest n-grams (default: ${DEFAULT-VALUE}).")
  private int maxOrder = Bleu.DEFAULT.maxOrder();

  @Option(
      names = "--effective-order",
      description =
          "Leave out n-grams that the text is too short for; sensible with --sentence, where the"
              + " sacrebleu program always does it.")
  private boolean effectiveOrder;

  ScoreBleuCommand(Globals globals) {
    this.globals = globals;
  }

  /** A score and how it was made. */
  private record Result(BleuScore score, String signature) {}

  @Override
  public Integer call() throws IOException {
    Bleu bleu =
        files.settings(
            () ->
                new Bleu(
                    BleuTokenizer.of(tokenize),
                    lowercase,
                    smoothing.orElse("exp"),
                    maxOrder,
                    effectiveOrder));
    files.score(
        corpus -> new Result(bleu.corpus(corpus), bleu.signature(corpus)),
        one -> new Result(bleu.sentence(one), bleu.signature(List.of(one))),
        this::print);
    return ExitCode.OK;
  }

  private void print(Result result) {
    BleuScore score = result.score;
    if (globals.json()) {
      new JsonLine()
          .put("name", "BLEU")
          .put("score", score.score())
          .put("counts", score.counts().stream().map(ScoreBleuCommand::plain).toList())
          .put("totals", score.totals().stream().map(ScoreBleuCommand::plain).toList())
          .put("precisions", score.precisions())
          .put("brevity_penalty", score.brevityPenalty())
          .put("hyp_len", score.hypothesisLength())
          .put("ref_len", score.referenceLength())
          .put("signature", result.signature)
          .print(globals.out());
      return;
    }
    globals
        .out()
        .printf(
            Locale.ROOT,
            "BLEU|%s = %.1f %s (BP = %.3f hyp_len = %d ref_len = %d)%n",
            result.signature,
            score.score(),
            score.precisions().stream()
                .map(p -> String.format(Locale.ROOT, "%.1f", p))
                .collect(Collectors.joining("/")),
            score.brevityPenalty(),
            score.hypothesisLength(),
            score.referenceLength());
  }

  /** Counts are whole unless add-k added a part. */
  private static Number plain(double count) {
    return count == Math.rint(count) ? (Number) (long) count : (Number) count;
  }
}
