package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.kernels.Memory;
import dev.kernite.models.ModelException;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.HeldOut;
import dev.kernite.models.training.TextBatches;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.transformer.Probe;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One update after the other: memory, accumulation; and the score of held-out text. */
final class TrainerTest {
  private Engine engine;
  private Gpt2 gpt2;
  private CausalModel model;

  @BeforeEach
  void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(9));
    gpt2 = Tiny.gpt2(engine);
    model = CausalModel.of(gpt2);
  }

  @AfterEach
  void close() {
    gpt2.close();
    engine.close();
  }

  private Optimizer adam() {
    return new Adam(ParameterGroup.all(model.parameters(), 0), Adam.Options.ADAM);
  }

  private Trainer<Batch> trainer(Optimizer optimizer, int accumulate) {
    return new Trainer<>(
        model,
        optimizer,
        Schedule.constant(0),
        new TrainingOptions(1000, 1e-3, 1, accumulate, 0, 0));
  }

  @Test
  void twoHundredStepsTakeNoMoreMemoryThanThree() {
    HeldOut heldOut = new HeldOut(List.of(Tiny.tokens(90, 2)), 100, 12, 3);
    TextBatches data = new TextBatches(Tiny.tokens(500, 1), 4, 10, 1);
    Memory memory = engine.backend().memory();
    try (Optimizer optimizer = adam()) {
      Trainer<Batch> trainer = trainer(optimizer, 3);
      long inUse = 0;
      long reserved = 0;
      for (int step = 0; step < 200; step++) {
        trainer.update(step, data.batch(step));
        heldOut.score(model);
        if (step == 2) {
          inUse = memory.bytesInUse();
          reserved = memory.bytesReserved();
        }
      }
      assertEquals(inUse, memory.bytesInUse());
      assertEquals(reserved, memory.bytesReserved());
    }
  }

  @Test
  void aBatchIsCutAsTorchChunkCutsIt() {
    int[][] rows = new int[10][1];
    Batch batch = Batch.of(rows);
    assertEquals(List.of(3, 3, 3, 1), batch.chunks(4).stream().map(Batch::size).toList());
    assertEquals(List.of(2, 2, 2, 2, 2), batch.chunks(6).stream().map(Batch::size).toList());
    assertEquals(List.of(10), batch.chunks(1).stream().map(Batch::size).toList());
    assertEquals(10, batch.chunks(11).size(), "as many as there are");
  }

  @Test
  void aBatchOfUnequalRowsIsRefused() {
    assertThrows(ModelException.class, () -> Batch.of(new int[][] {{1, 2}, {3}}));
    assertThrows(ModelException.class, () -> Batch.of(new int[0][]));
    assertThrows(
        ModelException.class, () -> new Batch(new int[][] {{1, 2}}, null, new int[][] {{1}}));
  }

  @Test
  void heldOutTextIsScoredTokenByToken() {
    List<int[]> texts = List.of(Tiny.tokens(30, 3), Tiny.tokens(7, 4), Tiny.tokens(12, 5));
    int time = 12;
    double nats = 0;
    long count = 0;
    for (int[] text : texts) {
      for (int t = 1; t < text.length; t++) {
        int begin = (t - 1) / (time - 1) * (time - 1);
        nats -= logProbability(Arrays.copyOfRange(text, begin, t), text[t]);
        count++;
      }
    }
    long position = engine.random().offset();
    Perplexity.Score score = new HeldOut(texts, 50, time, 2).score(model);
    assertEquals(count, score.tokens());
    double got = score.nats();
    double want = nats;
    assertTrue(Math.abs(got - want) <= 1e-5 * want, () -> got + ", token by token " + want);
    assertEquals(position, engine.random().offset(), "an evaluation draws nothing");
    model.parameters().values().forEach(p -> assertTrue(p.grad() == null));
  }

  /** ln p(next | tokens), in float64 from the logits of one forward pass over these tokens. */
  private double logProbability(int[] tokens, int next) {
    float[] logits =
        engine.noGrad(
            () -> {
              try (Scope _ = engine.scope()) {
                Tensor hidden = gpt2.hidden(Gpt2Inputs.of(new int[][] {tokens}), false, Probe.NONE);
                return gpt2.logits(hidden).toFloats();
              }
            });
    int last = logits.length - Tiny.VOCAB;
    double sum = 0;
    for (int i = 0; i < Tiny.VOCAB; i++) {
      sum += Math.exp(logits[last + i]);
    }
    return logits[last + next] - Math.log(sum);
  }

  @Test
  void accumulationGivesTheMeanOfTheChunks() {
    Batch batch = new TextBatches(Tiny.tokens(500, 1), 4, 10, 1).batch(0);
    double[] parts =
        batch.chunks(2).stream()
            .mapToDouble(part -> engine.noGrad(() -> (double) model.loss(part, false).item()))
            .toArray();
    double whole = engine.noGrad(() -> (double) model.loss(batch, false).item());
    assertTrue(Math.abs((parts[0] + parts[1]) / 2 - whole) <= 1e-5, "equal chunks: equal mean");
  }

  @Test
  void batchesDependOnStepAndSeedOnly() {
    int[] tokens = Tiny.tokens(500, 1);
    TextBatches a = new TextBatches(tokens, 4, 10, 1);
    TextBatches b = new TextBatches(tokens, 4, 10, 1);
    long steps = 3 * a.stepsPerEpoch();
    for (long step = steps - 1; step >= 0; step--) {
      assertArrayEquals(new TextBatches(tokens, 4, 10, 1).batch(step).ids(), a.batch(step).ids());
    }
    assertEquals(a.fingerprint(), b.fingerprint());
    tokens[77]++;
    assertTrue(new TextBatches(tokens, 4, 10, 1).fingerprint() != b.fingerprint());
  }
}
