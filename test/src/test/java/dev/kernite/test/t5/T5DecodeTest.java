package dev.kernite.test.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.t5.T5Inputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.test.devices.Device;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Steps of decoding against the full pass over the same tokens. */
@Tag("device")
@Tag("schedule")
final class T5DecodeTest {
  private static final int VOCABULARY = 41;
  private static final double TOLERANCE = 2e-5;

  /** Heads times head size is not the width, and the cache grows within the test. */
  private static final T5Config CONFIG =
      new T5Config(
          VOCABULARY, 18, 6, 4, 30, 2, 3, 12, 20, "gelu_new", true, 1e-6f, true, true, 0, 1, 0, 0);

  private static int[] tokens(Random random, int n) {
    return random.ints(n, 1, VOCABULARY).toArray();
  }

  /** Logits after the last of some tokens, computed at once. */
  private static float[] full(T5 model, int[] source, int[] written) {
    Engine engine = model.engine();
    return engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            T5Inputs in = new T5Inputs(new int[][] {source}, null, new int[][] {written}, null);
            Tensor h = model.hidden(in, false, Probe.NONE);
            return model.logits(h.narrow(1, written.length - 1L, 1).contiguousCopy()).toFloats();
          }
        });
  }

  private static void requireClose(float[] expected, float[] logits, int row, String what) {
    for (int i = 0; i < VOCABULARY; i++) {
      float got = logits[row * VOCABULARY + i];
      if (!(Math.abs(got - expected[i]) <= TOLERANCE * Math.max(1, Math.abs(expected[i])))) {
        fail(what + ", logit " + i + ": " + got + ", expected " + expected[i]);
      }
    }
  }

  @Test
  void stepsAreTheFullPassWhileTheCacheGrows() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          T5 model = T5Files.fresh(engine, CONFIG)) {
        Random random = new Random(3);
        int[] source = tokens(random, 9);
        int[] written = tokens(random, 70);
        try (DecodeSession session = model.session(new int[][] {source})) {
          int first = 62;
          int[] prompt = Arrays.copyOf(written, first);
          boolean[] real = new boolean[first];
          Arrays.fill(real, true);
          float[] logits = session.prefill(new int[][] {prompt}, new boolean[][] {real});
          requireClose(full(model, source, prompt), logits, 0, device + " prompt");
          for (int t = first; t < written.length; t++) {
            logits = session.step(new int[] {written[t]});
            float[] expected = full(model, source, Arrays.copyOf(written, t + 1));
            requireClose(expected, logits, 0, device + " step " + t);
          }
        }
      }
    }
  }

  /**
   * Rows of several sources, padded to the longest, that change places, multiply as beams do, and
   * leave, evenly and unevenly: each against its own source and tokens alone.
   */
  @Test
  void rowsKeepTheirSources() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          T5 model = T5Files.fresh(engine, CONFIG)) {
        Random random = new Random(8);
        int[][] sources = {tokens(random, 5), tokens(random, 11), tokens(random, 2)};
        int[] behind = {0, 1, 2};
        int[][] written = {{0}, {0}, {0}};
        boolean[][] real = {{true}, {true}, {true}};
        int[][] selections = {
          {0, 1, 2},
          {0, 0, 1, 1, 2, 2}, // beams
          {1, 0, 2, 2, 5, 4}, // beams that change places
          {0, 1, 4, 5}, // a source that is done
          {3, 1, 0}, // unevenly many
          {2, 2, 0, 1},
          {1}
        };
        long before = engine.backend().memory().bytesInUse();
        try (DecodeSession session = model.session(sources)) {
          session.prefill(written, real);
          for (int[] selection : selections) {
            session.select(selection);
            int[] oldBehind = behind;
            int[][] oldWritten = written;
            behind = Arrays.stream(selection).map(r -> oldBehind[r]).toArray();
            written = Arrays.stream(selection).mapToObj(r -> oldWritten[r]).toArray(int[][]::new);
            for (int i = 0; i < 2; i++) {
              int[] next = tokens(random, selection.length);
              for (int r = 0; r < next.length; r++) {
                written[r] = Arrays.copyOf(written[r], written[r].length + 1);
                written[r][written[r].length - 1] = next[r];
              }
              float[] logits = session.step(next);
              for (int r = 0; r < next.length; r++) {
                float[] expected = full(model, sources[behind[r]], written[r]);
                String what = device + " row " + r + " after " + Arrays.toString(selection);
                requireClose(expected, logits, r, what);
              }
            }
          }
        }
        assertEquals(before, engine.backend().memory().bytesInUse(), device.name());
      }
    }
  }

  @Test
  void beamsOfOneSourceHaveTheBitsOfRowsAlone() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          T5 model = T5Files.fresh(engine, CONFIG)) {
        int[][] source = {tokens(new Random(4), 7)};
        boolean[][] real = {{true}};
        try (DecodeSession alone = model.session(source);
            DecodeSession beams = model.session(source)) {
          assertArrayEquals(
              alone.prefill(new int[][] {{0}}, real), beams.prefill(new int[][] {{0}}, real));
          beams.select(new int[] {0, 0, 0});
          for (int token : new int[] {5, 9, 2}) {
            float[] row = alone.step(new int[] {token});
            float[] rows = beams.step(new int[] {token, token, token});
            for (int r = 0; r < 3; r++) {
              assertArrayEquals(
                  row,
                  Arrays.copyOfRange(rows, r * VOCABULARY, (r + 1) * VOCABULARY),
                  device + " beam " + r);
            }
          }
        }
      }
    }
  }
}
