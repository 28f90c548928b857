package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Pooling;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.tokenizer.Encoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code encode}: turns texts into vectors that show their meaning. */
@Command(
    name = "encode",
    description = "Turn texts into vectors with a BERT, RoBERTa or DistilBERT.")
final class EncodeCommand implements Callable<Integer> {
  /** Texts that are encoded at a time, so that a long file gives its first vectors soon. */
  private static final int GROUP = 1024;

  /** Values of a vector that people are shown. */
  private static final int SHOWN = 8;

  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--pooling",
      paramLabel = "P",
      description = "mean, cls, pooler, or none: a vector a token (default: the model's own).")
  private Choice pooling;

  @Option(names = "--normalize", description = "Scale each vector to length 1.")
  private boolean normalize;

  @Option(names = "--file", paramLabel = "F", description = "File with a text a line.")
  private Path file;

  @Parameters(arity = "0..*", paramLabel = "TEXT", description = "The texts.")
  private List<String> texts = List.of();

  EncodeCommand(Globals globals) {
    this.globals = globals;
  }

  /** How the states of the tokens become one vector, or that they do not. */
  enum Choice {
    /** Mean over all tokens. */
    MEAN,
    /** The first token's. */
    CLS,
    /** BERT's pooler over the first token. */
    POOLER,
    /** All of them. */
    NONE;

    /** The choice of that name on the command line. */
    static Choice of(String name) {
      for (Choice choice : values()) {
        if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
          return choice;
        }
      }
      throw new TypeConversionException("'" + name + "' is none of mean, cls, pooler, none");
    }
  }

  @Override
  public Integer call() throws IOException {
    if (texts.isEmpty() == (file == null)) {
      throw new ParameterException(spec.commandLine(), "give texts, or --file with a text a line");
    }
    List<String> all =
        file == null ? texts : TextLines.of(file).stream().map(TextLines.Line::text).toList();
    try (Engine engine = globals.openEngine();
        SentenceEncoder loaded = SentenceEncoder.load(engine, ModelFolder.of(model, globals))) {
      SentenceEncoder encoder = normalize ? loaded.withNormalised(true) : loaded;
      if (pooling != null && pooling != Choice.NONE) {
        encoder = encoder.with(Pooling.valueOf(pooling.name()));
      }
      for (int from = 0; from < all.size(); from += GROUP) {
        print(encoder, all.subList(from, Math.min(all.size(), from + GROUP)));
      }
    }
    return ExitCode.OK;
  }

  private void print(SentenceEncoder encoder, List<String> group) {
    List<Encoding> sequences = encoder.tokens(group);
    if (pooling == Choice.NONE) {
      float[][][] states = encoder.hiddenStates(sequences);
      for (int i = 0; i < states.length; i++) {
        tokens(group.get(i), sequences.get(i), states[i]);
      }
    } else {
      float[][] vectors = encoder.encodeTokens(sequences);
      for (int i = 0; i < vectors.length; i++) {
        text(group.get(i), vectors[i]);
      }
    }
    globals.streams().requireReader();
  }

  private void text(String text, float[] vector) {
    if (globals.json()) {
      new JsonLine().put("text", text).put("embedding", vector).print(globals.out());
    } else {
      globals.out().println(text + "\n  " + shown(vector));
    }
  }

  private void tokens(String text, Encoding sequence, float[][] states) {
    if (globals.json()) {
      new JsonLine()
          .put("text", text)
          .put("ids", sequence.ids())
          .put("tokens", sequence.tokens())
          .put("embedding", states)
          .print(globals.out());
      return;
    }
    globals.out().println(text);
    for (int t = 0; t < states.length; t++) {
      globals.out().printf("  %-16s %s%n", sequence.tokens().get(t), shown(states[t]));
    }
  }

  private static String shown(float[] vector) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < Math.min(SHOWN, vector.length); i++) {
      line.append(String.format(Locale.ROOT, "%8.4f ", vector[i]));
    }
    return vector.length > SHOWN
        ? line + "... (" + vector.length + " values)"
        : line.toString().stripTrailing();
  }
}
