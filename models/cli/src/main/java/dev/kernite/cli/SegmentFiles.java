package dev.kernite.cli;

import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.text.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The files that the metrics of texts compare, and whether line by line. */
final class SegmentFiles {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--hypotheses",
      required = true,
      paramLabel = "F",
      description =
          "What was written, a text a line; a file named .jsonl has {\"text\":\"...\"} on each,"
              + " so that a text can have lines of its own.")
  private Path hypotheses;

  @Option(
      names = "--references",
      required = true,
      arity = "1..*",
      paramLabel = "F",
      description =
          "What should have been, line for line; a file for each set of references. In a .jsonl"
              + " {\"text\":null} is no reference.")
  private List<Path> references;

  @Option(names = "--sentence", description = "Score each line on its own.")
  private boolean sentence;

  /**
   * The settings of a metric, from options.
   *
   * @throws ParameterException if the metric refuses them
   */
  <T> T settings(Supplier<T> metric) {
    try {
      return metric.get();
    } catch (ModelException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }

  /** Scores all lines as one corpus, or with {@code --sentence} each, and hands on the scores. */
  <T> void score(Function<List<Segment>, T> corpus, Function<Segment, T> one, Consumer<T> print)
      throws IOException {
    List<Segment> segments = read();
    if (sentence) {
      segments.forEach(segment -> print.accept(one.apply(segment)));
    } else {
      print.accept(corpus.apply(segments));
    }
  }

  private List<Segment> read() throws IOException {
    List<String> written = TextLines.texts(hypotheses);
    if (written.isEmpty()) {
      throw new CommandException(hypotheses + ": is empty; there is nothing to score");
    }
    List<List<String>> sets = new ArrayList<>();
    for (Path file : references) {
      List<String> expected = TextLines.optionalTexts(file);
      if (expected.size() != written.size()) {
        throw new CommandException(
            "%s has %d texts, %s has %d; a reference belongs to each hypothesis, line for line"
                .formatted(hypotheses, written.size(), file, expected.size()));
      }
      sets.add(expected);
    }
    return Segment.corpus(written, sets);
  }
}
