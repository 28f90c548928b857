package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFamily;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.masking.DynamicMasking;
import dev.kernite.models.masking.Frame;
import dev.kernite.models.masking.MaskedBatches;
import dev.kernite.models.masking.MaskedHeldOut;
import dev.kernite.models.masking.MaskedLanguageModel;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import dev.kernite.tokenizer.Tokenizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** {@code train --task masked-lm}: an encoder learns to predict masked tokens. */
final class MaskedTask implements TrainTask<Batch> {
  private final Bert bert;
  private final MaskedLanguageModel model;
  private final BatchSource<Batch> batches;
  private final MaskedHeldOut heldOut;
  private final String architecture;

  private MaskedTask(
      Bert bert, BatchSource<Batch> batches, MaskedHeldOut heldOut, String architecture) {
    this.bert = bert;
    this.model = new MaskedLanguageModel(bert);
    this.batches = batches;
    this.heldOut = heldOut;
    this.architecture = architecture;
  }

  static MaskedTask open(
      Engine engine, ModelStart start, TrainData data, TrainHyperparameters hyper) {
    BertConfig config = start.encoderConfig(hyper.dropout());
    Bert bert = start.openEncoder(engine, config, EnumSet.of(BertHead.MASKED_LM));
    try {
      return open(bert, start, data, hyper.seed());
    } catch (RuntimeException | Error e) {
      bert.close();
      throw e;
    }
  }

  private static MaskedTask open(Bert bert, ModelStart start, TrainData data, long seed) {
    String name = BertFamily.className(start.config().string("model_type")) + "ForMaskedLM";
    if (data.isBatches()) {
      if (data.evalSplit() || data.hasEvalFile()) {
        throw new CommandException("--task masked-lm evaluates on text only; leave --eval out");
      }
      FileBatches batches = new FileBatches(data.data());
      if (!batches.hasLabels()) {
        batches.close();
        throw new CommandException(
            data.data()
                + ": has no 'labels' [step, batch, time]; ready batches are masked already, and the"
                + " labels say what to predict");
      }
      return new MaskedTask(bert, batches, null, name);
    }
    BertConfig config = bert.config();
    int time = data.time(config.longest());
    Tokenizer tokenizer = Tokenizer.load(start.folder());
    Frame frame = Frame.of(tokenizer);
    DynamicMasking masking = DynamicMasking.of(tokenizer, config.vocabSize(), seed);
    EvaluationText text =
        EvaluationText.read(data, t -> tokenizer.encodeToIds(t, false), frame.separator());
    BatchSource<Batch> batches =
        new MaskedBatches(text.training(), frame, masking, data.batchSize(), time, seed);
    MaskedHeldOut heldOut =
        text.heldOut() == null
            ? null
            : new MaskedHeldOut(
                text.heldOut(), frame, masking, time, data.batchSize(), config.padToken());
    return new MaskedTask(bert, batches, heldOut, name);
  }

  @Override
  public Objective<Batch> objective() {
    return model;
  }

  @Override
  public BatchSource<Batch> batches() {
    return batches;
  }

  @Override
  public Judge judge() {
    return heldOut == null ? null : heldOut.judge(model);
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("--task", TaskName.MASKED_LM.toString());
  }

  @Override
  public Map<String, Object> config() {
    return Map.of("architectures", List.of(architecture));
  }

  @Override
  public void close() {
    if (batches instanceof FileBatches file) {
      file.close();
    }
    bert.close();
  }
}
