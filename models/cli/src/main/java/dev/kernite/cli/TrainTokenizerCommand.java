package dev.kernite.cli;

import dev.kernite.models.training.TextSplit;
import dev.kernite.tokenizer.BpeTrainer;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.UnigramTrainer;
import dev.kernite.tokenizer.WordPieceTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train-tokenizer}: learns a vocabulary from text. */
@Command(
    name = "train-tokenizer",
    description = "Learn a tokenizer from text: byte-level BPE, WordPiece or Unigram.",
    sortOptions = false)
final class TrainTokenizerCommand implements Callable<Integer> {
  private final Globals globals;
  @Spec private CommandSpec spec;

  /** The values of {@code --type}. */
  enum Type {
    BPE,
    WORDPIECE,
    UNIGRAM
  }

  @Option(names = "--data", required = true, paramLabel = "F", description = "UTF-8 text.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for tokenizer.json.")
  private Path out;

  @Option(
      names = "--type",
      defaultValue = "bpe",
      paramLabel = "TYPE",
      description = "bpe as in GPT-2 (the default), wordpiece as in BERT, unigram as in T5.")
  private Type type;

  @Option(
      names = "--vocab-size",
      defaultValue = "4096",
      paramLabel = "N",
      description = "Tokens, the special ones and 256 bytes or all characters included (4096).")
  private int vocabSize;

  @Option(
      names = "--min-frequency",
      paramLabel = "N",
      description = "How often a pair must occur to be merged (default: 2); not for unigram.")
  private Long minFrequency;

  @Option(
      names = "--cased",
      description = "Keep capitals and accents, which wordpiece drops otherwise.")
  private boolean cased;

  @Option(
      names = "--special",
      arity = "0..*",
      paramLabel = "TOKEN",
      description = {
        "Special tokens, which get the first ids (default: <|endoftext|> for bpe; [PAD] [UNK] [CLS]",
        "[SEP] [MASK] for wordpiece; <pad> </s> <unk> for unigram)."
      })
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
    if (cased && type != Type.WORDPIECE) {
      throw new ParameterException(spec.commandLine(), "--cased is for --type wordpiece only");
    }
    if (minFrequency != null && type == Type.UNIGRAM) {
      throw new ParameterException(spec.commandLine(), "--min-frequency is not for --type unigram");
    }
    Trainer trainer = trainer();
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

  private interface Trainer {
    Tokenizer train(Stream<String> texts);
  }

  private Trainer trainer() {
    long frequency = minFrequency == null ? 2 : minFrequency;
    return switch (type) {
      case BPE ->
          BpeTrainer.ofSize(vocabSize)
                  .minFrequency(frequency)
                  .specialTokens(special == null ? new String[] {"<|endoftext|>"} : special)
              ::train;
      case WORDPIECE -> {
        WordPieceTrainer usual =
            WordPieceTrainer.ofSize(vocabSize).minFrequency(frequency).lowercase(!cased);
        yield (special == null ? usual : usual.specialTokens(special))::train;
      }
      case UNIGRAM -> {
        UnigramTrainer usual = UnigramTrainer.ofSize(vocabSize);
        yield (special == null ? usual : usual.specialTokens(special))::train;
      }
    };
  }
}
