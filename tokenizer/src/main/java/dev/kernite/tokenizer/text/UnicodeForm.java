package dev.kernite.tokenizer.text;

import java.text.Normalizer;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * The Unicode normalisation forms (UAX #15) with alignments, of Unicode 9 ({@link OlderUnicode}).
 * The JDK gives the decompositions and compositions of single characters; ordering and composing
 * are done here, because its normaliser does not say which character came from which.
 */
public enum UnicodeForm {
  /** Canonical decomposition, then canonical composition. */
  NFC(Normalizer.Form.NFC, Normalizer.Form.NFD, true),
  /** Canonical decomposition. */
  NFD(Normalizer.Form.NFD, Normalizer.Form.NFD, false),
  /** Compatibility decomposition, then canonical composition. */
  NFKC(Normalizer.Form.NFKC, Normalizer.Form.NFKD, true),
  /** Compatibility decomposition. */
  NFKD(Normalizer.Form.NFKD, Normalizer.Form.NFKD, false);

  private static final int COMMON = 0x2000; // Latin to Greek Extended

  private final Normalizer.Form form;
  private final Normalizer.Form decomposition;
  private final boolean composes;
  private final AtomicReferenceArray<int[]> known = new AtomicReferenceArray<>(COMMON);

  UnicodeForm(Normalizer.Form form, Normalizer.Form decomposition, boolean composes) {
    this.form = form;
    this.decomposition = decomposition;
    this.composes = composes;
  }

  /** Returns {@code text} in this form; {@code text} itself where it already is. */
  public AlignedText apply(AlignedText text) {
    if (Normalizer.isNormalized(text.toString(), form)) {
      return text;
    }
    Steps steps = ordered(decomposed(text));
    Rewrite rewrite = new Rewrite(text);
    if (composes) {
      compose(steps, rewrite);
    } else {
      for (int i = 0; i < steps.size(); i++) {
        rewrite.emit(steps.codePoint(i), steps.change(i));
      }
    }
    return rewrite.done();
  }

  /** Code points with their change, in the sense of {@link Rewrite#emit}. */
  private record Steps(IntList codePoints, IntList changes) {
    Steps() {
      this(new IntList(), new IntList());
    }

    void add(int codePoint, int change) {
      codePoints.add(codePoint);
      changes.add(change);
    }

    int size() {
      return codePoints.size();
    }

    int codePoint(int i) {
      return codePoints.get(i);
    }

    int change(int i) {
      return changes.get(i);
    }
  }

  private Steps decomposed(AlignedText text) {
    Steps steps = new Steps();
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePoint(i);
      if (c < 0xA0 || OlderUnicode.V9.lacks(c)) {
        steps.add(c, 0);
        continue;
      }
      int[] parts = parts(c);
      for (int k = 0; k < parts.length; k++) {
        steps.add(parts[k], k == 0 ? 0 : 1);
      }
    }
    return steps;
  }

  /** The decomposition of one character; those of the common alphabets are remembered. */
  private int[] parts(int c) {
    int[] parts = c < COMMON ? known.getAcquire(c) : null;
    if (parts == null) {
      parts = CodePoints.of(Normalizer.normalize(Character.toString(c), decomposition));
      if (c < COMMON) {
        known.setRelease(c, parts);
      }
    }
    return parts;
  }

  /** Sorts every run of marks by combining class, equal classes in the order they came. */
  private static Steps ordered(Steps in) {
    Steps out = new Steps();
    for (int i = 0; i < in.size(); ) {
      if (CombiningOrder.rank(in.codePoint(i)) == 0) {
        out.add(in.codePoint(i), in.change(i));
        i++;
        continue;
      }
      int end = i;
      while (end < in.size() && CombiningOrder.rank(in.codePoint(end)) != 0) {
        end++;
      }
      if (end == i + 1) {
        out.add(in.codePoint(i), in.change(i));
      } else {
        IntStream.range(i, end)
            .boxed()
            .sorted(Comparator.comparingInt(k -> CombiningOrder.rank(in.codePoint(k))))
            .forEach(k -> out.add(in.codePoint(k), in.change(k)));
      }
      i = end;
    }
    return out;
  }

  /** The canonical composition algorithm: each mark joins the last starter unless it is blocked. */
  private static void compose(Steps in, Rewrite out) {
    int starter = -1;
    int starterChange = 0;
    int lastRank = 0; // of the marks kept since the starter; 0 for none
    Steps kept = new Steps();
    for (int i = 0; i < in.size(); i++) {
      int c = in.codePoint(i);
      int change = in.change(i);
      int rank = CombiningOrder.rank(c);
      if (starter < 0) {
        if (rank != 0) {
          out.emit(c, change);
        } else {
          starter = c;
          starterChange = change;
        }
        continue;
      }
      boolean blocked = lastRank != 0 && lastRank >= rank;
      int composed = blocked ? -1 : composite(starter, c);
      if (composed >= 0) {
        starter = composed;
        starterChange += change - 1;
      } else if (rank == 0) {
        out.emit(starter, starterChange);
        release(kept, out);
        starter = c;
        starterChange = change;
        lastRank = 0;
      } else {
        kept.add(c, change);
        lastRank = rank;
      }
    }
    if (starter >= 0) {
      out.emit(starter, starterChange);
    }
    release(kept, out);
  }

  private static void release(Steps kept, Rewrite out) {
    for (int i = 0; i < kept.size(); i++) {
      out.emit(kept.codePoint(i), kept.change(i));
    }
    kept.codePoints.clear();
    kept.changes.clear();
  }

  /** Returns the primary composite of two code points, or -1. */
  private static int composite(int first, int second) {
    if (second < 0x300) {
      return -1;
    }
    String pair = new StringBuilder().appendCodePoint(first).appendCodePoint(second).toString();
    String composed = Normalizer.normalize(pair, Normalizer.Form.NFC);
    int whole = composed.codePointAt(0);
    boolean one = composed.length() == Character.charCount(whole);
    return one && !OlderUnicode.V9.lacks(whole) ? whole : -1;
  }
}
