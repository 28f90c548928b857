package dev.kernite.cli;

import dev.kernite.models.metrics.text.Smoothing;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** How BLEU is smoothed. */
final class SmoothingOptions {
  @Option(
      names = "--smooth",
      paramLabel = "S",
      description = "exp, floor, add-k or none (default: exp; of nltk-bleu: none).")
  private String method;

  @Option(
      names = "--smooth-value",
      paramLabel = "X",
      description = "For floor (default: 0.1) and add-k (default: 1).")
  private Double value;

  /** The smoothing asked for, or that of some name. */
  Smoothing orElse(String usual) {
    return Smoothing.of(
        method == null ? usual : method,
        value == null ? OptionalDouble.empty() : OptionalDouble.of(value));
  }
}
