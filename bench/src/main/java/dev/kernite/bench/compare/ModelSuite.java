package dev.kernite.bench.compare;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.measure.GenerationWork;
import dev.kernite.models.measure.RandomGpt2;
import dev.kernite.models.measure.TrainingWork;
import dev.kernite.models.measure.Workload;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Whole models with random weights. No peer runs here: the bar is the share of the roofs.
 *
 * @param contest runs one
 * @param arguments which, and how long
 * @param folder for the models, empty; filled by the first run
 * @param report takes each result as it comes
 */
record ModelSuite(Contest contest, Arguments arguments, Path folder, Consumer<Result> report) {
  private static final int PROMPT = 512;
  private static final int DECODE_PAST = 16;
  private static final int DECODE_STEPS = 32;

  void run() {
    try (Engine engine = open()) {
      generation(engine, FileDtype.F32);
      generation(engine, FileDtype.BF16);
    }
    try (Engine engine = open()) {
      training(engine);
    }
    if (wanted("gpt2 first logits")) {
      int rounds = arguments.quick() ? 1 : 5;
      Path files;
      try (Engine engine = open()) {
        files = model(engine, folder, FileDtype.F32);
      }
      FirstLogits.measure(files, contest.threads(), rounds).forEach(report);
    }
  }

  private Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(contest.threads()));
  }

  /** The folder of the 124M model in a type, written if it is not there. */
  static Path model(Engine engine, Path folder, FileDtype dtype) {
    Path model = folder.resolve("gpt2-" + name(dtype));
    if (!model.resolve("model.safetensors").toFile().exists()) {
      RandomGpt2.M124.write(engine, dtype, model);
    }
    return model;
  }

  private static String name(FileDtype dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }

  private void generation(Engine engine, FileDtype dtype) {
    String type = name(dtype);
    if (!wanted("gpt2 prompt " + type) && !wanted("gpt2 decode " + type)) {
      return;
    }
    Path files = model(engine, folder, dtype);
    try (Gpt2 model = Gpt2Files.load(engine, files, Gpt2Files.Use.INFERENCE)) {
      int bits = dtype.bits();
      run("gpt2 prompt " + type, () -> GenerationWork.prompt(model, type, bits, PROMPT));
      run(
          "gpt2 decode " + type,
          () -> GenerationWork.decode(model, type, bits, DECODE_PAST, DECODE_STEPS));
    }
  }

  private void training(Engine engine) {
    if (!wanted("gpt2 training step")) {
      return;
    }
    try (Gpt2 model = RandomGpt2.M12.fresh(engine, folder.resolve("gpt2-small"))) {
      run("gpt2 training step", () -> new TrainingWork(model, 8, 256));
    }
  }

  private boolean wanted(String label) {
    return arguments.match().matcher(label).find();
  }

  private void run(String kind, Supplier<Workload> source) {
    if (!wanted(kind)) {
      return;
    }
    try (Workload work = source.get()) {
      report.accept(contest.run("models", kind, work, arguments.longWork()));
    }
  }
}
