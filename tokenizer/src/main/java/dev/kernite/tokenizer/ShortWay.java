package dev.kernite.tokenizer;

import dev.kernite.tokenizer.text.IntList;

/** From raw text to ids without offsets and token strings, for pipelines that allow it. */
sealed interface ShortWay permits SegmentEncoder, WordEncoder {
  /** Appends the ids of {@code text}. */
  void encode(String text, IntList ids);

  /** Appends the ids of the code points {@code text[from, to)}. */
  void encode(int[] text, int from, int to, IntList ids);

  /** Returns the short way of {@code pipeline}, or null where it has none. */
  static ShortWay of(Pipeline pipeline) {
    ShortWay words = WordEncoder.of(pipeline);
    return words == null ? SegmentEncoder.of(pipeline) : words;
  }
}
