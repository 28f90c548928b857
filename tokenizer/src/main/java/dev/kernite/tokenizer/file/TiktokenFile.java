package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.TiktokenEncoding;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.pretokenizer.PreTokenizerSequence;
import dev.kernite.tokenizer.pretokenizer.Split;
import dev.kernite.tokenizer.pretokenizer.SplitBehavior;
import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.text.SearchPattern;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rank files of tiktoken: a line for each token, its bytes in base64, a space, its rank. */
public final class TiktokenFile {
  /** How the name of such a file ends. */
  static final String EXTENSION = ".tiktoken";

  /** OpenAI's longest have 128 bytes; the ways to make a token are as many as it has bytes. */
  private static final int LONGEST_TOKEN = 1024;

  private TiktokenFile() {}

  /** Reads a tokenizer whose encoding is the file's name. */
  static Tokenizer read(Path file) {
    String name = file.getFileName().toString();
    TiktokenEncoding encoding;
    try {
      encoding = TiktokenEncoding.of(name.substring(0, name.length() - EXTENSION.length()));
    } catch (TokenizerException e) {
      throw new TokenizerException(
          ("%s: a rank file does not say how to cut words, so its name has to, but %s; "
                  + "rename the file, or give the encoding to Tokenizer.fromTiktoken")
              .formatted(file, e.getMessage()),
          e);
    }
    return read(file, encoding);
  }

  /** Reads a tokenizer, as {@link Tokenizer#fromTiktoken} says. */
  public static Tokenizer read(Path file, TiktokenEncoding encoding) {
    Map<String, Integer> ranks = ranks(file);
    for (int b = 0; b < 256; b++) {
      if (!ranks.containsKey(String.valueOf(ByteAlphabet.character(b)))) {
        throw new TokenizerException(
            "%s: the byte 0x%02X has no rank; every byte must be a token".formatted(file, b));
      }
    }
    Bpe model;
    try {
      model = Bpe.ofRanks(ranks, encoding.specialTokens());
    } catch (TokenizerException e) {
      throw new TokenizerException(file + ": " + e.getMessage(), e);
    }
    List<AddedToken> special =
        encoding.specialTokens().entrySet().stream()
            .sorted(Map.Entry.comparingByValue())
            .map(token -> AddedToken.special(token.getKey()))
            .toList();
    return new Tokenizer(
        new Pipeline(
            special,
            null,
            new PreTokenizerSequence(
                List.of(
                    new Split(
                        SearchPattern.regex(encoding.expression()), SplitBehavior.ISOLATED, false),
                    new ByteLevel(false, false, false))),
            model,
            null,
            new ByteLevelDecoder(),
            EncodeOptions.PLAIN));
  }

  private static Map<String, Integer> ranks(Path file) {
    List<String> lines = Lines.read(file, StandardCharsets.ISO_8859_1);
    Map<String, Integer> ranks = HashMap.newHashMap(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isEmpty()) {
        continue;
      }
      try {
        read(lines.get(i), ranks);
      } catch (IllegalArgumentException e) { // of base64, or of the number
        throw new TokenizerException(
            "%s: line %d is not the base64 of a token, a space and its rank: %s"
                .formatted(file, i + 1, e.getMessage()),
            e);
      }
    }
    return ranks;
  }

  private static void read(String line, Map<String, Integer> ranks) {
    int space = line.indexOf(' ');
    if (space <= 0) {
      throw new IllegalArgumentException("nothing before a space");
    }
    byte[] bytes = Base64.getDecoder().decode(line.substring(0, space));
    if (bytes.length > LONGEST_TOKEN) {
      throw new IllegalArgumentException(
          "a token of %d bytes, more than the limit of %d".formatted(bytes.length, LONGEST_TOKEN));
    }
    char[] token = new char[bytes.length];
    for (int i = 0; i < token.length; i++) {
      token[i] = ByteAlphabet.character(bytes[i] & 0xFF);
    }
    if (ranks.put(new String(token), Integer.parseInt(line.substring(space + 1))) != null) {
      throw new IllegalArgumentException("the token was there before");
    }
  }
}
