package dev.kernite.models.bert;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig.Problem;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.Truncation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells the class of a text. */
public final class TextClassifier implements AutoCloseable {
  private final Bert model;
  private final Tokenizer tokenizer;

  /**
   * What a text was taken for.
   *
   * @param label the class with the highest score
   * @param scores of all classes: probabilities that sum to 1; of independent classes, each its
   *     own; of a regression, the value
   */
  public record Result(String label, Map<String, Double> scores) {}

  private TextClassifier(Bert model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a model with its tokenizer.
   *
   * @throws ModelException if the checkpoint has no classifier
   */
  public static TextClassifier load(Engine engine, Path folder) {
    Tokenizer tokenizer = Tokenizer.load(folder);
    Bert model = BertFiles.load(engine, folder, Use.INFERENCE);
    if (!model.has(BertHead.CLASSIFIER)) {
      model.close();
      throw new ModelException(
          folder + ": the checkpoint has no classifier; fine-tune one, or use another model");
    }
    return new TextClassifier(model, tokenizer);
  }

  /** Classifies texts; a result each, in the order given. Longer ones are cut. */
  public List<Result> classify(List<String> texts) {
    BertConfig config = model.config();
    int classes = config.labels().size();
    EncodeOptions options = EncodeOptions.PLAIN.truncation(Truncation.to(config.longest()));
    List<Encoding> sequences =
        tokenizer.encodeBatch(texts.stream().map(Input::of).toList(), options);
    Result[] results = new Result[texts.size()];
    for (TokenBatches.Batch batch : TokenBatches.of(sequences, config)) {
      float[] logits = model.values(() -> logits(batch.inputs()));
      for (int i = 0; i < batch.rows().length; i++) {
        float[] row = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
        results[batch.rows()[i]] = result(row);
      }
    }
    return new ArrayList<>(Arrays.asList(results));
  }

  private Tensor logits(BertInputs in) {
    return model.classLogits(model.hidden(in, false, Probe.NONE), false);
  }

  private Result result(float[] logits) {
    Problem problem = model.config().problem();
    double[] scores =
        switch (problem) {
          case REGRESSION -> Scores.plain(logits);
          case SINGLE_LABEL -> Scores.softmax(logits);
          case MULTI_LABEL -> Scores.sigmoid(logits);
        };
    Map<String, Double> byLabel = new LinkedHashMap<>();
    int best = 0;
    for (int i = 0; i < scores.length; i++) {
      byLabel.put(model.config().labels().get(i), scores[i]);
      best = scores[i] > scores[best] ? i : best;
    }
    return new Result(model.config().labels().get(best), byLabel);
  }

  /** Frees the model. */
  @Override
  public void close() {
    model.close();
  }
}
