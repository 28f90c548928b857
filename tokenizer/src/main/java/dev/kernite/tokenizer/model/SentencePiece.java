package dev.kernite.tokenizer.model;

/**
 * A piece of a SentencePiece model.
 *
 * @param text its text, where U+2581 stands for a space
 * @param score its log probability (Unigram), or how early it merges (BPE)
 * @param kind what it is for
 */
public record SentencePiece(String text, float score, Kind kind) {
  /** What a piece is for. */
  public enum Kind {
    /** It is cut out of text. */
    NORMAL,
    /** It stands for what there is no piece for. */
    UNKNOWN,
    /** It is never found in text: {@code <s>}, {@code </s>}. */
    CONTROL,
    /** It is always cut out of text, whatever is around. */
    USER_DEFINED,
    /** It is not used. */
    UNUSED,
    /** It is a byte of what there is no piece for, written {@code <0xNN>}. */
    BYTE
  }
}
