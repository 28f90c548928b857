package dev.kernite.tokenizer;

import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Pieces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The added tokens of a tokenizer. They are cut out of the text before anything else sees it: first
 * those that are looked for as they are, then, in what is left and normalised, the others.
 */
final class AddedVocabulary {
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, AddedToken> tokens = new HashMap<>();
  private final Set<String> specials = new HashSet<>();
  private final List<AddedToken> inOrder;
  private final TokenTrie raw = new TokenTrie();
  private final TokenTrie normalized = new TokenTrie();

  /**
   * Gives each token its id: the model's, where it knows the token, else the next free one. Of two
   * tokens with the same content the later one counts.
   */
  AddedVocabulary(List<AddedToken> added, Vocabulary vocabulary, Normalizer normalizer) {
    inOrder = added.stream().filter(token -> !token.content().isEmpty()).distinct().toList();
    int free = vocabulary.size();
    for (AddedToken token : inOrder) {
      int id = ids.getOrDefault(token.content(), vocabulary.id(token.content()));
      if (id == Vocabulary.NONE) {
        id = free++;
      } else {
        free = Math.max(free, id + 1);
      }
      ids.put(token.content(), id);
      tokens.put(id, token);
      if (token.special()) {
        specials.add(token.content());
      }
    }
    // Where two contents are equal once normalised, special tokens win, then the earlier one.
    for (boolean special : new boolean[] {true, false}) {
      for (AddedToken token : inOrder) {
        if (specials.contains(token.content()) == special) {
          plant(token, normalizer);
        }
      }
    }
  }

  private void plant(AddedToken token, Normalizer normalizer) {
    int id = ids.get(token.content());
    AlignedText content = AlignedText.of(token.content());
    if (!token.normalized()) {
      raw.add(content, id);
    } else {
      normalized.add(normalizer == null ? content : normalizer.normalize(content), id);
    }
  }

  /** Returns the tokens as they were given, without repetitions. */
  List<AddedToken> tokens() {
    return inOrder;
  }

  /** Returns the id of an added token, or {@link Vocabulary#NONE}. */
  int id(String content) {
    return ids.getOrDefault(content, Vocabulary.NONE);
  }

  /** Returns the content of the added token {@code id}, or null. */
  String content(int id) {
    AddedToken token = tokens.get(id);
    return token == null ? null : token.content();
  }

  boolean isSpecial(String content) {
    return specials.contains(content);
  }

  /** Returns how many added tokens the model does not know. */
  int beyond(Vocabulary vocabulary) {
    return (int) ids.keySet().stream().filter(t -> vocabulary.id(t) == Vocabulary.NONE).count();
  }

  /** Returns the greatest id of an added token, or -1. */
  int highestId() {
    return tokens.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  /** Returns whether some tokens are looked for in the normalised text. */
  boolean looksInNormalized() {
    return !normalized.isEmpty();
  }

  /** Returns whether there may be an added token in {@code text}, if that is not normalised. */
  boolean mayOccurIn(String text) {
    return raw.mayOccurIn(text) || normalized.mayOccurIn(text);
  }

  /** Cuts the added tokens out of {@code text} and normalises what is between them. */
  Pieces cut(AlignedText text, Normalizer normalizer) {
    Pieces pieces = cut(Pieces.of(text), raw);
    if (normalizer != null) {
      pieces = normalized(pieces, normalizer);
    }
    return cut(pieces, normalized);
  }

  private static Pieces normalized(Pieces in, Normalizer normalizer) {
    AlignedText text = in.text();
    if (in.count() == 1 && in.token(0) == Pieces.TEXT) {
      return Pieces.of(normalizer.normalize(text));
    }
    Pieces.Writer out = new Pieces.Writer(text.length());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) == Pieces.TEXT) {
        AlignedText piece = normalizer.normalize(text.slice(in.start(p), in.end(p)));
        out.text().append(piece, 0, piece.length());
        out.end(Pieces.TEXT);
      } else {
        out.copy(in, p);
      }
    }
    return out.pieces();
  }

  private Pieces cut(Pieces in, TokenTrie trie) {
    if (trie.isEmpty()) {
      return in;
    }
    Pieces.Cutter out = new Pieces.Cutter(in.text());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) == Pieces.TEXT) {
        cut(in.text(), in.start(p), in.end(p), trie, out);
      }
      out.cut(in.end(p), in.token(p));
    }
    return out.pieces();
  }

  private void cut(AlignedText text, int from, int to, TokenTrie trie, Pieces.Cutter out) {
    List<TokenTrie.Match> matches = new ArrayList<>();
    trie.find(text, from, to, matches);
    for (TokenTrie.Match match : matches) {
      AddedToken token = tokens.get(match.id());
      int start = match.start();
      int end = match.end();
      if (token.singleWord()
          && ((start > from && CodePoints.isWord(text.codePoint(start - 1)))
              || (end < to && CodePoints.isWord(text.codePoint(end))))) {
        continue;
      }
      while (token.lstrip()
          && start > out.position()
          && CodePoints.isWhitespace(text.codePoint(start - 1))) {
        start--;
      }
      while (token.rstrip() && end < to && CodePoints.isWhitespace(text.codePoint(end))) {
        end++;
      }
      out.cut(start, Pieces.TEXT);
      out.cut(end, match.id());
    }
  }
}
