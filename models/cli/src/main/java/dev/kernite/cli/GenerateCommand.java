package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.FinishReason;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import dev.kernite.tokenizer.StreamingDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code generate}: continues a prompt, or has an encoder read it and a decoder write; greedily
 * unless a sampling option is given.
 */
@Command(name = "generate", description = "Continue a text, or write what a T5 makes of it.")
final class GenerateCommand implements Callable<Integer> {
  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--prompt",
      paramLabel = "T",
      description = "Text to continue (default: standard input).")
  private String prompt;

  @Option(
      names = "--ids",
      split = ",",
      paramLabel = "ID",
      description = "Token ids to continue instead of a text.")
  private int[] ids;

  @Mixin private final AdapterOption adapter = new AdapterOption();
  @Mixin private final GenerationOptions options = new GenerationOptions();

  GenerateCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    if (prompt != null && ids != null) {
      throw new ParameterException(spec.commandLine(), "give --prompt or --ids, not both");
    }
    try (Engine engine = globals.openEngine();
        TextModel text = TextModel.load(engine, ModelFolder.of(model, globals), adapter.folder());
        Interrupt interrupt = Interrupt.listen()) {
      int[] read = ids != null ? ids : text.prompt(promptText());
      try (DecodeSession session = text.session(read)) {
        run(text, read, session, interrupt);
      }
      return interrupt.exitCode();
    }
  }

  private void run(TextModel text, int[] read, DecodeSession session, Interrupt interrupt) {
    GenerationConfig config = options.toConfig(text);
    int[][] starts = text.starts(read);
    Generator generator = new Generator(session).cancelWhen(interrupt::requested);
    if (text.hasTokenizer()) {
      generator.decoder(tokens -> text.tokenizer().decode(tokens, true));
    }
    boolean streams =
        !globals.json()
            && text.hasTokenizer()
            && config.numBeams() == 1
            && config.numReturnSequences() == 1;
    StreamingDecoder stream = streams ? text.tokenizer().streamingDecoder(true) : null;
    if (streams) {
      print(text.tokenizer().decode(starts[0], true));
      generator.listener((sequence, token) -> print(stream.push(token)));
    }
    long began = System.nanoTime();
    GenerationResult result = generator.generate(config, starts);
    double seconds = (System.nanoTime() - began) / 1e9;
    if (globals.json()) {
      json(text, read, result, seconds).print(globals.out());
    } else if (streams) {
      print(stream.flush() + "\n");
    } else {
      printWhole(text, result);
    }
    if (globals.verbose()) {
      globals
          .err()
          .printf(
              Locale.ROOT,
              "%d tokens, %.1f tokens/s%n",
              result.newTokens(),
              result.newTokens() / seconds);
    }
  }

  private String promptText() throws IOException {
    if (prompt != null) {
      return prompt;
    }
    String piped =
        new String(globals.streams().in().readAllBytes(), StandardCharsets.UTF_8)
            .replaceFirst("\\R$", "");
    if (piped.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "no prompt: give --prompt, --ids, or text on standard input");
    }
    return piped;
  }

  private void print(String piece) {
    globals.out().print(piece);
    globals.streams().requireReader();
  }

  private void printWhole(TextModel text, GenerationResult result) {
    List<GeneratedSequence> sequences = result.sequences();
    for (int i = 0; i < sequences.size(); i++) {
      if (sequences.size() > 1) {
        globals.out().printf(Locale.ROOT, "%s[%d]%n", i == 0 ? "" : "\n", i + 1);
      }
      int[] all = sequences.get(i).ids();
      globals.out().println(text.hasTokenizer() ? text.tokenizer().decode(all, true) : joined(all));
    }
  }

  private static String joined(int[] tokens) {
    return String.join(",", Arrays.stream(tokens).mapToObj(Integer::toString).toList());
  }

  static JsonLine json(TextModel text, int[] start, GenerationResult result, double seconds) {
    return new JsonLine()
        .put("prompt_ids", start)
        .put("sequences", result.sequences().stream().map(s -> json(text, s)).toList())
        .put("tokens_per_second", result.newTokens() / seconds);
  }

  /** A cancelled sequence is one that was cut, and says so: {@code "cancelled":true}. */
  private static JsonLine json(TextModel text, GeneratedSequence sequence) {
    FinishReason reason = sequence.finishReason();
    JsonLine line =
        new JsonLine()
            .put("ids", sequence.ids())
            .put("text", text.hasTokenizer() ? text.tokenizer().decode(sequence.ids(), true) : null)
            .put("finish_reason", reason == FinishReason.STOP ? "stop" : "length");
    return reason == FinishReason.CANCELLED ? line.put("cancelled", true) : line;
  }
}
