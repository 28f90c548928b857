package dev.kernite.cli;

import dev.kernite.models.metrics.Perplexity;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** How perplexities are told. */
final class PerplexityReport {
  private final Globals globals;
  private final String name;
  private JsonLine sliding; // null: none to tell

  /** A report on perplexity, or what else {@code name} says. */
  PerplexityReport(Globals globals, String name) {
    this.globals = globals;
    this.name = name;
  }

  /** Tells the windows of one text too, in JSON. */
  void windows(int window, int stride, List<Perplexity.WindowScore> windows, Perplexity.Score all) {
    sliding =
        new JsonLine()
            .put("window", window)
            .put("stride", stride)
            .put("windows", windows.stream().map(PerplexityReport::json).toList())
            .put("perplexity", all.perplexity());
  }

  private static JsonLine json(Perplexity.WindowScore scored) {
    return new JsonLine()
        .put("begin", scored.window().begin())
        .put("end", scored.window().end())
        .put("scored_tokens", scored.window().scored())
        .put("mean_nll", scored.score().mean());
  }

  /**
   * Prints the scores of some texts.
   *
   * @param bytes of what was scored, in UTF-8, where that is known
   * @throws CommandException if not one token was scored
   */
  void print(List<Perplexity.Score> scores, OptionalLong bytes) {
    Perplexity.Score total = Perplexity.total(scores);
    if (total.tokens() == 0) {
      throw new CommandException("there is no token to score; the texts are too short");
    }
    if (globals.json()) {
      printJson(scores, total, bytes);
      return;
    }
    globals
        .out()
        .printf(
            Locale.ROOT,
            "%s %.4f (%d tokens, %.4f nats each%s)%n",
            name.replace('_', '-'),
            total.perplexity(),
            total.tokens(),
            total.mean(),
            bytes.isPresent()
                ? String.format(
                    Locale.ROOT, ", %.4f bits per byte", total.bitsPerByte(bytes.getAsLong()))
                : "");
  }

  private void printJson(
      List<Perplexity.Score> scores, Perplexity.Score total, OptionalLong bytes) {
    JsonLine line =
        new JsonLine()
            .put(name, total.perplexity())
            .put("mean_nll", total.mean())
            .put("scored_tokens", total.tokens());
    bytes.ifPresent(n -> line.put("bits_per_byte", total.bitsPerByte(n)));
    line.put(
            name + "_per_sequence",
            scores.stream().map(s -> s.tokens() == 0 ? null : s.perplexity()).toList())
        .put(name + "_corpus_token_weighted", total.perplexity());
    if (sliding != null) {
      line.put("sliding_window", sliding);
    }
    line.print(globals.out());
  }
}
