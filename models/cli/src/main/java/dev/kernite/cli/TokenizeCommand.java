package dev.kernite.cli;

import dev.kernite.cli.TextLines.Line;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Padding;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tokenize}: texts on standard input to tokens on standard output, or back. */
@Command(
    name = "tokenize",
    description = {
      "Turn the lines of standard input into tokens, one JSON object per line.",
      "With --json a line is {\"text\":..., \"pair\":...} (pair may be left out), else plain text.",
      "A line that cannot be encoded ends the command; the lines before it are written."
    })
final class TokenizeCommand implements Callable<Integer> {
  /** Lines encoded together, on all cores; fewer when no more are waiting. */
  private static final int BATCH = 1024;

  private final Globals globals;
  @Spec private CommandSpec spec;

  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "DIR|FILE",
      description =
          "A folder in Hugging Face layout, or a tokenizer.json, vocab.txt or SentencePiece *.model.")
  private Path source;

  @Option(
      names = "--no-special",
      description = "Add no special tokens; with --decode, leave them out.")
  private boolean noSpecial;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Cut to N tokens, special tokens included.")
  private Integer maxLength;

  @Option(
      names = "--truncation",
      paramLabel = "WHICH",
      description =
          "What is cut: longest_first (the default with --max-length), only_first, only_second.")
  private Truncation.Strategy truncation;

  @Option(
      names = "--stride",
      paramLabel = "N",
      defaultValue = "0",
      description = "Tokens that each further window shares with the one before (default: 0).")
  private int stride;

  @Option(
      names = "--padding",
      paramLabel = "TO",
      description = "longest: to the longest of all lines; max: to --max-length.")
  private PaddingChoice padding;

  @Option(
      names = "--pad-multiple",
      paramLabel = "N",
      defaultValue = "0",
      description = "Raise the padded length to a multiple of N.")
  private int padMultiple;

  @Option(
      names = "--decode",
      description = "The way back: {\"ids\":[...]} to {\"text\":...}; without --json plain ids.")
  private boolean decode;

  /** The values of {@code --padding}. */
  enum PaddingChoice {
    LONGEST,
    MAX
  }

  TokenizeCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    EncodeOptions options = options();
    Tokenizer tokenizer = Tokenizer.load(source);
    // Padding to the longest needs every line before the first can be written.
    TextLines lines = new TextLines(globals.streams().in(), "standard input");
    boolean all = padding == PaddingChoice.LONGEST;
    for (List<Line> some; !(some = all ? lines.rest() : lines.next(BATCH)).isEmpty(); ) {
      if (globals.json()) {
        some.removeIf(line -> line.text().isBlank());
      }
      if (decode) {
        decode(tokenizer, some);
      } else {
        encode(tokenizer, some, options);
      }
      globals.streams().requireReader();
    }
    return ExitCode.OK;
  }

  private EncodeOptions options() {
    if (maxLength == null && (truncation != null || padding == PaddingChoice.MAX || stride > 0)) {
      throw wrong("--truncation, --stride and --padding max need --max-length");
    }
    if (padding == null && padMultiple > 0) {
      throw wrong("--pad-multiple needs --padding");
    }
    try {
      EncodeOptions options = EncodeOptions.PLAIN.addSpecialTokens(!noSpecial);
      if (maxLength != null) {
        Truncation cut = Truncation.to(maxLength).stride(stride);
        options = options.truncation(truncation == null ? cut : cut.strategy(truncation));
      }
      if (padding != null) {
        Padding pad = padding == PaddingChoice.MAX ? Padding.to(maxLength) : Padding.longest();
        options = options.padding(pad.multipleOf(padMultiple));
      }
      return options;
    } catch (TokenizerException e) {
      throw wrong(e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Prints the tokens of each line; where a line fails, those of the lines before it. */
  private void encode(Tokenizer tokenizer, List<Line> lines, EncodeOptions options) {
    List<Input> inputs = new ArrayList<>(lines.size());
    try {
      for (Line line : lines) {
        inputs.add(globals.json() ? JsonInput.text(line) : Input.of(line.text()));
      }
      tokenizer.encodeBatch(inputs, options).forEach(encoding -> print(json(encoding)));
    } catch (CommandException | TokenizerException e) {
      // One after the other, to find which it was. Only padding to the longest ties lines together:
      // without all of them none can be written.
      for (int i = 0; i < inputs.size(); i++) {
        Encoding encoding = encode(tokenizer, inputs.get(i), lines.get(i), options);
        if (padding != PaddingChoice.LONGEST) {
          print(json(encoding));
        }
      }
      throw e;
    }
  }

  private static Encoding encode(
      Tokenizer tokenizer, Input input, Line line, EncodeOptions options) {
    try {
      return tokenizer.encode(input, options);
    } catch (TokenizerException e) {
      throw JsonInput.wrong(line, e.getMessage());
    }
  }

  private void print(JsonLine line) {
    if (globals.json()) {
      line.print(globals.out());
    } else {
      line.printReadable(globals.out());
    }
  }

  private static JsonLine json(Encoding encoding) {
    JsonLine line =
        new JsonLine()
            .put("ids", encoding.ids())
            .put("tokens", encoding.tokens())
            .put("offsets", encoding.offsets())
            .put("type_ids", encoding.typeIds())
            .put("attention_mask", encoding.attentionMask());
    if (!encoding.overflowing().isEmpty()) {
      line.put("overflowing", encoding.overflowing().stream().map(TokenizeCommand::json).toList());
    }
    return line;
  }

  private void decode(Tokenizer tokenizer, List<Line> lines) {
    for (Line line : lines) {
      int[] ids = globals.json() ? JsonInput.ids(line) : JsonInput.plainIds(line);
      print(new JsonLine().put("text", tokenizer.decode(ids, noSpecial)));
    }
  }
}
