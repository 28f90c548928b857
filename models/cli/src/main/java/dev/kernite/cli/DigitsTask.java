package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.digits.DigitClassifier;
import dev.kernite.models.digits.DigitHeldOut;
import dev.kernite.models.metrics.ConfusionMatrix;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code train --task digits}: a small network learns to tell the class of a picture. */
final class DigitsTask implements TrainTask<ItemBatch> {
  private static final int BATCH = 64;

  private final Globals globals;
  private final PictureSource pictures;
  private final DataLoader batches;
  private final DigitClassifier model;
  private final DigitHeldOut heldOut; // null where there are no pictures to be judged by

  private DigitsTask(
      Globals globals, PictureSource pictures, DataLoader batches, DigitClassifier model) {
    this.globals = globals;
    this.pictures = pictures;
    this.batches = batches;
    this.model = model;
    this.heldOut =
        pictures.test() == null
            ? null
            : new DigitHeldOut(pictures.test().scaled(PixelScale.SIGNED));
  }

  static DigitsTask open(
      Globals globals, Engine engine, TrainData data, TrainHyperparameters hyper, Path out) {
    data.complete(BATCH);
    PictureSource pictures = PictureSource.of(data.data().toString());
    try {
      Dataset training = pictures.training().scaled(PixelScale.SIGNED);
      if (training.classes().isEmpty()) {
        throw new CommandException(data.data() + ": the pictures have no classes to be told");
      }
      DigitClassifier model =
          DigitClassifier.fresh(engine, training.itemShape().size(), training.classes());
      writeConfig(model, out);
      LoaderOptions options = LoaderOptions.shuffled(data.batchSize(), hyper.seed());
      return new DigitsTask(globals, pictures, new DataLoader(training, options), model);
    } catch (RuntimeException | Error e) {
      pictures.close();
      throw e;
    }
  }

  private static void writeConfig(DigitClassifier model, Path out) {
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new ModelException(out + ": cannot be created: " + e.getMessage(), e);
    }
    AtomicFiles.write(out.resolve("config.json"), model.config());
  }

  @Override
  public Objective<ItemBatch> objective() {
    return model;
  }

  @Override
  public BatchSource<ItemBatch> batches() {
    return batches;
  }

  @Override
  public Judge judge() {
    return heldOut == null ? null : heldOut.judge(model);
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("--task", TaskName.DIGITS.toString());
  }

  @Override
  public Map<String, Object> config() {
    return Map.of();
  }

  @Override
  public void report(Path out, JsonLine line) {
    if (heldOut != null) {
      ConfusionMatrix matrix = heldOut.score(model).matrix();
      new ClassificationReport("test", matrix).print(globals.err()).write(out, globals.err());
      line.put("metrics", ClassificationReport.json("test", matrix));
    }
  }

  @Override
  public void close() {
    batches.close();
    model.close();
    pictures.close();
  }
}
