package dev.kernite.models.chat;

import dev.kernite.models.ModelException;
import dev.kernite.tokenizer.text.IntList;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The tokens that a model sees of a conversation: the system text, then the latest exchanges, each
 * whole. When the context is full, the oldest exchanges go until half of it is free: what stays has
 * to be run through the model again, since its positions change, and is so once in many turns.
 */
final class Window {
  /** Parts of the context: that a reply can be sure of, and the most for the system text. */
  private static final int PART = 4;

  private final int limit;
  private final Deque<int[]> exchanges = new ArrayDeque<>();
  private int[] system = {};
  private int held; // tokens of the exchanges

  /**
   * An empty window.
   *
   * @param limit positions that the model has
   */
  Window(int limit) {
    this.limit = limit;
  }

  /**
   * Replaces the system text.
   *
   * @throws ModelException if it takes more than a quarter of the context
   */
  void system(int[] tokens) {
    if (tokens.length > limit / PART) {
      throw new ModelException(
          "the system text has %d tokens; in the model's context of %d it can have %d: shorten it"
              .formatted(tokens.length, limit, limit / PART));
    }
    system = tokens;
  }

  /** Forgets the exchanges. */
  void clear() {
    exchanges.clear();
    held = 0;
  }

  /** Exchanges in the window. */
  int exchanges() {
    return exchanges.size();
  }

  /** Tokens that stay free for a reply that may have so many. */
  private int reserve(int newTokens) {
    return Math.clamp(newTokens, 1, Math.max(1, limit / PART));
  }

  /**
   * Makes room for a further exchange.
   *
   * @param tokens those of the user's turn
   * @param newTokens the most that the reply may have
   */
  void makeRoom(int tokens, int newTokens) {
    if (system.length + held + (long) tokens + reserve(newTokens) <= limit) {
      return;
    }
    while (!exchanges.isEmpty() && system.length + held + (long) tokens > limit / 2) {
      held -= exchanges.removeFirst().length;
    }
  }

  /** The most tokens that a user's turn can have, once all else has made room. */
  int mostForTurn(int newTokens) {
    return limit - system.length - reserve(newTokens);
  }

  /** All tokens, with those of a further turn behind them. */
  int[] with(int[] turn) {
    IntList all = new IntList(system.length + held + turn.length);
    all.addAll(system);
    exchanges.forEach(all::addAll);
    all.addAll(turn);
    return all.toArray();
  }

  /** Adds an exchange: what the user said, the reply, and what the template puts around them. */
  void add(int[] exchange) {
    exchanges.addLast(exchange);
    held += exchange.length;
  }

  /**
   * Adds an exchange before all others, if half of the context then stays free.
   *
   * @return whether it was added
   */
  boolean addOlder(int[] exchange) {
    if (system.length + held + (long) exchange.length > limit / 2) {
      return false;
    }
    exchanges.addFirst(exchange);
    held += exchange.length;
    return true;
  }

  /** The end of a turn that is too long, behind the beginning that a template gives it. */
  static int[] cut(int[] turn, int[] prefix, int most) {
    int kept = Math.max(most - prefix.length, 0);
    int[] end = Arrays.copyOfRange(turn, turn.length - Math.min(kept, turn.length), turn.length);
    IntList cut = new IntList(most);
    cut.addAll(Arrays.copyOf(prefix, Math.min(prefix.length, most)));
    cut.addAll(end);
    return cut.toArray();
  }
}
