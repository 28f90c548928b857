package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.model.Vocabulary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What lies beside a vocabulary that is not a {@code tokenizer.json}: {@code
 * tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json}. All of them
 * may be missing.
 */
final class TokenizerConfig {
  private static final List<String> ROLES =
      List.of("unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

  private final Json json;
  private final Json map;
  private final Json added;

  private TokenizerConfig(Json json, Json map, Json added) {
    this.json = json;
    this.map = map;
    this.added = added;
  }

  static TokenizerConfig beside(Path vocabulary) {
    return new TokenizerConfig(
        readIfThere(vocabulary.resolveSibling("tokenizer_config.json")),
        readIfThere(vocabulary.resolveSibling("special_tokens_map.json")),
        readIfThere(vocabulary.resolveSibling("added_tokens.json")));
  }

  private static Json readIfThere(Path file) {
    return Files.exists(file) ? Json.read(file) : Json.empty(file);
  }

  /** Returns {@code tokenizer_config.json}, an empty object where there is none. */
  Json json() {
    return json;
  }

  /** Returns the special tokens by role, given the usual ones in the order of {@link #ROLES}. */
  Map<String, String> names(String... usual) {
    Map<String, String> names = new LinkedHashMap<>();
    for (int i = 0; i < ROLES.size(); i++) {
      Json named = json.get(ROLES.get(i)).isNull() ? map.get(ROLES.get(i)) : json.get(ROLES.get(i));
      // A token is its text, or an object with its text and settings.
      Json content = named.isObject() ? named.require("content") : named;
      names.put(ROLES.get(i), content.string(usual[i]));
    }
    return names;
  }

  /**
   * Returns the added tokens by id: what the files list, and the special ones of the vocabulary.
   */
  List<AddedToken> addedTokens(Collection<String> special, Vocabulary vocabulary) {
    Map<String, AddedToken> tokens = new LinkedHashMap<>();
    Map<String, Integer> ids = new LinkedHashMap<>();
    Map<String, Integer> listed = added.isNull() ? Map.of() : added.integers();
    listed.forEach(
        (token, id) -> {
          boolean isSpecial = special.contains(token);
          tokens.put(token, new AddedToken(token, false, false, false, !isSpecial, isSpecial));
          ids.put(token, id);
        });
    Json decoder = json.get("added_tokens_decoder"); // from id to token
    Map<String, Json> members = decoder.isNull() ? Map.of() : decoder.members();
    members.forEach(
        (id, token) -> {
          AddedToken read = TokenizerJsonReader.readAddedToken(token);
          tokens.put(read.content(), read);
          ids.put(read.content(), idOf(id, token));
        });
    for (String token : special) {
      if (vocabulary.id(token) != Vocabulary.NONE) {
        tokens.putIfAbsent(token, AddedToken.special(token));
        ids.putIfAbsent(token, vocabulary.id(token));
      }
    }
    return tokens.values().stream()
        .sorted(Comparator.comparing(token -> ids.get(token.content())))
        .toList();
  }

  private static int idOf(String id, Json token) {
    try {
      return Integer.parseInt(id);
    } catch (NumberFormatException e) {
      throw token.error("\"%s\" is no id".formatted(id));
    }
  }
}
