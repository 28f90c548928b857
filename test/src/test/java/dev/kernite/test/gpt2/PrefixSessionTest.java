package dev.kernite.test.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.Engine;
import dev.kernite.models.generation.CachedSession;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.PrefixSession;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.test.devices.Device;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prompts that share their beginning with the one before, against sessions that read all. */
@Tag("device")
@Tag("schedule")
final class PrefixSessionTest {
  private static final int VOCABULARY = 37;

  private static Gpt2Config config() {
    return new Gpt2Config(
        VOCABULARY, 150, 18, 2, 2, 50, "gelu_new", 1e-5f, true, false, true, true, 0, 0, 0, 0.3f);
  }

  private static float[] prefill(DecodeSession session, int[] ids) {
    boolean[] real = new boolean[ids.length];
    Arrays.fill(real, true);
    return session.prefill(new int[][] {ids}, new boolean[][] {real}).clone();
  }

  private static float[] anew(Gpt2 model, int[] ids) {
    try (CachedSession fresh = model.session()) {
      return prefill(fresh, ids);
    }
  }

  /** Longer and shorter prompts with a step between them; the first store holds 64 positions. */
  @Test
  void aPromptHasTheBitsOfOneReadWhole() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          Gpt2 model = Gpt2Files.fresh(engine, config());
          PrefixSession session = new PrefixSession(model.session())) {
        int[] text = new Random(3).ints(150, 0, VOCABULARY).toArray();
        int[] lengths = {5, 9, 10, 40, 40, 12, 70, 69, 3, 149, 1};
        long computed = 0;
        int held = 0;
        for (int length : lengths) {
          int[] prompt = Arrays.copyOf(text, length);
          assertArrayEquals(anew(model, prompt), prefill(session, prompt), device + " " + length);
          computed += length - Math.min(held, length - 1);
          assertEquals(computed, session.computed(), device.name());
          // A step that goes another way than the text: the next prompt does not share it.
          int[] longer = Arrays.copyOf(prompt, length + 1);
          longer[length] = (text[length] + 1) % VOCABULARY;
          assertArrayEquals(
              anew(model, longer), session.step(new int[] {longer[length]}), device.name());
          computed++;
          held = length;
        }
      }
    }
  }

  @Test
  void afterRowsThatPartedAPromptIsReadWhole() {
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          Gpt2 model = Gpt2Files.fresh(engine, config());
          PrefixSession session = new PrefixSession(model.session())) {
        int[] prompt = {3, 1, 4, 1, 5};
        prefill(session, prompt);
        session.select(new int[] {0, 0});
        session.step(new int[] {9, 2});
        session.select(new int[] {1});
        session.step(new int[] {6});
        int[] next = {3, 1, 4, 1, 5, 9, 6, 5};
        assertArrayEquals(anew(model, next), prefill(session, next), device.name());
        assertEquals(5 + 2 + 1 + 8, session.computed());
      }
    }
  }
}
