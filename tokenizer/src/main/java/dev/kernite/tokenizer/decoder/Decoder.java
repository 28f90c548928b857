package dev.kernite.tokenizer.decoder;

import java.util.List;

/**
 * Turns tokens back into text, in steps: each takes strings and gives strings, joined at the end.
 */
public sealed interface Decoder
    permits BpeDecoder,
        ByteFallbackDecoder,
        ByteLevelDecoder,
        CtcDecoder,
        DecoderSequence,
        FuseDecoder,
        MetaspaceDecoder,
        ReplaceDecoder,
        SentencePieceDecoder,
        StripDecoder,
        WordPieceDecoder {

  /** Returns the strings that {@code tokens} become. */
  List<String> decode(List<String> tokens);
}
