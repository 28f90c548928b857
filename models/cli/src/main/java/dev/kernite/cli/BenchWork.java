package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.Backend;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.ScratchFolder;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.measure.AttentionWork;
import dev.kernite.models.measure.EncodeWork;
import dev.kernite.models.measure.GanWork;
import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.GenerationWork;
import dev.kernite.models.measure.PeakMemory;
import dev.kernite.models.measure.RandomBert;
import dev.kernite.models.measure.RandomGpt2;
import dev.kernite.models.measure.RowWork;
import dev.kernite.models.measure.Stopwatch;
import dev.kernite.models.measure.TrainingWork;
import dev.kernite.models.measure.Workload;
import dev.kernite.models.weights.Use;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** What {@code bench} measures: kernels in the shapes of GPT-2 124M, and models. */
final class BenchWork {
  private static final Stopwatch SHORT = new Stopwatch(9, 0.03, 0.4, 0);
  private static final Stopwatch LONG = new Stopwatch(5, 0.5, 1, 0);

  private static final String SCRATCH = "kernite-bench";
  private static final int SENTENCES = 32;

  /** Tokens of a sentence, the two special ones included. */
  private static final int SENTENCE = 32;

  private BenchWork() {}

  static void kernels(Backend backend, BenchTable table) {
    List<Supplier<Workload>> kernels =
        List.of(
            () -> new GemmWork(backend, 1, 2304, 768),
            () -> new GemmWork(backend, 1, 50257, 768),
            () -> new GemmWork(backend, 8, 2304, 768),
            () -> new GemmWork(backend, 64, 768, 3072),
            () -> new GemmWork(backend, 512, 3072, 768),
            () -> new RowWork(backend, RowWork.Function.GELU_TANH, 1024, 3072),
            () -> new RowWork(backend, RowWork.Function.SOFTMAX, 1024, 1024),
            () -> new RowWork(backend, RowWork.Function.LOG_SOFTMAX, 1024, 4096),
            () -> new RowWork(backend, RowWork.Function.LAYER_NORM, 1024, 768),
            () -> new RowWork(backend, RowWork.Function.CROSS_ENTROPY, 256, 50257),
            () -> new AttentionWork(backend, false, 12, 1024, 64),
            () -> new AttentionWork(backend, true, 12, 1024, 64));
    for (Supplier<Workload> kernel : kernels) {
      measure(kernel, SHORT, table);
    }
  }

  /** Models lie in files as a user's do, so that they are mapped and packed as a user's are. */
  static void models(Engine engine, BenchTable table) {
    generation(engine, table);
    encoding(engine, table);
    training(engine, table);
  }

  private static void generation(Engine engine, BenchTable table) {
    if (table.stopped()) {
      return;
    }
    try (ScratchFolder scratch = ScratchFolder.create(SCRATCH)) {
      RandomGpt2.M124.write(engine, FileDtype.F32, scratch.path());
      forget(engine);
      generation(engine, scratch.path(), table);
    }
  }

  private static void generation(Engine engine, Path folder, BenchTable table) {
    try (Gpt2 model = Gpt2Files.load(engine, folder, Use.INFERENCE)) {
      measure(() -> GenerationWork.prompt(model, "f32", 32, 512), LONG, table);
      measure(() -> GenerationWork.decode(model, "f32", 32, 16, 32), LONG, table);
    }
  }

  private static void encoding(Engine engine, BenchTable table) {
    if (table.stopped()) {
      return;
    }
    try (ScratchFolder scratch = ScratchFolder.create(SCRATCH)) {
      RandomBert.write(engine, scratch.path());
      forget(engine);
      List<String> texts = RandomBert.texts(SENTENCES, SENTENCE - 2);
      try (SentenceEncoder encoder = SentenceEncoder.load(engine, scratch.path())) {
        String shape = "23M, %dx%d".formatted(SENTENCES, SENTENCE);
        measure(() -> EncodeWork.fromTokens(encoder, scratch.path(), shape, texts), LONG, table);
      }
    }
  }

  private static void training(Engine engine, BenchTable table) {
    if (table.stopped()) {
      return;
    }
    forget(engine);
    try (ScratchFolder scratch = ScratchFolder.create(SCRATCH);
        Gpt2 model = RandomGpt2.M12.fresh(engine, scratch.path())) {
      measure(() -> new TrainingWork(model, 8, 256), LONG, table);
    }
    measure(() -> new GanWork(engine), LONG, table);
  }

  /** From here on the peak of memory is counted anew, without what earlier work left behind. */
  private static void forget(Engine engine) {
    engine.backend().memory().trim();
    PeakMemory.restart();
  }

  private static void measure(Supplier<Workload> source, Stopwatch stopwatch, BenchTable table) {
    if (table.stopped()) {
      return;
    }
    try (Workload work = source.get()) {
      table.measure(work, stopwatch);
    }
  }
}
