package dev.kernite.cli;

import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.classification.LabelledBatch;
import dev.kernite.models.classification.LabelledBatches;
import dev.kernite.models.classification.LabelledFile;
import dev.kernite.models.classification.LabelledHeldOut;
import dev.kernite.models.classification.LabelledTexts;
import dev.kernite.models.classification.StratifiedSplit;
import dev.kernite.models.training.BatchSource;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.Truncation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The data of {@code --task classify}.
 *
 * @param labels names of the classes
 * @param batches to learn from
 * @param validation to be evaluated on in training, or null
 * @param test for the report at the end, or null
 */
record ClassifyData(
    List<String> labels,
    BatchSource<LabelledBatch> batches,
    LabelledHeldOut validation,
    LabelledHeldOut test)
    implements AutoCloseable {

  /**
   * Reads it.
   *
   * @param config of the model to start from; its classes are kept where the data has the same
   */
  static ClassifyData read(TrainData data, Path modelFolder, BertConfig config, long seed) {
    if (data.isBatches()) {
      if (data.evalSplit()) {
        throw new CommandException("--eval needs a file when --data holds ready batches");
      }
      LabelledFile file = new LabelledFile(data.data());
      try {
        LabelledHeldOut other =
            data.hasEvalFile()
                ? other(data, encoder(data, modelFolder, config), config.labels())
                : null;
        return new ClassifyData(config.labels(), file, other, null);
      } catch (RuntimeException | Error e) {
        file.close();
        throw e;
      }
    }
    LabelledTexts texts = LabelledTexts.read(data.data());
    if (new HashSet<>(texts.labels()).equals(new HashSet<>(config.labels()))) {
      texts = texts.ordered(config.labels());
    }
    return split(data, texts, encoder(data, modelFolder, config), config, seed);
  }

  private static ClassifyData split(
      TrainData data, LabelledTexts texts, Encoder encoder, BertConfig config, long seed) {
    List<Encoding> encoded = encoder.encode(texts.texts());
    double validation = data.hasEvalFile() ? 0 : data.validationSplit();
    StratifiedSplit split = StratifiedSplit.of(texts.classes(), validation, data.testSplit(), seed);
    return new ClassifyData(
        texts.labels(),
        new LabelledBatches(
            pick(encoded, split.training()),
            pick(texts.classes(), split.training()),
            config,
            data.batchSize(),
            seed),
        data.hasEvalFile()
            ? other(data, encoder, texts.labels())
            : heldOut(encoded, texts.classes(), split.validation()),
        heldOut(encoded, texts.classes(), split.test()));
  }

  private static LabelledHeldOut other(TrainData data, Encoder encoder, List<String> labels) {
    LabelledTexts texts = LabelledTexts.read(data.evalFile(), labels);
    return new LabelledHeldOut(encoder.encode(texts.texts()), texts.classes());
  }

  private static LabelledHeldOut heldOut(List<Encoding> texts, int[] classes, int[] rows) {
    return rows.length == 0 ? null : new LabelledHeldOut(pick(texts, rows), pick(classes, rows));
  }

  private static List<Encoding> pick(List<Encoding> all, int[] rows) {
    return Arrays.stream(rows).mapToObj(all::get).toList();
  }

  private static int[] pick(int[] all, int[] rows) {
    return IntStream.of(rows).map(row -> all[row]).toArray();
  }

  private static Encoder encoder(TrainData data, Path modelFolder, BertConfig config) {
    return new Encoder(Tokenizer.load(modelFolder), data.time(config.longest()));
  }

  /** Tokens of texts, the longer ones cut. */
  private record Encoder(Tokenizer tokenizer, int time) {
    List<Encoding> encode(List<String> texts) {
      return tokenizer.encodeBatch(
          texts.stream().map(Input::of).toList(),
          EncodeOptions.PLAIN.truncation(Truncation.to(time)));
    }
  }

  @Override
  public void close() {
    if (batches instanceof LabelledFile file) {
      file.close();
    }
  }
}
