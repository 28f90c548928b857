package dev.kernite.cli;

import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.HeldOut;
import dev.kernite.models.training.TextBatches;
import dev.kernite.models.training.TextData;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What {@code train} learns from, and what it is judged by. */
final class TrainData {
  /** Stands for {@code --eval} without a file. */
  private static final String SPLIT = "";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "F",
      description = "Text, JSON lines with a \"text\" each (.jsonl), or batches (.safetensors).")
  private Path data;

  @Option(
      names = "--batch-size",
      defaultValue = "8",
      paramLabel = "N",
      description = "Sequences an update, for text (default: 8).")
  private int batchSize;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Tokens a sequence, for text (default: the model's context).")
  private Integer maxLength;

  @Option(
      names = "--eval",
      arity = "0..1",
      fallbackValue = SPLIT,
      paramLabel = "F",
      description = "Evaluate on this text, or without F on blocks held out from --data.")
  private String eval;

  @Option(
      names = "--holdout-every",
      defaultValue = "20",
      paramLabel = "N",
      description = "With --eval alone: hold out every Nth block (default: 20).")
  private int holdoutEvery;

  @Option(
      names = "--holdout-block",
      defaultValue = "16384",
      paramLabel = "BYTES",
      description = "Size of those blocks (default: 16384).")
  private long holdoutBlock;

  /**
   * Data ready for training.
   *
   * @param batches to learn from
   * @param heldOut to be judged by, or null
   */
  record Loaded(BatchSource batches, HeldOut heldOut) implements AutoCloseable {
    @Override
    public void close() {
      if (batches instanceof FileBatches file) {
        file.close();
      }
    }
  }

  Loaded load(Path modelFolder, Gpt2Config config, long seed) {
    int time = maxLength == null ? config.positions() : maxLength;
    if (time < 2 || time > config.positions()) {
      throw new CommandException(
          "--max-length must be from 2 to the model's context of " + config.positions());
    }
    if (data.toString().endsWith(".safetensors")) {
      if (SPLIT.equals(eval)) {
        throw new CommandException("--eval needs a text file when --data holds ready batches");
      }
      HeldOut heldOut = eval == null ? null : other(modelFolder, time);
      return new Loaded(new FileBatches(data), heldOut);
    }
    Encoder encoder = Encoder.of(modelFolder);
    int every = SPLIT.equals(eval) ? holdoutEvery : 0;
    TextData read = TextData.read(data, encoder.encode(), encoder.endOfText(), holdoutBlock, every);
    BatchSource batches = new TextBatches(read.training(), batchSize, time, seed);
    if (eval == null) {
      return new Loaded(batches, null);
    }
    return new Loaded(batches, every == 0 ? other(modelFolder, time) : judge(read, time));
  }

  private HeldOut other(Path modelFolder, int time) {
    Encoder encoder = Encoder.of(modelFolder);
    Path file = Path.of(eval);
    TextData text = TextData.heldOut(file, encoder.encode(), encoder.endOfText());
    if (text.heldOut().isEmpty()) {
      throw new CommandException(file + ": has no text to evaluate on");
    }
    return new HeldOut(text.heldOut(), text.heldOutBytes(), time, batchSize);
  }

  private HeldOut judge(TextData text, int time) {
    if (text.heldOut().isEmpty()) {
      throw new CommandException(
          data
              + ": has fewer than "
              + holdoutEvery
              + " blocks of "
              + holdoutBlock
              + " bytes, none is held out; lower --holdout-block, or give --eval a text");
    }
    return new HeldOut(text.heldOut(), text.heldOutBytes(), time, batchSize);
  }

  /** What a resumed run must repeat. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("--batch-size", Integer.toString(batchSize));
    settings.put("--max-length", String.valueOf(maxLength));
    return settings;
  }

  /** A model's tokenizer and its end-of-text token, -1 where it has none. */
  private record Encoder(Function<String, int[]> encode, int endOfText) {
    static Encoder of(Path modelFolder) {
      Tokenizer tokenizer = Tokenizer.load(modelFolder);
      int end =
          JsonConfig.read(modelFolder.resolve("config.json"))
              .integer("eos_token_id", 0, Integer.MAX_VALUE, -1);
      return new Encoder(text -> tokenizer.encodeToIds(text, false), end);
    }
  }
}
