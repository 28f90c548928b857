package dev.kernite.cli;

import dev.kernite.models.training.TextSplit;
import dev.kernite.tokenizer.BpeTrainer;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train-tokenizer}: learns a byte-level BPE vocabulary from text. */
@Command(
    name = "train-tokenizer",
    description = "Learn a byte-level BPE tokenizer from text.",
    sortOptions = false)
final class TrainTokenizerCommand implements Callable<Integer> {
  private final Globals globals;

  @Option(names = "--data", required = true, paramLabel = "F", description = "UTF-8 text.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for tokenizer.json.")
  private Path out;

  @Option(
      names = "--vocab-size",
      defaultValue = "4096",
      paramLabel = "N",
      description = "Tokens, the special ones and 256 bytes included (default: 4096).")
  private int vocabSize;

  @Option(
      names = "--min-frequency",
      defaultValue = "2",
      paramLabel = "N",
      description = "How often a pair must occur to be merged (default: 2).")
  private long minFrequency;

  @Option(
      names = "--special",
      defaultValue = "<|endoftext|>",
      arity = "0..*",
      paramLabel = "TOKEN",
      description = "Special tokens, which get the first ids (default: <|endoftext|>).")
  private String[] special;

  @Option(
      names = "--holdout-every",
      defaultValue = "0",
      paramLabel = "N",
      description = "Do not learn from every Nth block; as train holds them out (default: 0, all).")
  private int holdoutEvery;

  @Option(
      names = "--holdout-block",
      defaultValue = "16384",
      paramLabel = "BYTES",
      description = "Size of those blocks (default: 16384).")
  private long holdoutBlock;

  TrainTokenizerCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    BpeTrainer trainer =
        BpeTrainer.ofSize(vocabSize).minFrequency(minFrequency).specialTokens(special);
    try (TextSplit split = TextSplit.open(data, holdoutBlock, holdoutEvery)) {
      Tokenizer tokenizer = trainer.train(split.training().stream().map(split::text));
      Files.createDirectories(out);
      Path file = out.resolve("tokenizer.json");
      tokenizer.save(file);
      if (globals.json()) {
        new JsonLine()
            .put("out", file.toString())
            .put("vocab_size", tokenizer.vocabSize())
            .print(globals.out());
      } else {
        globals.out().println(tokenizer.vocabSize() + " tokens in " + file);
      }
    }
    return ExitCode.OK;
  }
}
