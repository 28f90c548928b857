package dev.kernite.tokenizer;

import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.model.ModelTokens;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.pretokenizer.Gpt2Scanner;
import dev.kernite.tokenizer.pretokenizer.PreTokenizer;
import dev.kernite.tokenizer.pretokenizer.PreTokenizerSequence;
import dev.kernite.tokenizer.pretokenizer.Split;
import dev.kernite.tokenizer.pretokenizer.WordScanner;
import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.text.CharClass;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.IntList;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The short way of a byte-level pipeline from raw text to ids. Words are cut where they stand; most
 * are one token and found by their bytes in a {@link TokenTable}. The others are looked up in a
 * cache, and only a word that is new is written in the byte alphabet and given to the model. No
 * offsets, no token strings.
 *
 * <p>The cache has one place for each hash: bounded, shared by all threads without a lock (entries
 * are immutable), and only ever a matter of speed.
 */
final class WordEncoder implements ShortWay {
  private static final int SLOT_BITS = 14;
  private static final int LONGEST = 32; // code points; longer words are rare and are not kept

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NOT_ASCII = 0x8080808080808080L;

  /**
   * A word and its tokens.
   *
   * @param word code points
   * @param ids token ids
   */
  private record Entry(int[] word, int[] ids) {}

  private final WordScanner scanner;
  private final Model model;
  private final TokenTable table;
  private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(1 << SLOT_BITS);

  private WordEncoder(WordScanner scanner, Model model) {
    this.scanner = scanner;
    this.model = model;
    boolean wholeWords = model instanceof Bpe bpe && bpe.options().ignoreMerges();
    this.table = new TokenTable(model.vocabulary(), wholeWords);
  }

  /** Returns the short way of {@code pipeline}, or null where it has none. */
  static WordEncoder of(Pipeline pipeline) {
    WordScanner scanner = scanner(pipeline.preTokenizer());
    return pipeline.normalizer() != null || scanner == null
        ? null
        : new WordEncoder(scanner, pipeline.model());
  }

  /** The scanner of a pre-tokenizer that cuts words and writes them in the byte alphabet. */
  private static WordScanner scanner(PreTokenizer preTokenizer) {
    return switch (preTokenizer) {
      case ByteLevel b when !b.addPrefixSpace() && b.useRegex() -> new Gpt2Scanner();
      case PreTokenizerSequence(var parts)
          when parts.size() == 2
              && parts.get(0) instanceof Split split
              && parts.get(1) instanceof ByteLevel b
              && !b.addPrefixSpace()
              && !b.useRegex() ->
          split.scanner();
      case null, default -> null;
    };
  }

  @Override
  public void encode(String text, IntList ids) {
    char[] chars = text.toCharArray();
    byte[] classes = new byte[chars.length + CharClass.PADDING];
    int all = 0;
    for (int i = 0; i < chars.length; i++) {
      classes[i] = (byte) chars[i];
      all |= chars[i];
    }
    if (all < 0x80) { // an ASCII character is its own class
      encode(classes, chars.length, null, 0, ids);
    } else {
      int[] codePoints = CodePoints.of(text);
      encode(codePoints, 0, codePoints.length, ids);
    }
  }

  @Override
  public void encode(int[] text, int from, int to, IntList ids) {
    encode(CharClass.of(text, from, to), to - from, text, from, ids);
  }

  /** {@code text[offset + i]} is the code point of class {@code i}; null where all are ASCII. */
  private void encode(byte[] classes, int length, int[] text, int offset, IntList ids) {
    for (int start = 0, end; start < length; start = end) {
      end = scanner.wordEnd(classes, start, length);
      int token = shortToken(classes, start, end - start);
      if (token >= 0) {
        ids.add(token);
      } else {
        ids.addAll(tokens(word(classes, start, end, text, offset)));
      }
    }
  }

  private static int[] word(byte[] classes, int start, int end, int[] text, int offset) {
    if (text != null) {
      return Arrays.copyOfRange(text, offset + start, offset + end);
    }
    int[] word = new int[end - start];
    for (int i = start; i < end; i++) {
      word[i - start] = classes[i];
    }
    return word;
  }

  /** Returns the one token that a short word of ASCII is, or a negative number. */
  private int shortToken(byte[] classes, int start, int length) {
    if (length > TokenTable.LONGEST) {
      return TokenTable.NONE;
    }
    long low = (long) LONG.get(classes, start);
    long high = 0;
    if (length < 8) {
      low &= (1L << 8 * length) - 1;
    } else {
      high = (long) LONG.get(classes, start + 8) & (1L << 8 * length - 64) - 1;
    }
    if (((low | high) & NOT_ASCII) != 0) {
      return TokenTable.NONE;
    }
    high |= (long) length << 56;
    int token = table.find(low, high);
    return token == TokenTable.IN_DOUBT ? settled(low, high, classes, start, length) : token;
  }

  private int settled(long low, long high, byte[] classes, int start, int length) {
    int[] word = word(classes, start, start + length, null, 0);
    table.settle(low, high, computed(word).length == 1);
    return table.find(low, high);
  }

  private int[] tokens(int[] word) {
    if (word.length > LONGEST) {
      return computed(word);
    }
    int slot = Arrays.hashCode(word) * 0x9E3779B9 >>> 32 - SLOT_BITS;
    Entry entry = entries.getAcquire(slot);
    if (entry == null || !Arrays.equals(entry.word, word)) {
      entry = new Entry(word, computed(word));
      entries.setRelease(slot, entry);
    }
    return entry.ids;
  }

  private int[] computed(int[] word) {
    int[] bytes = ByteAlphabet.of(word, 0, word.length);
    ModelTokens tokens = new ModelTokens();
    model.tokenize(bytes, 0, bytes.length, tokens);
    return tokens.ids();
  }
}
