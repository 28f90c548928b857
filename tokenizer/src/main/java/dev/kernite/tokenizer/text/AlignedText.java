package dev.kernite.tokenizer.text;

import java.util.Arrays;

/**
 * Text on its way to the model: code points, each with the range [from, to) of code points of the
 * original text that it stands for. However often the text is rewritten, a token finds its offsets.
 */
public final class AlignedText {
  private final int[] codePoints;
  private final int[] from;
  private final int[] to;
  private final int length;

  private AlignedText(int[] codePoints, int[] from, int[] to, int length) {
    this.codePoints = codePoints;
    this.from = from;
    this.to = to;
    this.length = length;
  }

  /** Returns {@code original} as it is: every code point stands for itself. */
  public static AlignedText of(String original) {
    int[] codePoints = CodePoints.of(original);
    return new AlignedText(codePoints, null, null, codePoints.length);
  }

  /** Returns how many code points there are. */
  public int length() {
    return length;
  }

  /** Returns code point {@code i}. */
  public int codePoint(int i) {
    return codePoints[i];
  }

  /** Returns where in the original text code point {@code i} begins. */
  public int from(int i) {
    return from == null ? i : from[i];
  }

  /** Returns where in the original text code point {@code i} ends. */
  public int to(int i) {
    return to == null ? i + 1 : to[i];
  }

  /** Returns the code points themselves, to be read only; those past the length mean nothing. */
  public int[] codePoints() {
    return codePoints;
  }

  /** Returns code points {@code start} to {@code end} as a string. */
  public String string(int start, int end) {
    return new String(codePoints, start, end - start);
  }

  /** Returns code points {@code start} to {@code end} with their alignments. */
  public AlignedText slice(int start, int end) {
    if (start == 0 && end == length) {
      return this;
    }
    Builder out = new Builder(end - start);
    out.append(this, start, end);
    return out.build();
  }

  @Override
  public String toString() {
    return string(0, length);
  }

  /** Collects code points and their alignments. */
  public static final class Builder {
    private int[] codePoints;
    private int[] from;
    private int[] to;
    private int length;

    /**
     * Creates an empty builder.
     *
     * @param capacity how many code points fit before it grows
     */
    public Builder(int capacity) {
      int room = Math.max(capacity, 8);
      codePoints = new int[room];
      from = new int[room];
      to = new int[room];
    }

    /** Appends a code point that stands for [from, to) of the original text. */
    public void append(int codePoint, int from, int to) {
      if (length == codePoints.length) {
        int room = Math.toIntExact(Math.min(length * 2L, Integer.MAX_VALUE - 8));
        codePoints = Arrays.copyOf(codePoints, room);
        this.from = Arrays.copyOf(this.from, room);
        this.to = Arrays.copyOf(this.to, room);
      }
      codePoints[length] = codePoint;
      this.from[length] = from;
      this.to[length++] = to;
    }

    /** Appends code points {@code start} to {@code end} of {@code text} as they are. */
    public void append(AlignedText text, int start, int end) {
      for (int i = start; i < end; i++) {
        append(text.codePoint(i), text.from(i), text.to(i));
      }
    }

    /** Appends {@code content}, each code point standing for what {@code like} stands for. */
    public void append(String content, AlignedText text, int like) {
      content.codePoints().forEach(c -> append(c, text.from(like), text.to(like)));
    }

    /** Returns how many code points were appended. */
    public int length() {
      return length;
    }

    /** Returns the text; the builder must not be used after. */
    public AlignedText build() {
      return new AlignedText(codePoints, from, to, length);
    }
  }
}
