package dev.kernite.test.classification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFamily;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.classification.Classifier;
import dev.kernite.models.classification.LabelledBatch;
import dev.kernite.models.masking.MaskedLanguageModel;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.ModelWriter;
import dev.kernite.models.training.Objective;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingBatch;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.weights.Use;
import dev.kernite.test.models.Reference;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A published encoder gets the head that a task needs, learns, and is read back with it. */
final class FreshHeadsTest {
  private static final int[][] IDS = {{2, 9, 8, 3}, {2, 11, 8, 3}, {2, 9, 10, 3}, {2, 11, 10, 3}};
  private static final List<String> LABELS = List.of("x", "y", "z");

  @TempDir private Path folder;

  private static BertConfig config(Path source) {
    return BertConfig.of(JsonConfig.read(source.resolve("config.json")));
  }

  /** The loss before the first of many steps on one batch, and after the last. */
  private static <B extends TrainingBatch<B>> double[] learn(Objective<B> model, B batch) {
    try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0), Adam.Options.ADAM)) {
      Trainer<B> trainer =
          new Trainer<>(
              model, adam, Schedule.constant(0), new TrainingOptions(30, 3e-3, 1, 1, 0, 0));
      double[] losses = new double[30];
      for (int step = 0; step < losses.length; step++) {
        losses[step] = trainer.update(step, batch).loss();
      }
      return new double[] {losses[0], losses[losses.length - 1]};
    }
  }

  private void requireReadBack(Engine engine, Bert bert, Map<String, Object> changes, Path source) {
    new ModelWriter(source, FileDtype.F32, changes).write(folder, bert.parameters());
    try (Bert again = BertFiles.load(engine, folder, Use.TRAINING)) {
      assertEquals(bert.parameters().keySet(), again.parameters().keySet());
      Map<String, Tensor> read = again.parameters();
      bert.parameters()
          .forEach((name, t) -> assertArrayEquals(t.toFloats(), read.get(name).toFloats(), name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert"})
  void anEncoderBecomesAClassifierOfAsManyClassesAsThereAre(String name) {
    Path source = Reference.path(name);
    BertConfig config =
        config(source).withDropout(0, 0, 0).withLabels(LABELS, BertConfig.Problem.SINGLE_LABEL);
    Set<BertHead> heads = EnumSet.of(BertHead.CLASSIFIER);
    if (config.family() == BertFamily.BERT) {
      heads.add(BertHead.POOLER);
    }
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(1));
        Bert published = BertFiles.load(engine, source, Use.TRAINING);
        Bert bert = BertFiles.loadForTraining(engine, source, config, heads)) {
      bert.parameters()
          .forEach(
              (parameter, t) -> {
                Tensor same = published.parameters().get(parameter);
                boolean drawn = same == null;
                assertEquals(drawn, parameter.contains("classifier"), parameter);
                if (!drawn) {
                  assertArrayEquals(same.toFloats(), t.toFloats(), parameter);
                }
              });
      LabelledBatch batch =
          new LabelledBatch(new BertInputs(IDS, null, null, null), new int[] {0, 1, 2, 0});
      double[] losses = learn(new Classifier(bert), batch);
      assertTrue(Math.abs(losses[0] - Math.log(3)) < 0.5, "near guessing: " + losses[0]);
      assertTrue(losses[1] < 0.5 * losses[0], losses[0] + " to " + losses[1]);
      Map<String, String> names = Map.of("0", "x", "1", "y", "2", "z");
      requireReadBack(engine, bert, Map.of("id2label", names), source);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-classifier", "roberta", "distilbert"})
  void anEncoderBecomesAMaskedLanguageModel(String name) {
    Path source = Reference.path(name);
    BertConfig config = config(source).withDropout(0, 0, 0);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(1));
        Bert bert =
            BertFiles.loadForTraining(engine, source, config, EnumSet.of(BertHead.MASKED_LM))) {
      int[][] labels = {
        {-100, 9, -100, -100}, {-100, -100, 8, -100}, {-100, 9, 10, -100}, {-100, -100, -100, -100}
      };
      double[] losses = learn(new MaskedLanguageModel(bert), new Batch(IDS, null, labels));
      assertTrue(losses[1] < 0.5 * losses[0], losses[0] + " to " + losses[1]);
      requireReadBack(engine, bert, Map.of(), source);
    }
  }
}
