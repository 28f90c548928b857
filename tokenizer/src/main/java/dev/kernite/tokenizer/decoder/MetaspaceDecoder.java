package dev.kernite.tokenizer.decoder;

import dev.kernite.tokenizer.pretokenizer.Metaspace;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code Metaspace}: the visible space becomes a space again; the one that was put before the text
 * is left out.
 *
 * @param metaspace the settings that it undoes
 */
public record MetaspaceDecoder(Metaspace metaspace) implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    String space = Character.toString(metaspace.replacement());
    boolean drops = metaspace.prepend() != Metaspace.Prepend.NEVER;
    List<String> result = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      result.add(tokens.get(i).replace(space, i == 0 && drops ? "" : " "));
    }
    return result;
  }
}
