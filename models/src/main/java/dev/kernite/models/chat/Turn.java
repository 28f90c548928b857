package dev.kernite.models.chat;

/**
 * One side's part of a conversation.
 *
 * @param role whose
 * @param text what was said, whole, without the texts that a template puts around it
 * @param interrupted whether it was a reply that was cancelled: this is what there was of it
 */
public record Turn(Role role, String text, boolean interrupted) {

  /** Who speaks. */
  public enum Role {
    /** The person. */
    USER,
    /** The model. */
    ASSISTANT
  }
}
