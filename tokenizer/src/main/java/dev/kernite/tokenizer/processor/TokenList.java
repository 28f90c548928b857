package dev.kernite.tokenizer.processor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tokens on their way from the model to the user: one element a token in each array, and the
 * windows that truncation cut off. Post-processors move the offsets in place; everything else makes
 * a new list.
 *
 * @param ids token ids
 * @param tokens the tokens as text
 * @param starts where a token begins in its text, in code points
 * @param ends where it ends
 * @param typeIds segment ids
 * @param sequenceIds which text a token is of: 0, 1, or {@link #NO_SEQUENCE}
 * @param specialTokensMask 1 for tokens of no text
 * @param attentionMask 0 for padding
 * @param overflowing further windows
 */
public record TokenList(
    int[] ids,
    String[] tokens,
    int[] starts,
    int[] ends,
    int[] typeIds,
    int[] sequenceIds,
    int[] specialTokensMask,
    int[] attentionMask,
    List<TokenList> overflowing) {
  /** The sequence id of a token that is in no text. */
  public static final int NO_SEQUENCE = -1;

  /** A list of no tokens. */
  public static final TokenList EMPTY =
      ofText(new int[0], new String[0], new int[0], new int[0], 0);

  /** Returns tokens of a text; the arrays are kept. */
  public static TokenList ofText(
      int[] ids, String[] tokens, int[] starts, int[] ends, int sequence) {
    int n = ids.length;
    return new TokenList(
        ids,
        tokens,
        starts,
        ends,
        filled(n, sequence),
        filled(n, sequence),
        new int[n],
        filled(n, 1),
        List.of());
  }

  /** Returns special tokens, which are in no text. */
  public static TokenList special(int[] ids, String[] tokens, int typeId) {
    return outside(ids, tokens, typeId, 1);
  }

  private static TokenList outside(int[] ids, String[] tokens, int typeId, int attention) {
    int n = ids.length;
    return new TokenList(
        ids,
        tokens,
        new int[n],
        new int[n],
        filled(n, typeId),
        filled(n, NO_SEQUENCE),
        filled(n, 1),
        filled(n, attention),
        List.of());
  }

  private static int[] filled(int n, int value) {
    int[] values = new int[n];
    Arrays.fill(values, value);
    return values;
  }

  /** Returns how many tokens there are, the further windows not counted. */
  public int size() {
    return ids.length;
  }

  /** Returns tokens {@code start} to {@code end}, without further windows. */
  public TokenList slice(int start, int end) {
    return new TokenList(
        Arrays.copyOfRange(ids, start, end),
        Arrays.copyOfRange(tokens, start, end),
        Arrays.copyOfRange(starts, start, end),
        Arrays.copyOfRange(ends, start, end),
        Arrays.copyOfRange(typeIds, start, end),
        Arrays.copyOfRange(sequenceIds, start, end),
        Arrays.copyOfRange(specialTokensMask, start, end),
        Arrays.copyOfRange(attentionMask, start, end),
        List.of());
  }

  /** Returns this with other windows. */
  public TokenList withOverflowing(List<TokenList> windows) {
    return new TokenList(
        ids,
        tokens,
        starts,
        ends,
        typeIds,
        sequenceIds,
        specialTokensMask,
        attentionMask,
        List.copyOf(windows));
  }

  /** Returns this with one type id for all tokens; the further windows keep theirs. */
  public TokenList withTypeId(int typeId) {
    return new TokenList(
        ids,
        tokens,
        starts,
        ends,
        filled(size(), typeId),
        sequenceIds,
        specialTokensMask,
        attentionMask,
        overflowing);
  }

  /** Returns this with one sequence id for all tokens; the further windows keep theirs. */
  public TokenList withSequenceId(int sequence) {
    return new TokenList(
        ids,
        tokens,
        starts,
        ends,
        typeIds,
        filled(size(), sequence),
        specialTokensMask,
        attentionMask,
        overflowing);
  }

  /**
   * Returns this followed by {@code other}. Each window of this is followed by {@code other} and by
   * each of its windows, and this by each window of {@code other}, in this order.
   */
  public TokenList followedBy(TokenList other) {
    List<TokenList> windows = new ArrayList<>();
    for (TokenList mine : overflowing) {
      windows.add(mine.joined(other));
      for (TokenList theirs : other.overflowing) {
        windows.add(mine.joined(theirs));
      }
    }
    for (TokenList theirs : other.overflowing) {
      windows.add(joined(theirs));
    }
    return joined(other).withOverflowing(windows);
  }

  /** Returns the tokens of this and of {@code other}, without further windows. */
  private TokenList joined(TokenList other) {
    return new TokenList(
        joined(ids, other.ids),
        joined(tokens, other.tokens),
        joined(starts, other.starts),
        joined(ends, other.ends),
        joined(typeIds, other.typeIds),
        joined(sequenceIds, other.sequenceIds),
        joined(specialTokensMask, other.specialTokensMask),
        joined(attentionMask, other.attentionMask),
        List.of());
  }

  private static int[] joined(int[] a, int[] b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static String[] joined(String[] a, String[] b) {
    String[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Returns this filled up to {@code length} tokens, and its windows too. */
  public TokenList padded(int length, boolean left, int id, String token, int typeId) {
    List<TokenList> windows =
        overflowing.stream().map(w -> w.padded(length, left, id, token, typeId)).toList();
    if (size() >= length) {
      return withOverflowing(windows);
    }
    String[] fill = new String[length - size()];
    Arrays.fill(fill, token);
    TokenList padding = outside(filled(fill.length, id), fill, typeId, 0);
    return (left ? padding.joined(this) : joined(padding)).withOverflowing(windows);
  }
}
