package dev.kernite.bench.compare;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.ScratchFolder;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.measure.GanWork;
import dev.kernite.models.measure.GenerationWork;
import dev.kernite.models.measure.RandomGpt2;
import dev.kernite.models.measure.RandomT5;
import dev.kernite.models.measure.TrainingWork;
import dev.kernite.models.measure.TranslationWork;
import dev.kernite.models.measure.Workload;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.weights.Use;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Whole models with random weights. The GAN has a peer; elsewhere the bar is the share of the
 * roofs.
 *
 * @param contest runs one
 * @param arguments which, and how long
 * @param folder for the models, empty; filled by the first run
 * @param report takes each result as it comes
 */
record ModelSuite(Contest contest, Arguments arguments, Path folder, Consumer<Result> report) {
  private static final int PROMPT = 512;
  private static final int QUICK_PROMPT = 24;
  private static final int DECODE_PAST = 16;
  private static final int DECODE_STEPS = 32;
  private static final int SHORT_TEXT = 16;
  private static final int LONG_TEXT = 512;
  private static final int BEAMS = 4;

  void run() {
    try (Engine engine = open()) {
      generation(engine, FileDtype.F32);
      generation(engine, FileDtype.BF16);
    }
    try (Engine engine = open()) {
      translation(engine);
    }
    try (Engine engine = open()) {
      training(engine);
    }
    if (arguments.onCpu() && wanted("gpt2 first logits")) {
      int rounds = arguments.quick() ? 1 : 5;
      Path files;
      try (Engine engine = open()) {
        files = model(engine, FileDtype.F32);
      }
      FirstLogits.measure(files, contest.threads(), rounds).forEach(report);
    }
  }

  private Engine open() {
    EngineOptions options = EngineOptions.DEFAULT.withDevice(arguments.device());
    return Engine.open(arguments.onCpu() ? options.withThreads(contest.threads()) : options);
  }

  /** The folder of the model in a type, written if it is not there. */
  private Path model(Engine engine, FileDtype dtype) {
    Path model = folder.resolve("gpt2-" + name(dtype));
    if (!model.resolve("model.safetensors").toFile().exists()) {
      (small() ? RandomGpt2.M12 : RandomGpt2.M124).write(engine, dtype, model);
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
    Path files = model(engine, dtype);
    try (Gpt2 model = Gpt2Files.load(engine, files, Use.INFERENCE)) {
      int bits = dtype.bits();
      int prompt = small() ? QUICK_PROMPT : PROMPT;
      run("gpt2 prompt " + type, () -> GenerationWork.prompt(model, type, bits, prompt));
      run(
          "gpt2 decode " + type,
          () -> GenerationWork.decode(model, type, bits, DECODE_PAST, DECODE_STEPS));
    }
  }

  /** What a text's length and the number of beams cost. */
  private void translation(Engine engine) {
    String read = "t5 encode";
    String write = "t5 decode";
    if (!wanted(read) && !wanted(write) || small()) {
      return;
    }
    try (ScratchFolder scratch = ScratchFolder.create("kernite-t5")) {
      RandomT5.write(engine, scratch.path());
      try (T5 model = T5Files.load(engine, scratch.path(), Use.INFERENCE)) {
        run(read, () -> TranslationWork.read(model, 1, LONG_TEXT));
        run(read, () -> TranslationWork.read(model, BEAMS, LONG_TEXT));
        run(write, () -> TranslationWork.write(model, 1, SHORT_TEXT, 1, DECODE_STEPS));
        run(write, () -> TranslationWork.write(model, 1, LONG_TEXT, 1, DECODE_STEPS));
        run(write, () -> TranslationWork.write(model, 1, LONG_TEXT, BEAMS, DECODE_STEPS));
        run(write, () -> TranslationWork.write(model, BEAMS, LONG_TEXT, 1, DECODE_STEPS));
      }
    }
  }

  private void training(Engine engine) {
    run("gan training step", () -> new GanWork(engine));
    if (!wanted("gpt2 training step")) {
      return;
    }
    int time = small() ? QUICK_PROMPT : 256;
    try (Gpt2 model = RandomGpt2.M12.fresh(engine, folder.resolve("gpt2-small"))) {
      run("gpt2 training step", () -> new TrainingWork(model, 8, time));
    }
    if (!arguments.onCpu() && !small()) {
      try (Gpt2 model = RandomGpt2.M124.fresh(engine, folder.resolve("gpt2-large"))) {
        run("gpt2 training step", () -> new TrainingWork(model, 8, 512));
      }
    }
  }

  /** Whether a small model is enough: to see that it runs, on the emulator above all. */
  private boolean small() {
    return arguments.quick() && !arguments.onCpu();
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
