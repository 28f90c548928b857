package dev.kernite.tokenizer.text;

import dev.kernite.tokenizer.TokenizerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The rewriting rules of a SentencePiece model ({@code precompiled_charsmap}): strings, found by a
 * double-array trie over their UTF-8 bytes (Aoe 1989; the units are those of Darts-clone), and what
 * each becomes.
 *
 * <p>The file is a little-endian int, the length of the trie in bytes; the trie, an int a unit; and
 * the new strings in UTF-8, each ended by a zero. The value of a leaf is the offset of its string.
 */
public final class CharsMap {
  /** What {@link #find} returns where no rule applies. */
  public static final long NONE = -1;

  private static final int ASCII = 0x80;

  private final byte[] source;
  private final int[] units;
  private final int[] strings; // the new strings in code points, each ended by a zero
  private final int[] places; // where in them the string at a byte offset begins, or -1
  private final long[] ascii = new long[ASCII]; // what find says of one ASCII character

  /**
   * Reads the rules.
   *
   * @throws TokenizerException if the lengths are wrong or the strings are not UTF-8
   */
  public CharsMap(byte[] source) {
    this.source = source.clone();
    ByteBuffer in = ByteBuffer.wrap(this.source).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 4) {
      throw new TokenizerException("precompiled_charsmap: ends before the length of its trie");
    }
    long bytes = in.getInt() & 0xFFFFFFFFL;
    if (bytes > in.remaining() || bytes % 4 != 0) {
      throw new TokenizerException(
          "precompiled_charsmap: a trie of %d bytes does not fit into the %d that are left"
              .formatted(bytes, in.remaining()));
    }
    units = new int[(int) bytes / 4];
    in.asIntBuffer().get(units);
    in.position(4 + (int) bytes);
    places = new int[in.remaining()];
    try {
      String all = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
      strings = all.concat("\0").codePoints().toArray();
    } catch (CharacterCodingException e) {
      throw new TokenizerException("precompiled_charsmap: its strings are not UTF-8", e);
    }
    Arrays.fill(places, -1);
    for (int i = 0, b = 0; b < places.length; b += CodePoints.utf8Length(strings[i++])) {
      places[b] = i;
    }
    for (int c = 0; c < ASCII; c++) {
      ascii[c] = search(new int[] {c}, 0, 1, true);
    }
  }

  /** Returns the rules as they were given, copied. */
  public byte[] source() {
    return source.clone();
  }

  /**
   * Finds a rule for a prefix of {@code text[from, to)}.
   *
   * @param longest whether the longest prefix counts; otherwise the shortest
   * @return how many code points it replaces in the upper half, the place of the new string, for
   *     {@link #codePoint}, in the lower; or {@link #NONE}
   */
  public long find(int[] text, int from, int to, boolean longest) {
    // Plain English never meets a rule: it must not cost a search.
    return to == from + 1 && text[from] < ASCII
        ? ascii[text[from]]
        : search(text, from, to, longest);
  }

  private long search(int[] text, int from, int to, boolean longest) {
    if (units.length == 0) {
      return NONE;
    }
    long found = NONE;
    int node = offset(units[0]);
    int[] bytes = new int[4];
    for (int i = from; i < to && text[i] != 0; i++) {
      int n = ByteAlphabet.utf8(text[i], bytes);
      for (int k = 0; k < n; k++) {
        node ^= bytes[k];
        if (node < 0 || node >= units.length || (units[node] & 0x8000_00FF) != bytes[k]) {
          return found;
        }
        boolean leaf = (units[node] >>> 8 & 1) != 0;
        node ^= offset(units[node]);
        if (leaf && k == n - 1) {
          found = rule(node, i + 1 - from, found);
          if (!longest && found != NONE) {
            return found;
          }
        }
      }
    }
    return found;
  }

  /** The rule of the leaf {@code node}; {@code other} where the file is wrong there. */
  private long rule(int node, int length, long other) {
    if (node < 0 || node >= units.length) {
      return other;
    }
    int value = units[node] & 0x7FFF_FFFF;
    return value < places.length && places[value] >= 0
        ? (long) length << 32 | places[value]
        : other;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  /** Returns code point {@code i} of the new string at {@code place}; 0 after its end. */
  public int codePoint(int place, int i) {
    return strings[place + i];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CharsMap map && Arrays.equals(map.source, source);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(source);
  }

  @Override
  public String toString() {
    return "CharsMap[" + units.length + " units]";
  }
}
