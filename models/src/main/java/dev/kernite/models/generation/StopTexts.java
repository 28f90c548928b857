package dev.kernite.models.generation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Looks for stop texts in what was generated. Only a tail is decoded: a token holds at least one
 * byte of text, so as many tokens as the longest stop text has bytes, and a few for special tokens
 * that decode to nothing, are enough to see a text that the newest token completes.
 */
final class StopTexts {
  private static final int SLACK = 8;

  private final List<String> texts;
  private final Function<int[], String> decoder;
  private final int window;

  StopTexts(List<String> texts, Function<int[], String> decoder) {
    this.texts = texts;
    this.decoder = decoder;
    this.window =
        SLACK
            + texts.stream()
                .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElse(0);
  }

  /** Whether a stop text is in the end of {@code tokens[from, to)}. */
  boolean found(int[] tokens, int from, int to) {
    if (texts.isEmpty()) {
      return false;
    }
    String tail = decoder.apply(Arrays.copyOfRange(tokens, Math.max(from, to - window), to));
    return texts.stream().anyMatch(tail::contains);
  }
}
