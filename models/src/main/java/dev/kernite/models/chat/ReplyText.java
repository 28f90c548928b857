package dev.kernite.models.chat;

import dev.kernite.tokenizer.StreamingDecoder;
import dev.kernite.tokenizer.text.IntList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A reply while its tokens come in. Text is handed out as soon as it is certain to be part of the
 * reply: what may be the beginning of a stop text waits until it is one, or is not.
 */
final class ReplyText {
  private final StreamingDecoder decoder;
  private final List<String> stops;
  private final StringBuilder all = new StringBuilder();
  private final IntList ids = new IntList();
  private int handedOut;
  private int end = -1; // where a stop text begins

  ReplyText(StreamingDecoder decoder, List<String> stops) {
    this.decoder = decoder;
    this.stops = stops;
  }

  /** Takes a token; returns the text that is certain now and was not before. */
  String push(int token) {
    all.append(decoder.push(token));
    ids.add(token);
    return certain(false);
  }

  /** Ends the reply; returns the text that was held back. */
  String finish() {
    all.append(decoder.flush());
    return certain(true);
  }

  private String certain(boolean last) {
    if (end >= 0) {
      return "";
    }
    end = firstStop();
    int until = end >= 0 ? end : all.length() - (last ? 0 : heldBack());
    String fresh = all.substring(handedOut, until);
    handedOut = until;
    return fresh;
  }

  private int firstStop() {
    int first = -1;
    for (String stop : stops) {
      int at = all.indexOf(stop, handedOut);
      first = at >= 0 && (first < 0 || at < first) ? at : first;
    }
    return first;
  }

  /** How long the end of the text is that may become a stop text. */
  private int heldBack() {
    int longest = 0;
    for (String stop : stops) {
      int most = Math.min(stop.length() - 1, all.length() - handedOut);
      for (int n = most; n > longest; n--) {
        if (stop.startsWith(all.substring(all.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }

  /** The reply so far; whole once it is finished. */
  String text() {
    return all.substring(0, handedOut);
  }

  /** Whether a stop text ended it. */
  boolean stopped() {
    return end >= 0;
  }

  /** How many tokens came. */
  int tokens() {
    return ids.size();
  }

  /**
   * What the model is to remember of a reply.
   *
   * @param tokens as they came, without end tokens and without what a stop text reaches into
   * @param rest text of the reply behind them, where a token holds its end and a stop text's start
   */
  record Memory(int[] tokens, String rest) {}

  /**
   * What is to be remembered; to be asked once the reply is finished.
   *
   * @param decode turns all tokens given into text
   */
  Memory memory(List<Integer> endTokens, Function<int[], String> decode) {
    int[] tokens = ids.toArray();
    if (stopped()) {
      String reply = text();
      String held = decode.apply(tokens);
      while (!reply.startsWith(held)) {
        tokens = Arrays.copyOf(tokens, tokens.length - 1);
        held = decode.apply(tokens);
      }
      return new Memory(tokens, reply.substring(held.length()));
    }
    int count = tokens.length;
    while (count > 0 && endTokens.contains(tokens[count - 1])) {
      count--;
    }
    return new Memory(Arrays.copyOf(tokens, count), "");
  }
}
