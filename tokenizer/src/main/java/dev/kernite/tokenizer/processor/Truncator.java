package dev.kernite.tokenizer.processor;

import dev.kernite.tokenizer.Side;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import java.util.ArrayList;
import java.util.List;

/** Cuts the tokens of one or two texts to what is left beside the special tokens. */
public final class Truncator {
  private Truncator() {}

  /**
   * Returns the tokens that remain; what was cut off is in their windows.
   *
   * @param parts the tokens of one or two texts
   * @param truncation how to cut
   * @param added how many special tokens will be added
   * @throws TokenizerException if the strategy cannot be followed on these texts
   */
  public static List<TokenList> truncate(List<TokenList> parts, Truncation truncation, int added) {
    int room = truncation.maxLength() - added;
    if (room < 0) {
      throw new TokenizerException(
          "max length %d has no room for the %d special tokens"
              .formatted(truncation.maxLength(), added));
    }
    if (room == 0) {
      return parts.stream().map(part -> cut(part, 0, truncation)).toList();
    }
    int total = parts.stream().mapToInt(TokenList::size).sum();
    if (total <= room) {
      return parts;
    }
    return switch (truncation.strategy()) {
      case LONGEST_FIRST -> longestFirst(parts, room, truncation);
      case ONLY_FIRST -> only(0, parts, total - room, truncation);
      case ONLY_SECOND -> only(1, parts, total - room, truncation);
    };
  }

  private static List<TokenList> longestFirst(List<TokenList> parts, int room, Truncation how) {
    if (parts.size() == 1) {
      return List.of(cut(parts.get(0), room, how));
    }
    int first = parts.get(0).size();
    int second = parts.get(1).size();
    int shorter = Math.min(first, second);
    int longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = shorter + room % 2;
    }
    boolean swapped = first > second;
    return List.of(
        cut(parts.get(0), swapped ? longer : shorter, how),
        cut(parts.get(1), swapped ? shorter : longer, how));
  }

  private static List<TokenList> only(
      int which, List<TokenList> parts, int excess, Truncation how) {
    if (which >= parts.size()) {
      throw new TokenizerException("truncation only_second needs a second text");
    }
    TokenList part = parts.get(which);
    if (part.size() <= excess) {
      throw new TokenizerException(
          "sequence to truncate too short: %s has %d tokens and %d must go to respect max length %d"
              .formatted(
                  which == 0 ? "the first" : "the second", part.size(), excess, how.maxLength()));
    }
    List<TokenList> result = new ArrayList<>(parts);
    result.set(which, cut(part, part.size() - excess, how));
    return result;
  }

  /**
   * Cuts {@code list} into windows of {@code length} tokens and returns the first, with the rest.
   */
  private static TokenList cut(TokenList list, int length, Truncation how) {
    int n = list.size();
    if (length >= n) {
      return list;
    }
    if (length == 0) {
      return TokenList.EMPTY.withOverflowing(List.of(list));
    }
    int step = length - how.stride();
    if (step <= 0) {
      throw new TokenizerException(
          "stride %d must be less than the %d tokens of a text that fit in max length %d"
              .formatted(how.stride(), length, how.maxLength()));
    }
    List<TokenList> windows = new ArrayList<>();
    for (long done = 0; ; done += step) {
      int near = (int) done;
      int far = (int) Math.min(done + length, n);
      windows.add(how.side() == Side.RIGHT ? list.slice(near, far) : list.slice(n - far, n - near));
      if (far == n) {
        return windows.get(0).withOverflowing(windows.subList(1, windows.size()));
      }
    }
  }
}
