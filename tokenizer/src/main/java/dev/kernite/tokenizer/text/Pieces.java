package dev.kernite.tokenizer.text;

/**
 * A text cut into consecutive pieces: what pre-tokenizers take and give. A piece is either text
 * still to be tokenized or one added token, already found, with its id.
 */
public final class Pieces {
  /** The {@link #token} of a piece that is text. */
  public static final int TEXT = -1;

  private final AlignedText text;
  private final IntList ends;
  private final IntList tokens;

  private Pieces(AlignedText text, IntList ends, IntList tokens) {
    this.text = text;
    this.ends = ends;
    this.tokens = tokens;
  }

  /** Returns {@code text} as one piece; no piece when it is empty. */
  public static Pieces of(AlignedText text) {
    Cutter cutter = new Cutter(text);
    cutter.cut(text.length(), TEXT);
    return cutter.pieces();
  }

  /** Returns the text that the pieces cut. */
  public AlignedText text() {
    return text;
  }

  /** Returns how many pieces there are. */
  public int count() {
    return ends.size();
  }

  /** Returns where piece {@code p} begins. */
  public int start(int p) {
    return p == 0 ? 0 : ends.get(p - 1);
  }

  /** Returns where piece {@code p} ends. */
  public int end(int p) {
    return ends.get(p);
  }

  /** Returns the id of the added token that piece {@code p} is, or {@link #TEXT}. */
  public int token(int p) {
    return tokens.get(p);
  }

  /** Cuts a text that stays as it is, from left to right. */
  public static final class Cutter {
    private final AlignedText text;
    private final IntList ends = new IntList();
    private final IntList tokens = new IntList();

    /** Creates a cutter at the beginning of {@code text}. */
    public Cutter(AlignedText text) {
      this.text = text;
    }

    /** Returns where the next piece begins. */
    public int position() {
      return ends.size() == 0 ? 0 : ends.get(ends.size() - 1);
    }

    /** Ends the current piece before code point {@code end}; an empty piece is left out. */
    public void cut(int end, int token) {
      if (end > position()) {
        ends.add(end);
        tokens.add(token);
      }
    }

    /** Returns the pieces. */
    public Pieces pieces() {
      return new Pieces(text, ends, tokens);
    }
  }

  /** Writes a new text piece by piece. */
  public static final class Writer {
    private final AlignedText.Builder text;
    private final IntList ends = new IntList();
    private final IntList tokens = new IntList();

    /**
     * Creates an empty writer.
     *
     * @param capacity code points expected
     */
    public Writer(int capacity) {
      text = new AlignedText.Builder(capacity);
    }

    /** Returns where the text of the current piece goes. */
    public AlignedText.Builder text() {
      return text;
    }

    /** Ends the current piece; an empty piece is left out. */
    public void end(int token) {
      if (text.length() > (ends.size() == 0 ? 0 : ends.get(ends.size() - 1))) {
        ends.add(text.length());
        tokens.add(token);
      }
    }

    /** Copies piece {@code p} of {@code in} as it is. */
    public void copy(Pieces in, int p) {
      text.append(in.text, in.start(p), in.end(p));
      end(in.token(p));
    }

    /** Returns the pieces; the writer must not be used after. */
    public Pieces pieces() {
      return new Pieces(text.build(), ends, tokens);
    }
  }
}
