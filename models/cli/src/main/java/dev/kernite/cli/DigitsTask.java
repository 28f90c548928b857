package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Images;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.Joined;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.digits.DigitClassifier;
import dev.kernite.models.digits.DigitHeldOut;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GeneratedImages;
import dev.kernite.models.metrics.ConfusionMatrix;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code train --task digits}: a small network learns to tell the class of a picture. */
final class DigitsTask implements TrainTask<ItemBatch> {
  private static final int BATCH = 64;

  private final Globals globals;
  private final PictureSource pictures;
  private final Images generated; // null where only real ones are learnt from
  private final DigitsData options;
  private final DataLoader batches;
  private final DigitClassifier model;
  private final DigitHeldOut heldOut; // null where there are no pictures to be judged by

  private DigitsTask(
      Globals globals,
      PictureSource pictures,
      Images generated,
      DigitsData options,
      DataLoader batches,
      DigitClassifier model) {
    this.globals = globals;
    this.pictures = pictures;
    this.generated = generated;
    this.options = options;
    this.batches = batches;
    this.model = model;
    this.heldOut =
        pictures.test() == null
            ? null
            : new DigitHeldOut(pictures.test().scaled(PixelScale.SIGNED));
  }

  static DigitsTask open(
      Globals globals,
      Engine engine,
      TrainData data,
      DigitsData digits,
      TrainHyperparameters hyper,
      Path out) {
    data.complete(BATCH);
    PictureSource pictures = PictureSource.of(data.data().toString());
    Images generated = null;
    try {
      Dataset training = pictures.training(digits.perClass(), hyper.seed());
      if (training.classes().isEmpty()) {
        throw new CommandException(data.data() + ": the pictures have no classes to be told");
      }
      DigitClassifier model =
          DigitClassifier.fresh(engine, training.itemShape().size(), training.classes());
      if (digits.augment() != null) {
        warnOfOthers(globals, digits.augment(), training);
        generated =
            GeneratedImages.of(engine, digits.augment(), training, digits.count(), hyper.seed());
        training = inHalves(training, generated.scaled(PixelScale.SIGNED));
      }
      writeConfig(model, out);
      LoaderOptions options = LoaderOptions.shuffled(data.batchSize(), hyper.seed());
      DataLoader batches = new DataLoader(training, options);
      return new DigitsTask(globals, pictures, generated, digits, batches, model);
    } catch (RuntimeException | Error e) {
      if (generated != null) {
        generated.close();
      }
      pictures.close();
      throw e;
    }
  }

  /** A generator passes on what it has seen: it should not know more than the classifier may. */
  private static void warnOfOthers(Globals globals, Path folder, Dataset training) {
    if (!GanRun.learntFrom(folder, training.fingerprint())) {
      globals
          .err()
          .println(
              "warning: "
                  + folder
                  + ": not known to have learnt from these very pictures; train it with the same"
                  + " --data, --per-class and --seed to see what generated ones add");
    }
  }

  /** The real pictures, over and over, and as many generated ones. */
  private static Dataset inHalves(Dataset real, Dataset generated) {
    int[] repeated = new int[Math.max(real.size(), generated.size())];
    Arrays.setAll(repeated, i -> i % real.size());
    return new Joined(real.select(repeated), generated);
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
    Map<String, String> settings = new LinkedHashMap<>(options.settings());
    settings.put("--task", TaskName.DIGITS.toString());
    return settings;
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
    if (generated != null) {
      generated.close();
    }
    pictures.close();
  }
}
