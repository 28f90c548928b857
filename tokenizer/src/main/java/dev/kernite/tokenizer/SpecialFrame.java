package dev.kernite.tokenizer;

import dev.kernite.tokenizer.processor.PostProcessor;
import dev.kernite.tokenizer.processor.TokenList;
import dev.kernite.tokenizer.text.IntList;
import java.util.Arrays;
import java.util.List;

/**
 * The special tokens that a post-processor puts before and behind the tokens of a single text.
 *
 * @param before ids before the text
 * @param after ids behind it
 */
record SpecialFrame(int[] before, int[] after) {
  static final SpecialFrame NONE = new SpecialFrame(new int[0], new int[0]);

  /** Returns the frame of {@code processor}, or null where it gives the text not exactly once. */
  static SpecialFrame of(PostProcessor processor) {
    if (processor == null) {
      return NONE;
    }
    TokenList text =
        TokenList.ofText(new int[] {0}, new String[] {""}, new int[] {0}, new int[] {0}, 0);
    TokenList whole = TokenList.EMPTY;
    for (TokenList part : processor.process(List.of(text), false, true)) {
      whole = whole.followedBy(part);
    }
    int place = -1;
    for (int i = 0; i < whole.size(); i++) {
      if (whole.specialTokensMask()[i] == 0) {
        if (place >= 0) {
          return null;
        }
        place = i;
      }
    }
    return place < 0
        ? null
        : new SpecialFrame(
            Arrays.copyOf(whole.ids(), place),
            Arrays.copyOfRange(whole.ids(), place + 1, whole.size()));
  }

  /** Returns {@code ids} in this frame. */
  int[] around(IntList ids) {
    int[] framed = new int[before.length + ids.size() + after.length];
    System.arraycopy(before, 0, framed, 0, before.length);
    ids.copyTo(framed, before.length);
    System.arraycopy(after, 0, framed, before.length + ids.size(), after.length);
    return framed;
  }
}
