package dev.kernite.tokenizer;

import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.model.ModelTokens;
import dev.kernite.tokenizer.model.WordPiece;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.pretokenizer.BertPreTokenizer;
import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.IntList;
import dev.kernite.tokenizer.text.Pieces;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The short way of BERT from raw text to ids. Whatever the normaliser does, it never joins what an
 * ASCII space or an ASCII punctuation mark parts, and never changes the mark. So the text is cut
 * there before it is normalised, and a cache tells the tokens of a raw segment; only a segment that
 * is new is normalised, cut and given to the model.
 *
 * <p>The cache has one place for each hash: bounded, shared by all threads without a lock (entries
 * are immutable), and only ever a matter of speed.
 */
final class SegmentEncoder implements ShortWay {
  private static final int SLOT_BITS = 16;
  private static final int LONGEST = 32; // code points; longer segments are rare and are not kept

  private static final int ASCII = 0x80;
  private static final byte INSIDE = 0;
  private static final byte SPACE = 1;
  private static final byte ALONE = 2;
  private static final byte[] KIND = new byte[ASCII];

  static {
    for (int c = 0; c < ASCII; c++) {
      KIND[c] = CodePoints.isPunctuation(c) ? ALONE : INSIDE;
    }
    for (char c : " \t\n\r".toCharArray()) { // other controls are dropped, and part nothing
      KIND[c] = SPACE;
    }
  }

  /**
   * A segment and its tokens.
   *
   * @param segment code points
   * @param ids token ids
   */
  private record Entry(int[] segment, int[] ids) {}

  private final Normalizer normalizer;
  private final BertPreTokenizer preTokenizer;
  private final Model model;
  private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(1 << SLOT_BITS);

  private SegmentEncoder(Normalizer normalizer, BertPreTokenizer preTokenizer, Model model) {
    this.normalizer = normalizer;
    this.preTokenizer = preTokenizer;
    this.model = model;
  }

  /** Returns the short way of {@code pipeline}, or null where it is not that of BERT. */
  static SegmentEncoder of(Pipeline pipeline) {
    boolean normalizes = pipeline.normalizer() instanceof BertNormalizer;
    return (normalizes || pipeline.normalizer() == null)
            && pipeline.preTokenizer() instanceof BertPreTokenizer cut
            && pipeline.model() instanceof WordPiece model
        ? new SegmentEncoder(pipeline.normalizer(), cut, model)
        : null;
  }

  @Override
  public void encode(String text, IntList ids) {
    int[] codePoints = CodePoints.of(text);
    encode(codePoints, 0, codePoints.length, ids);
  }

  @Override
  public void encode(int[] text, int from, int to, IntList ids) {
    int start = from;
    int hash = 0;
    for (int i = from; i < to; i++) {
      int c = text[i];
      if (c >= ASCII || KIND[c] == INSIDE) {
        hash = 31 * hash + c;
        continue;
      }
      if (i > start) {
        segment(text, start, i, hash, ids);
      }
      if (KIND[c] == ALONE) {
        segment(text, i, i + 1, c, ids);
      }
      start = i + 1;
      hash = 0;
    }
    if (to > start) {
      segment(text, start, to, hash, ids);
    }
  }

  private void segment(int[] text, int start, int end, int hash, IntList ids) {
    if (end - start > LONGEST) {
      ids.addAll(computed(Arrays.copyOfRange(text, start, end)));
      return;
    }
    int slot = hash * 0x9E3779B9 >>> 32 - SLOT_BITS;
    Entry entry = entries.getAcquire(slot);
    if (entry == null || !Arrays.equals(entry.segment, 0, entry.segment.length, text, start, end)) {
      int[] segment = Arrays.copyOfRange(text, start, end);
      entry = new Entry(segment, computed(segment));
      entries.setRelease(slot, entry);
    }
    ids.addAll(entry.ids);
  }

  private int[] computed(int[] segment) {
    AlignedText text = AlignedText.of(new String(segment, 0, segment.length));
    Pieces pieces =
        preTokenizer.cut(Pieces.of(normalizer == null ? text : normalizer.normalize(text)));
    ModelTokens tokens = new ModelTokens();
    for (int p = 0; p < pieces.count(); p++) {
      model.tokenize(pieces.text().codePoints(), pieces.start(p), pieces.end(p), tokens);
    }
    return tokens.ids();
  }
}
