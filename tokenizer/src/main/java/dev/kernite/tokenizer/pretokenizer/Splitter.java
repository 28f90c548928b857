package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.IntList;
import dev.kernite.tokenizer.text.Pieces;
import dev.kernite.tokenizer.text.SearchPattern;
import java.util.function.IntPredicate;

/**
 * Cuts pieces at delimiters. A piece is first covered by alternating spans, delimiter or not; the
 * behaviour then says which spans are dropped and which are joined.
 */
final class Splitter {
  private final SplitBehavior behavior;
  private final IntList ends = new IntList();
  private final IntList delimiter = new IntList(); // 1 where the span is a delimiter

  private Splitter(SplitBehavior behavior) {
    this.behavior = behavior;
  }

  /** Splits at each single code point that is a delimiter. */
  static Pieces atCodePoints(Pieces in, IntPredicate isDelimiter, SplitBehavior behavior) {
    return new Splitter(behavior)
        .split(
            in,
            (text, from, to, splitter) -> {
              for (int i = from; i < to; i++) {
                if (isDelimiter.test(text.codePoint(i))) {
                  splitter.match(from, i, i + 1, false);
                }
              }
            },
            false);
  }

  /** Splits at each match of {@code pattern}, or with {@code invert} at what does not match. */
  static Pieces atMatches(
      Pieces in, SearchPattern pattern, SplitBehavior behavior, boolean invert) {
    return new Splitter(behavior)
        .split(
            in,
            (text, from, to, splitter) ->
                pattern.find(text, from, to, (s, e) -> splitter.match(from, s, e, invert)),
            invert);
  }

  private interface Finder {
    void find(AlignedText text, int from, int to, Splitter splitter);
  }

  private void match(int from, int start, int end, boolean invert) {
    int covered = ends.size() == 0 ? from : ends.get(ends.size() - 1);
    if (start > covered) {
      span(start, invert);
    }
    span(end, !invert);
  }

  private void span(int end, boolean isDelimiter) {
    ends.add(end);
    delimiter.add(isDelimiter ? 1 : 0);
  }

  private Pieces split(Pieces in, Finder finder, boolean invert) {
    if (behavior == SplitBehavior.REMOVED) {
      return removed(in, finder, invert);
    }
    Pieces.Cutter out = new Pieces.Cutter(in.text());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) == Pieces.TEXT) {
        cover(in, p, finder, invert);
        for (int s = 0; s < ends.size(); s++) {
          if (!joinsNext(s)) {
            out.cut(ends.get(s), Pieces.TEXT);
          }
        }
      } else {
        out.cut(in.end(p), in.token(p));
      }
    }
    return out.pieces();
  }

  private Pieces removed(Pieces in, Finder finder, boolean invert) {
    Pieces.Writer out = new Pieces.Writer(in.text().length());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) != Pieces.TEXT) {
        out.copy(in, p);
        continue;
      }
      cover(in, p, finder, invert);
      for (int s = 0, start = in.start(p); s < ends.size(); start = ends.get(s++)) {
        if (delimiter.get(s) == 0) {
          out.text().append(in.text(), start, ends.get(s));
          out.end(Pieces.TEXT);
        }
      }
    }
    return out.pieces();
  }

  private void cover(Pieces in, int p, Finder finder, boolean invert) {
    ends.clear();
    delimiter.clear();
    finder.find(in.text(), in.start(p), in.end(p), this);
    int covered = ends.size() == 0 ? in.start(p) : ends.get(ends.size() - 1);
    if (covered < in.end(p)) {
      span(in.end(p), invert);
    }
  }

  private boolean joinsNext(int span) {
    if (span + 1 == ends.size()) {
      return false;
    }
    boolean here = delimiter.get(span) == 1;
    boolean next = delimiter.get(span + 1) == 1;
    return switch (behavior) {
      case MERGED_WITH_PREVIOUS -> !here && next;
      case MERGED_WITH_NEXT -> here && !next;
      case CONTIGUOUS -> here == next;
      case ISOLATED, REMOVED -> false;
    };
  }
}
