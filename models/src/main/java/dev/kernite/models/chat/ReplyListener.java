package dev.kernite.models.chat;

/** Told of a reply while it is written, on the thread that asked for it. */
@FunctionalInterface
public interface ReplyListener {

  /**
   * More of the reply: never half a character, never a part of a stop text. The pieces, joined, are
   * the reply.
   */
  void text(String piece);

  /**
   * The window moved on, before the reply: the model no longer sees the oldest turns. They stay in
   * the transcript.
   *
   * @param turns how many it saw before and does not see now
   */
  default void windowMoved(int turns) {}

  /**
   * What the user said is too long for the model's context: it sees only the end.
   *
   * @param tokens how many it does not see
   */
  default void startCut(int tokens) {}
}
