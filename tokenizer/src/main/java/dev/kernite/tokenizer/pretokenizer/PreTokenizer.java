package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.Pieces;

/** Cuts a text into words, the longest a token can be; may rewrite them too. */
public sealed interface PreTokenizer
    permits BertPreTokenizer,
        ByteLevel,
        Delimiter,
        Digits,
        FixedLength,
        Metaspace,
        PreTokenizerSequence,
        Punctuation,
        Split,
        UnicodeScripts,
        Whitespace,
        WhitespaceSplit {

  /** Cuts every piece that is text; added tokens stay as they are. */
  Pieces cut(Pieces pieces);
}
