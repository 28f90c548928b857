package dev.kernite.test.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Backend;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.test.devices.Device;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recorded steps of decoding against plain ones and the full pass, bit for bit. */
@Tag("device")
@Tag("schedule")
final class DecodeReplayTest {
  private static final int VOCABULARY = 37;
  private static final String GRAPHS = "kernite.cuda.graphs";

  /** The cache grows when it holds this many positions. */
  private static final int FIRST_CAPACITY = 64;

  private static Gpt2Config config() {
    return new Gpt2Config(
        VOCABULARY,
        150,
        2 * 9,
        2,
        2,
        50,
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

  private static int[] tokens(Random random, int n) {
    return random.ints(n, 0, VOCABULARY).toArray();
  }

  private static boolean[] real(int length, int padding) {
    boolean[] real = new boolean[length];
    Arrays.fill(real, padding, length, true);
    return real;
  }

  private static float[] full(Gpt2 model, int[] ids) {
    Engine engine = model.engine();
    return engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            Tensor h = model.hidden(Gpt2Inputs.of(new int[][] {ids}), false, Probe.NONE);
            return model.logits(h.narrow(1, ids.length - 1L, 1).contiguousCopy()).toFloats();
          }
        });
  }

  @Test
  void stepsAreTheFullPassWhileTheCacheGrows() {
    for (Device device : Device.tested()) {
      AtomicInteger bodies = new AtomicInteger();
      try (Engine engine = Engine.on(counting(device.open(2, true), bodies), 0);
          Gpt2 model = Gpt2Files.fresh(engine, config());
          DecodeSession session = model.session()) {
        int prompt = FIRST_CAPACITY - 3;
        int steps = 7;
        int[] ids = tokens(new Random(1), prompt + steps);
        int[] first = Arrays.copyOf(ids, prompt);
        session.prefill(new int[][] {first}, new boolean[][] {real(prompt, 0)});
        for (int t = prompt; t < ids.length; t++) {
          float[] logits = session.step(new int[] {ids[t]});
          float[] expected = full(model, Arrays.copyOf(ids, t + 1));
          assertArrayEquals(expected, logits, device + " after " + (t + 1));
        }
        // Three steps in the first store, four in the second: of each, a plain and a recorded one.
        int expected = engine.backend().name().equals("cpu") ? steps : 4;
        assertEquals(expected, bodies.get(), device.name());
      }
    }
  }

  /** Padding, rows that change places, continue another or leave, with logits and best tokens. */
  private static List<Object> history(Device device) {
    List<Object> seen = new ArrayList<>();
    try (Engine engine = device.engine(2);
        Gpt2 model = Gpt2Files.fresh(engine, config());
        DecodeSession session = model.session()) {
      Random random = new Random(5);
      int time = 11;
      int[][] prompts = {tokens(random, time), tokens(random, time), tokens(random, time)};
      boolean[][] masks = {real(time, 4), real(time, 0), real(time, 7)};
      seen.add(session.prefill(prompts, masks).clone());
      int[][] selections = {
        {0, 1, 2}, {2, 0, 1}, {1, 0, 2}, {1, 1, 0}, {0, 0, 0}, {0, 2}, {1, 0}, {1, 0, 0, 1}, {3}
      };
      for (int[] selection : selections) {
        session.select(selection);
        for (int i = 0; i < 3; i++) {
          seen.add(session.step(tokens(random, selection.length)).clone());
        }
        seen.add(session.stepGreedy(tokens(random, selection.length)));
      }
    }
    return seen;
  }

  @Test
  void recordedStepsHaveTheBitsOfPlainOnes() {
    for (Device device : Device.tested()) {
      List<Object> recorded = history(device);
      System.setProperty(GRAPHS, "off");
      try {
        assertArrayEquals(history(device).toArray(), recorded.toArray(), device.name());
      } finally {
        System.clearProperty(GRAPHS);
      }
    }
  }

  /** Each row among others, against the row alone. */
  @Test
  void rowsThatChangePlacesKeepTheirPast() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          Gpt2 model = Gpt2Files.fresh(engine, config());
          DecodeSession session = model.session()) {
        Random random = new Random(9);
        int[][] rows = new int[5][];
        boolean[][] masks = new boolean[5][];
        for (int r = 0; r < rows.length; r++) {
          rows[r] = tokens(random, 3);
          masks[r] = real(3, 0);
        }
        session.prefill(rows, masks);
        int[][] selections = {
          {1, 2, 3, 4, 0}, {1, 0, 3, 2, 4}, {0, 0, 1, 4, 3}, {4, 3, 2, 1, 0}, {2, 2, 2, 2, 2}
        };
        for (int[] selection : selections) {
          session.select(selection);
          int[][] before = rows;
          int[] next = tokens(random, selection.length);
          rows = new int[selection.length][];
          for (int r = 0; r < rows.length; r++) {
            int[] past = before[selection[r]];
            rows[r] = Arrays.copyOf(past, past.length + 1);
            rows[r][past.length] = next[r];
          }
          float[] logits = session.step(next);
          for (int r = 0; r < rows.length; r++) {
            assertArrayEquals(
                full(model, rows[r]),
                Arrays.copyOfRange(logits, r * VOCABULARY, (r + 1) * VOCABULARY),
                device + " row " + r + " after " + Arrays.toString(selection));
          }
        }
      }
    }
  }

  @Test
  void theBestTokenIsTheLargestLogit() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          Gpt2 model = Gpt2Files.fresh(engine, config());
          DecodeSession logits = model.session();
          DecodeSession best = model.session()) {
        int[][] prompts = {{3, 1, 4}, {1, 5, 9}};
        boolean[][] masks = {real(3, 0), real(3, 0)};
        logits.prefill(prompts, masks);
        best.prefill(prompts, masks);
        Random random = new Random(2);
        for (int i = 0; i < 6; i++) {
          int[] tokens = tokens(random, 2);
          float[] row = logits.step(tokens);
          int[] expected = {largest(row, 0), largest(row, 1)};
          assertArrayEquals(expected, best.stepGreedy(tokens), device.name());
        }
      }
    }
  }

  private static int largest(float[] logits, int row) {
    int best = 0;
    for (int i = 1; i < VOCABULARY; i++) {
      best = logits[row * VOCABULARY + i] > logits[row * VOCABULARY + best] ? i : best;
    }
    return best;
  }

  /** The device, counting how often recorded work is run by its code and not by a recording. */
  private static Backend counting(Backend device, AtomicInteger bodies) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (_, method, arguments) -> {
              if (method.getName().equals("record")) {
                Runnable body = (Runnable) arguments[0];
                return device.record(
                    () -> {
                      bodies.incrementAndGet();
                      body.run();
                    });
              }
              try {
                return method.invoke(device, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
