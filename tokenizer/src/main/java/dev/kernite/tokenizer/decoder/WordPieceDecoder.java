package dev.kernite.tokenizer.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code WordPiece}: a token that continues a word loses its prefix, any other gets a space before
 * it.
 *
 * @param prefix what continues a word, usually {@code ##}
 * @param cleanup whether the spaces before punctuation and English contractions go
 */
public record WordPieceDecoder(String prefix, boolean cleanup) implements Decoder {
  private static final String[] ARTIFACTS = {
    " .", ".", " ?", "?", " !", "!", " ,", ",", " ' ", "'", " n't", "n't", " 'm", "'m", " do not",
    " don't", " 's", "'s", " 've", "'ve", " 're", "'re"
  };

  @Override
  public List<String> decode(List<String> tokens) {
    List<String> result = new ArrayList<>(tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      if (i > 0) {
        token = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
      }
      result.add(cleanup ? cleanedUp(token) : token);
    }
    return result;
  }

  /** Undoes what cutting English at punctuation does to it, within one string. */
  static String cleanedUp(String text) {
    String result = text;
    for (int i = 0; i < ARTIFACTS.length; i += 2) {
      result = result.replace(ARTIFACTS[i], ARTIFACTS[i + 1]);
    }
    return result;
  }
}
