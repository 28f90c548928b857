package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CharsMap;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Graphemes;
import dev.kernite.tokenizer.text.IntList;
import dev.kernite.tokenizer.text.Rewrite;

/**
 * {@code Precompiled}: the rewriting rules of a SentencePiece model, such as {@code nmt_nfkc}, as
 * the tokenizers library applies them: to each grapheme cluster of less than six bytes as a whole,
 * where the <em>shortest</em> rule that fits its beginning replaces all of it; else to each
 * character by itself. SentencePiece itself does otherwise: {@link SentencePieceNormalizer}.
 *
 * @param rules what becomes what
 */
public record Precompiled(CharsMap rules) implements Normalizer {
  private static final int LONGEST_CLUSTER = 5; // bytes

  @Override
  public AlignedText normalize(AlignedText text) {
    Steps steps = new Steps(text);
    Graphemes.find(text, steps::cluster);
    return steps.rewritten();
  }

  /** The new code points, each with its change in the sense of {@link Rewrite#emit}. */
  private final class Steps {
    private final AlignedText text;
    private final IntList codePoints;
    private final IntList changes;
    private boolean modified;

    Steps(AlignedText text) {
      this.text = text;
      this.codePoints = new IntList(text.length() + 8);
      this.changes = new IntList(text.length() + 8);
    }

    void cluster(int start, int end) {
      if (end > start + 1 && bytes(start, end) <= LONGEST_CLUSTER && replace(start, end)) {
        return;
      }
      for (int i = start; i < end; i++) {
        if (!replace(i, i + 1)) {
          step(text.codePoint(i), 0);
        }
      }
    }

    private int bytes(int start, int end) {
      int bytes = 0;
      for (int i = start; i < end; i++) {
        bytes += CodePoints.utf8Length(text.codePoint(i));
      }
      return bytes;
    }

    private boolean replace(int start, int end) {
      long rule = rules.find(text.codePoints(), start, end, false);
      if (rule == CharsMap.NONE) {
        return false;
      }
      modified = true;
      int old = end - start;
      int place = (int) rule;
      int added = 0;
      for (int c; (c = rules.codePoint(place, added)) != 0; added++) {
        step(c, added < old ? 0 : 1);
      }
      // What is dropped counts for the step before; the library forgets it at the very beginning.
      int last = changes.size() - 1;
      if (added < old && last >= 0) {
        changes.set(last, changes.get(last) + added - old);
      }
      return true;
    }

    private void step(int codePoint, int change) {
      codePoints.add(codePoint);
      changes.add(change);
    }

    AlignedText rewritten() {
      if (!modified) {
        return text;
      }
      Rewrite rewrite = new Rewrite(text);
      for (int i = 0; i < codePoints.size(); i++) {
        rewrite.emit(codePoints.get(i), changes.get(i));
      }
      return rewrite.done();
    }
  }
}
