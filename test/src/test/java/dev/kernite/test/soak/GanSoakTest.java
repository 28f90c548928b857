package dev.kernite.test.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.kernels.Memory;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanListener;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.sequential.Layer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long run of a tiny GAN, with its log and its saved states: no kind of memory grows. */
final class GanSoakTest {
  private static final int BATCH = 8;

  /** What the JVM itself may still claim after the warm-up: compiled code, collector, threads. */
  private static final long JVM_SLACK = 96L << 20;

  private static final long HEAP_SLACK = 2L << 20;

  @TempDir private Path folder;

  @Test
  void someThousandSteps() throws IOException {
    run(3_000, 1_000);
  }

  @Test
  @Tag("slow")
  void hundredThousandSteps() throws IOException {
    run(100_000, 10_000);
  }

  private static GanConfig config() {
    return new GanConfig(
        List.of(
            new Layer.Linear(4, 6, true),
            new Layer.BatchNorm(6, 1e-5, 0.1),
            new Layer.Relu(),
            new Layer.Linear(6, 784, true),
            new Layer.Tanh()),
        List.of(
            new Layer.Linear(784, 6, true),
            new Layer.LeakyRelu(0.2),
            new Layer.Dropout(0.3),
            new Layer.Linear(6, 1, true)),
        GanLoss.BCE_WITH_LOGITS,
        GanConfig.preset("mlp").recipe().withBatch(BATCH, true));
  }

  /**
   * Runs.
   *
   * @param warm steps after which nothing may grow any more; states are saved twice as often
   */
  private void run(long steps, long warm) throws IOException {
    GanConfig config = config();
    try (Mnist mnist = Mnist.bundled();
        Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        DrawnData data =
            new DrawnData(mnist.training().scaled(PixelScale.SIGNED), config.recipe(), BATCH, 1);
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      Growth growth = new Growth(engine.backend().memory(), steps, warm);
      GanRun.Plan plan = new GanRun.Plan(steps, warm / 2);
      new GanRun(trainer, null, folder, plan, Map.of()).run(false, growth, () -> false);
      growth.assertNone();
    }
  }

  /** Compares what is in use after the last step with what was after the warm-up. */
  private static final class Growth implements GanListener {
    private final Memory memory;
    private final long steps;
    private final long warm;
    private long inUse;
    private long reserved;
    private long heap;
    private long resident;
    private boolean ended;

    Growth(Memory memory, long steps, long warm) {
      this.memory = memory;
      this.steps = steps;
      this.warm = warm;
    }

    @Override
    public void onStep(GanStep step) {
      long done = step.step() + 1;
      if (done == warm) {
        inUse = memory.bytesInUse();
        reserved = memory.bytesReserved();
        heap = MemoryUse.heapAfterCollection();
        resident = read();
      } else if (done > warm) {
        assertEquals(inUse, memory.bytesInUse(), "native bytes in use after step " + done);
        assertEquals(reserved, memory.bytesReserved(), "native bytes held after step " + done);
      }
      if (done == steps) {
        long heapGrowth = MemoryUse.heapAfterCollection() - heap;
        assertTrue(heapGrowth < HEAP_SLACK, "the heap grew by " + heapGrowth);
        long growth = read() - resident;
        assertTrue(growth < JVM_SLACK, "resident memory grew by " + growth);
        ended = true;
      }
    }

    private static long read() {
      try {
        return MemoryUse.residentBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void assertNone() {
      assertTrue(ended, "the run came to its last step");
    }
  }
}
