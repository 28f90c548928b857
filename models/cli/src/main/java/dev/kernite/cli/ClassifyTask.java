package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFamily;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.classification.Classifier;
import dev.kernite.models.classification.LabelledBatch;
import dev.kernite.models.classification.LabelledHeldOut;
import dev.kernite.models.metrics.ConfusionMatrix;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code train --task classify}: an encoder learns to tell the class of a text. */
final class ClassifyTask implements TrainTask<LabelledBatch> {
  private final Globals globals;
  private final Bert bert;
  private final Classifier model;
  private final ClassifyData data;
  private final String architecture;
  private final Map<String, String> settings;

  private ClassifyTask(
      Globals globals,
      Bert bert,
      ClassifyData data,
      String architecture,
      Map<String, String> settings) {
    this.globals = globals;
    this.bert = bert;
    this.model = new Classifier(bert);
    this.data = data;
    this.architecture = architecture;
    this.settings = settings;
  }

  static ClassifyTask open(
      Globals globals,
      Engine engine,
      ModelStart start,
      TrainData options,
      TrainHyperparameters hyper) {
    BertConfig config = start.encoderConfig(hyper.dropout());
    ClassifyData data = ClassifyData.read(options, start.folder(), config, hyper.seed());
    Bert bert = null;
    try {
      if (!options.isBatches()) {
        config = config.withLabels(data.labels(), BertConfig.Problem.SINGLE_LABEL);
      }
      bert = start.openEncoder(engine, config, heads(config));
      String name = BertFamily.className(start.config().string("model_type"));
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("--task", TaskName.CLASSIFY.toString());
      settings.put("--validation-split", Double.toString(options.validationSplit()));
      settings.put("--test-split", Double.toString(options.testSplit()));
      String architecture = name + "ForSequenceClassification";
      return new ClassifyTask(globals, bert, data, architecture, settings);
    } catch (RuntimeException | Error e) {
      if (bert != null) {
        bert.close();
      }
      data.close();
      throw e;
    }
  }

  /** Only BERT's classifier stands on the pooler. */
  private static Set<BertHead> heads(BertConfig config) {
    return config.family() == BertFamily.BERT
        ? EnumSet.of(BertHead.POOLER, BertHead.CLASSIFIER)
        : EnumSet.of(BertHead.CLASSIFIER);
  }

  @Override
  public Objective<LabelledBatch> objective() {
    return model;
  }

  @Override
  public BatchSource<LabelledBatch> batches() {
    return data.batches();
  }

  @Override
  public Judge judge() {
    return data.validation() == null ? null : data.validation().judge(model);
  }

  @Override
  public Map<String, String> settings() {
    return settings;
  }

  @Override
  public Map<String, Object> config() {
    List<String> labels = model.labels();
    Map<String, Object> names = new LinkedHashMap<>();
    Map<String, Object> numbers = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      numbers.put(labels.get(i), i);
    }
    Map<String, Object> changes = new LinkedHashMap<>();
    changes.put("architectures", List.of(architecture));
    changes.put("id2label", names);
    changes.put("label2id", numbers);
    changes.put("problem_type", "single_label_classification");
    return changes;
  }

  /** On the texts that decided nothing; on those of the evaluations if there are no others. */
  @Override
  public void report(Path out, JsonLine line) {
    LabelledHeldOut judged = data.test() != null ? data.test() : data.validation();
    if (judged != null) {
      ConfusionMatrix matrix = judged.score(model).matrix();
      String part = data.test() != null ? "test" : "validation";
      new ClassificationReport(part, matrix).print(globals.err()).write(out, globals.err());
      line.put("metrics", ClassificationReport.json(part, matrix));
    }
  }

  @Override
  public void close() {
    data.close();
    bert.close();
  }
}
