package dev.kernite.cli;

import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.HeldOut;
import dev.kernite.models.training.RowBatches;
import dev.kernite.models.training.TextBatches;
import dev.kernite.models.training.TextData;
import dev.kernite.models.training.TextRows;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * What a causal language model learns from and is judged by, as the options say.
 *
 * @param heldOut null if nothing is evaluated
 */
record CausalData(BatchSource<Batch> batches, HeldOut heldOut) {
  /**
   * Reads it.
   *
   * @param folder of the model, for its tokenizer
   * @param longest tokens that the model can take
   */
  static CausalData open(TrainData data, Path folder, int longest, TrainHyperparameters hyper) {
    int time = data.time(longest);
    if (data.isBatches()) {
      return ready(data, folder, time, hyper.accumulate());
    }
    Encoder encoder = Encoder.of(folder);
    return data.isByLines()
        ? lines(data, encoder, time, hyper.seed())
        : windows(data, encoder, time, hyper.seed());
  }

  private static CausalData ready(TrainData data, Path folder, int time, int accumulate) {
    if (data.evalSplit()) {
      throw new CommandException("--eval needs a text file when --data holds ready batches");
    }
    HeldOut heldOut = data.hasEvalFile() ? evalFile(data, Encoder.of(folder), time) : null;
    FileBatches batches = new FileBatches(data.data(), data.labelsIncludePadding());
    try {
      TrainData.requireChunks(accumulate, batches.size());
    } catch (CommandException e) {
      batches.close();
      throw e;
    }
    return new CausalData(batches, heldOut);
  }

  private static CausalData windows(TrainData data, Encoder encoder, int time, long seed) {
    EvaluationText text = EvaluationText.read(data, encoder.encode, encoder.endOfText);
    return new CausalData(
        new TextBatches(text.training(), data.batchSize(), time, seed),
        text.heldOut() == null ? null : heldOut(data, text.heldOut(), text.heldOutBytes(), time));
  }

  private static CausalData lines(TrainData data, Encoder encoder, int time, long seed) {
    int every = data.evalSplit() ? data.holdoutEvery() : 0;
    TextRows rows = TextRows.read(data.data(), encoder.encode, encoder.endOfText, time, every);
    if (data.evalSplit() && rows.heldOut().isEmpty()) {
      throw new CommandException(
          "%s: has fewer than %d lines, none is held out; lower --holdout-every, or give --eval a text"
              .formatted(data.data(), every));
    }
    HeldOut heldOut =
        data.evalSplit()
            ? heldOut(data, rows.heldOut(), rows.heldOutBytes(), time)
            : data.hasEvalFile() ? evalFile(data, encoder, time) : null;
    int pad = Math.max(0, encoder.endOfText);
    RowBatches batches =
        new RowBatches(rows.training(), pad, data.labelsIncludePadding(), data.batchSize(), seed);
    return new CausalData(batches, heldOut);
  }

  private static HeldOut evalFile(TrainData data, Encoder encoder, int time) {
    if (data.isByLines()) {
      TextRows rows = TextRows.heldOut(data.evalFile(), encoder.encode, encoder.endOfText);
      return heldOut(data, rows.heldOut(), rows.heldOutBytes(), time);
    }
    TextData text = EvaluationText.heldOut(data, encoder.encode, encoder.endOfText);
    return heldOut(data, text.heldOut(), text.heldOutBytes(), time);
  }

  private static HeldOut heldOut(TrainData data, List<int[]> texts, long bytes, int time) {
    return new HeldOut(texts, bytes, time, data.batchSize());
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
