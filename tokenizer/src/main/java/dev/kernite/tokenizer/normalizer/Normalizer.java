package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;

/** Rewrites a text before it is cut, and keeps the alignment with the original. */
public sealed interface Normalizer
    permits BertNormalizer,
        ByteLevelNormalizer,
        Lowercase,
        Nmt,
        NormalizerSequence,
        Precompiled,
        Prepend,
        Replace,
        SentencePieceNormalizer,
        Strip,
        StripAccents,
        UnicodeNormalizer {

  /** Returns {@code text} rewritten; {@code text} itself where nothing changes. */
  AlignedText normalize(AlignedText text);
}
