package dev.kernite.test.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Bit for bit: cached decoding is the full forward pass, a batch is its rows, threads are free. */
class Gpt2BitsProperties {
  /** An architecture with odd sizes everywhere. */
  private static Gpt2Config config(int heads, int headDim, int layers) {
    int width = heads * headDim;
    return new Gpt2Config(
        37,
        150,
        width,
        layers,
        heads,
        3 * width + 1,
        "gelu_new",
        1e-5f,
        true,
        false,
        true,
        true,
        0,
        0,
        0,
        0.3f);
  }

  private static int[] tokens(int n, long seed) {
    return new Random(seed).ints(n, 0, 37).toArray();
  }

  /** Logits of the last position of one full pass. */
  private static float[] full(Gpt2 model, int[][] ids) {
    float[][] out = new float[1][];
    model
        .engine()
        .noGrad(
            () -> {
              try (Scope _ = model.engine().scope()) {
                Tensor h = model.hidden(Gpt2Inputs.of(ids), false, Probe.NONE);
                Tensor last = h.narrow(1, ids[0].length - 1, 1).contiguousCopy();
                out[0] = model.logits(last).toFloats();
              }
            });
    return out[0];
  }

  @Property(tries = 12)
  void cachedDecodingIsTheFullPass(
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 33) int headDim,
      @ForAll @IntRange(min = 1, max = 130) int prompt,
      @ForAll Twin twin,
      @ForAll long seed) {
    try (Engine engine = Engines.open(twin, 2);
        Gpt2 model = Gpt2Files.fresh(engine, config(heads, headDim, 2));
        DecodeSession session = model.session()) {
      int[] ids = tokens(prompt + 4, seed);
      boolean[] real = new boolean[prompt];
      Arrays.fill(real, true);
      float[] logits =
          session.prefill(new int[][] {Arrays.copyOf(ids, prompt)}, new boolean[][] {real});
      for (int t = prompt; ; t++) {
        assertArrayEquals(full(model, new int[][] {Arrays.copyOf(ids, t)}), logits, "at " + t);
        if (t == ids.length) {
          break;
        }
        logits = session.step(new int[] {ids[t]});
      }
    }
  }

  @Property(tries = 12)
  void aBatchIsItsRows(
      @ForAll @IntRange(min = 1, max = 5) int heads,
      @ForAll @IntRange(min = 2, max = 7) int batch,
      @ForAll @IntRange(min = 1, max = 70) int time,
      @ForAll Twin twin,
      @ForAll long seed) {
    try (Engine engine = Engines.open(twin, 2);
        Gpt2 model = Gpt2Files.fresh(engine, config(heads, 8, 2))) {
      int[][] ids = new int[batch][];
      for (int b = 0; b < batch; b++) {
        ids[b] = tokens(time, seed + b);
      }
      float[] together = full(model, ids);
      int vocab = model.config().vocabSize();
      for (int b = 0; b < batch; b++) {
        float[] row = Arrays.copyOfRange(together, b * vocab, (b + 1) * vocab);
        assertArrayEquals(full(model, new int[][] {ids[b]}), row, "row " + b);
      }
    }
  }

  @Property(tries = 8)
  void gradientsDoNotDependOnThreads(
      @ForAll @IntRange(min = 1, max = 4) int heads,
      @ForAll @IntRange(min = 2, max = 90) int time,
      @ForAll Twin twin,
      @ForAll long seed) {
    float[][] one = gradients(heads, time, twin, seed, 1);
    for (int threads : new int[] {2, 5}) {
      float[][] more = gradients(heads, time, twin, seed, threads);
      for (int i = 0; i < one.length; i++) {
        assertArrayEquals(one[i], more[i], "parameter " + i + ", " + threads + " threads");
      }
    }
  }

  private static float[][] gradients(int heads, int time, Twin twin, long seed, int threads) {
    try (Engine engine = Engines.open(twin, threads);
        Gpt2 model = Gpt2Files.fresh(engine, config(heads, 9, 2));
        Scope scope = engine.scope()) {
      int[][] ids = {tokens(time, seed), tokens(time, seed + 1), tokens(time, seed + 2)};
      Tensor hidden = model.hidden(Gpt2Inputs.of(ids), true, Probe.NONE);
      scope.keep(model.loss(model.logits(hidden), ids)).backward();
      return model.parameters().values().stream()
          .map(p -> p.grad().toFloats())
          .toArray(float[][]::new);
    }
  }
}
