package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.seq2seq.PairBatch;
import dev.kernite.models.seq2seq.PairBatches;
import dev.kernite.models.seq2seq.PairFile;
import dev.kernite.models.seq2seq.PairHeldOut;
import dev.kernite.models.seq2seq.Seq2Seq;
import dev.kernite.models.seq2seq.TextPair;
import dev.kernite.models.seq2seq.TokenPair;
import dev.kernite.models.t5.T5;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code train --task seq2seq}: an encoder-decoder learns to turn texts into others. */
final class Seq2SeqTask implements TrainTask<PairBatch> {
  private static final int MANY = Integer.MAX_VALUE;

  private final T5 t5;
  private final Seq2Seq model;
  private final BatchSource<PairBatch> batches;
  private final PairHeldOut heldOut;
  private final int end;

  private Seq2SeqTask(T5 t5, BatchSource<PairBatch> batches, PairHeldOut heldOut, int end) {
    this.t5 = t5;
    this.model = new Seq2Seq(t5);
    this.batches = batches;
    this.heldOut = heldOut;
    this.end = end;
  }

  static Seq2SeqTask open(
      Engine engine,
      ModelStart start,
      TrainData data,
      TrainHyperparameters hyper,
      LoraAdapter adapter) {
    T5 t5 = start.openT5(engine, hyper.dropout(), adapter);
    try {
      return open(t5, start, data, hyper.seed());
    } catch (RuntimeException | Error e) {
      t5.close();
      throw e;
    }
  }

  private static Seq2SeqTask open(T5 t5, ModelStart start, TrainData data, long seed) {
    if (data.evalSplit()) {
      throw new CommandException("--task seq2seq evaluates on pairs of their own; give --eval F");
    }
    JsonConfig config = start.config();
    int end = config.integer("eos_token_id", 0, MANY, 1);
    PairHeldOut heldOut =
        data.hasEvalFile() ? new PairHeldOut(pairs(data, data.evalFile(), start, end)) : null;
    BatchSource<PairBatch> batches =
        data.isBatches()
            ? new PairFile(data.data())
            : new PairBatches(
                pairs(data, data.data(), start, end),
                t5.config().padToken(),
                data.batchSize(),
                seed);
    return new Seq2SeqTask(t5, batches, heldOut, end);
  }

  private static List<TokenPair> pairs(TrainData data, Path file, ModelStart start, int end) {
    Tokenizer tokenizer = Tokenizer.load(start.folder());
    return TokenPair.of(TextPair.read(file), tokenizer, end, data.time(MANY));
  }

  @Override
  public Objective<PairBatch> objective() {
    return model;
  }

  @Override
  public BatchSource<PairBatch> batches() {
    return batches;
  }

  @Override
  public Judge judge() {
    return heldOut == null ? null : heldOut.judge(model, end);
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("--task", TaskName.SEQ2SEQ.toString());
  }

  @Override
  public Map<String, Object> config() {
    return Map.of();
  }

  @Override
  public void close() {
    if (batches instanceof PairFile file) {
      file.close();
    }
    t5.close();
  }
}
