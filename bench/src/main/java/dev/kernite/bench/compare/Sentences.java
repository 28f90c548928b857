package dev.kernite.bench.compare;

import dev.kernite.bench.tokenizer.Corpus;
import dev.kernite.tokenizer.Tokenizer;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sentences of a text.
 *
 * @param all in their order
 */
record Sentences(List<String> all) {
  /** Cuts a text at the ends of sentences, as the JDK finds them. */
  static Sentences of(Corpus corpus) {
    String text = String.join(" ", corpus.lines()).replaceAll("\\s+", " ");
    BreakIterator ends = BreakIterator.getSentenceInstance(Locale.ENGLISH);
    ends.setText(text);
    List<String> sentences = new ArrayList<>();
    int start = ends.first();
    for (int end = ends.next(); end != BreakIterator.DONE; start = end, end = ends.next()) {
      String sentence = text.substring(start, end).strip();
      if (sentence.chars().anyMatch(Character::isLetter)) {
        sentences.add(sentence);
      }
    }
    return new Sentences(sentences);
  }

  /** The first so many that have at most so many tokens, special ones included. */
  List<String> asTheyCome(Tokenizer tokenizer, int count, int mostTokens) {
    return all.stream()
        .filter(sentence -> tokenizer.encodeToIds(sentence, true).length <= mostTokens)
        .limit(count)
        .toList();
  }

  /**
   * Texts of one length: words in their order, but for those with more tokens than are left.
   *
   * @param count how many texts
   * @param length tokens of each, special ones included
   */
  List<String> ofLength(Tokenizer tokenizer, int count, int length) {
    List<String> texts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int left = length - tokenizer.encodeToIds("", true).length;
    int free = left;
    for (String word : String.join(" ", all).split(" ")) {
      int tokens = tokenizer.encodeToIds(word, false).length;
      if (tokens > free) {
        continue;
      }
      text.append(text.isEmpty() ? "" : " ").append(word);
      free -= tokens;
      if (free == 0) {
        texts.add(text.toString());
        text.setLength(0);
        free = left;
      }
      if (texts.size() == count) {
        break;
      }
    }
    for (String one : texts) {
      if (tokenizer.encodeToIds(one, true).length != length) {
        throw new IllegalStateException("not of " + length + " tokens: " + one);
      }
    }
    return texts;
  }
}
