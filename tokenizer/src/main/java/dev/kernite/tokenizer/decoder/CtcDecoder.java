package dev.kernite.tokenizer.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code CTC}: connectionist temporal classification. Repeated tokens are one, the padding token
 * between them goes.
 *
 * @param padToken what keeps two equal letters apart
 * @param wordDelimiterToken what becomes a space, if {@code cleanup}
 * @param cleanup whether to write spaces, and none before punctuation
 */
public record CtcDecoder(String padToken, String wordDelimiterToken, boolean cleanup)
    implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    List<String> result = new ArrayList<>();
    String last = null;
    for (String token : tokens) {
      if (token.equals(last)) {
        continue;
      }
      last = token;
      String text = token.replace(padToken, "");
      if (cleanup) {
        text = WordPieceDecoder.cleanedUp(text).replace(wordDelimiterToken, " ");
      }
      if (!text.isEmpty()) {
        result.add(text);
      }
    }
    return result;
  }
}
