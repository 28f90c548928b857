package dev.kernite.cli;

import dev.kernite.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Digits of 28 x 28 pixels as text in any terminal: a character is one pixel wide and two high, as
 * characters are; the margin, where MNIST has nothing, is left out.
 */
final class TextPicture {
  private static final String SHADES = " .:-=+*#%@"; // of light text on a dark ground
  private static final int SIDE = 28;
  private static final int LEFT = 5;
  private static final int TOP = 4;

  private TextPicture() {}

  /**
   * The lines of some pictures, one beside the other.
   *
   * @param pictures 28 x 28 values each, from -1 (dark) to 1
   */
  static List<String> sideBySide(List<Tensor> pictures) {
    List<float[]> values = pictures.stream().map(Tensor::toFloats).toList();
    List<String> lines = new ArrayList<>();
    for (int y = TOP; y < SIDE - TOP; y += 2) {
      StringBuilder line = new StringBuilder();
      for (float[] picture : values) {
        for (int x = LEFT; x < SIDE - LEFT; x++) {
          line.append(shade((picture[y * SIDE + x] + picture[(y + 1) * SIDE + x]) / 2));
        }
        line.append(' ');
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static char shade(float value) {
    int level = Math.round((value + 1) / 2 * (SHADES.length() - 1));
    return SHADES.charAt(Math.clamp(level, 0, SHADES.length() - 1));
  }
}
