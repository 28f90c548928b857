package dev.kernite.cli;

import dev.kernite.models.chat.Conversation;
import dev.kernite.models.chat.Reply;
import dev.kernite.models.chat.ReplyListener;
import dev.kernite.models.generation.FinishReason;
import java.util.Locale;
import java.util.function.Consumer;

/** Has a conversation reply, and shows the reply and what is to be known of it. */
final class ChatView {
  private final Conversation conversation;
  private final Consumer<String> out;
  private final Consumer<String> notes;
  private final boolean verbose;
  private boolean movedBefore;

  /**
   * A view.
   *
   * @param out takes pieces of replies
   * @param notes takes lines about them
   * @param verbose whether to tell of every reply what it took
   */
  ChatView(
      Conversation conversation, Consumer<String> out, Consumer<String> notes, boolean verbose) {
    this.conversation = conversation;
    this.out = out;
    this.notes = notes;
    this.verbose = verbose;
  }

  /** Says something; the reply appears as it is written, then a line ends; it is returned whole. */
  Reply say(String text) {
    long began = System.nanoTime();
    Reply reply = conversation.reply(text, new Shown());
    out.accept("\n");
    if (reply.finishReason() == FinishReason.CANCELLED) {
      notes.accept("[stopped]");
    }
    if (verbose) {
      double seconds = (System.nanoTime() - began) / 1e9;
      notes.accept(
          String.format(
              Locale.ROOT,
              "[turn %d: window %d tokens, %d written, %d run, %.3f s]",
              conversation.turns().size() / 2,
              reply.windowTokens(),
              reply.newTokens(),
              reply.computedTokens(),
              seconds));
    }
    return reply;
  }

  private final class Shown implements ReplyListener {
    private final ReplyPrinter printer = new ReplyPrinter(out);

    @Override
    public void text(String piece) {
      printer.text(piece);
    }

    @Override
    public void windowMoved(int turns) {
      if (!movedBefore || verbose) {
        notes.accept(
            "[the context is full: the model no longer sees the oldest %d turns; /save writes all]"
                .formatted(turns));
      }
      movedBefore = true;
    }

    @Override
    public void startCut(int tokens) {
      notes.accept(
          "[too long for the model: it does not see the first %d tokens]".formatted(tokens));
    }
  }
}
