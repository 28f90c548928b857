package dev.kernite.test.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.kernels.Memory;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Generation and training steps in a loop: neither native nor heap memory grows. Runs a few
 * seconds, or as long as {@code -Dsoak.minutes} says.
 */
class SoakTest {
  private static final Gpt2Config SMALL =
      new Gpt2Config(
          211,
          96,
          40,
          3,
          5,
          160,
          "gelu_new",
          1e-5f,
          true,
          false,
          true,
          true,
          0.1f,
          0.1f,
          0.1f,
          0.05f);

  /** What the JVM itself may still claim after the warm-up: compiled code, collector, threads. */
  private static final long JVM_SLACK = 96L << 20;

  private static final int WARM_ROUNDS = 5;
  private static final int MEASURED_ROUNDS = 10;

  @Test
  void aFewSecondsWithoutGrowth() throws IOException {
    loop(5e9);
  }

  @Test
  @Tag("slow")
  void manyMinutesWithoutGrowth() throws IOException {
    loop(60e9 * Double.parseDouble(System.getProperty("soak.minutes", "3")));
  }

  private static void loop(double nanos) throws IOException {
    Random random = new Random(1);
    try (Engine engine = Engine.open();
        Gpt2 model = Gpt2Files.fresh(engine, SMALL);
        Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0.01), Adam.Options.ADAMW)) {
      Memory memory = engine.backend().memory();
      long start = System.nanoTime();
      round(model, adam, random);
      long inUse = memory.bytesInUse();
      for (int i = 1; i < WARM_ROUNDS || System.nanoTime() - start < nanos / 5; i++) {
        round(model, adam, random);
      }
      long reserved = memory.bytesReserved();
      long heap = MemoryUse.heapAfterCollection();
      long resident = MemoryUse.residentBytes();
      long rounds = 0;
      for (; rounds < MEASURED_ROUNDS || System.nanoTime() - start < nanos; rounds++) {
        round(model, adam, random);
        assertEquals(inUse, memory.bytesInUse(), "native bytes in use after round " + rounds);
      }
      assertEquals(reserved, memory.bytesReserved(), "native bytes held after " + rounds);
      long heapGrowth = MemoryUse.heapAfterCollection() - heap;
      assertTrue(heapGrowth < 8L << 20, "heap grew by " + heapGrowth + " in " + rounds);
      long growth = MemoryUse.residentBytes() - resident;
      assertTrue(growth < JVM_SLACK, "resident memory grew by " + growth + " in " + rounds);
    }
  }

  /** Sampling, beam search, then a training step; the same sizes every time. */
  private static void round(Gpt2 model, Adam adam, Random random) {
    GenerationConfig sampled =
        GenerationConfig.builder().maxNewTokens(20).topP(0.9).seed(random.nextLong()).build();
    GenerationConfig beams = GenerationConfig.builder().maxNewTokens(8).numBeams(3).build();
    for (GenerationConfig config : new GenerationConfig[] {sampled, beams}) {
      try (DecodeSession session = model.session()) {
        new Generator(session).generate(config, new int[][] {tokens(random, 12)});
      }
    }
    int[][] ids = {tokens(random, 64), tokens(random, 64)};
    try (Scope scope = model.engine().scope()) {
      Tensor hidden = model.hidden(Gpt2Inputs.of(ids), true, Probe.NONE);
      Tensor loss = scope.keep(model.loss(model.logits(hidden), ids));
      loss.backward();
      adam.step(1e-4, 1);
      model.parameters().values().forEach(Tensor::clearGrad);
      loss.close();
    }
  }

  private static int[] tokens(Random random, int n) {
    return random.ints(n, 0, SMALL.vocabSize()).toArray();
  }
}
