package dev.kernite.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pictures as text: light is ink, and each stands where it belongs. */
final class TextPictureTest {
  private static final int SIDE = 28;

  private static Tensor dark(Engine engine, int... lightPixels) {
    float[] values = new float[SIDE * SIDE];
    Arrays.fill(values, -1);
    for (int pixel : lightPixels) {
      values[pixel] = 1;
    }
    return engine.tensor(values, Shape.of(1, SIDE, SIDE));
  }

  @Test
  void twoPixelsOneAboveTheOtherAreACharacter() {
    try (Engine engine = Engine.open();
        Scope _ = engine.scope()) {
      Tensor left = dark(engine, 4 * SIDE + 5, 5 * SIDE + 5, 6 * SIDE + 7);
      Tensor right = dark(engine, 4 * SIDE + 6, 23 * SIDE + 22, 22 * SIDE + 22, 27 * SIDE + 27);
      List<String> lines = TextPicture.sideBySide(List.of(left, right));
      assertEquals(10, lines.size());
      assertEquals("@" + " ".repeat(19) + "+", lines.get(0)); // half light: the shade in between
      assertEquals("  +", lines.get(1));
      assertEquals(" ".repeat(19 + 17) + "@", lines.get(9));
      assertEquals(7, lines.stream().filter(String::isEmpty).count(), "the margin is left out");
    }
  }

  @Test
  void valuesBeyondTheRangeAreTheLastShade() {
    try (Engine engine = Engine.open();
        Scope _ = engine.scope()) {
      Tensor glaring = engine.full(Shape.of(1, SIDE, SIDE), 7);
      assertEquals("@".repeat(18), TextPicture.sideBySide(List.of(glaring)).getFirst());
    }
  }
}
