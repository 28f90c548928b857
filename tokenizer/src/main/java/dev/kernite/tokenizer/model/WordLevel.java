package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.text.CodePoints;

/**
 * {@code WordLevel}: a word is a token, or it is unknown.
 *
 * @param vocabulary the words
 * @param unkToken the token for all others
 */
public record WordLevel(Vocabulary vocabulary, String unkToken) implements Model {
  @Override
  public void tokenize(int[] text, int start, int end, ModelTokens out) {
    int id = vocabulary.id(new String(text, start, end - start));
    if (id == Vocabulary.NONE) {
      id = vocabulary.id(unkToken);
    }
    if (id == Vocabulary.NONE) {
      throw new TokenizerException(
          "the text has an unknown word, and the vocabulary lacks the unk_token \"%s\""
              .formatted(unkToken));
    }
    out.add(id, CodePoints.utf8Length(text, start, end));
  }
}
