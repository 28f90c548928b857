package dev.kernite.models.gan;

import dev.kernite.models.ModelException;
import java.util.Locale;

/** What discriminator and generator minimise, by PyTorch's names. */
public enum GanLoss {
  /** Binary cross-entropy of probabilities: the discriminator ends in a sigmoid. */
  BCE("BCELoss"),
  /** Binary cross-entropy of logits, which needs no sigmoid and does not saturate. */
  BCE_WITH_LOGITS("BCEWithLogitsLoss");

  private final String className;

  GanLoss(String className) {
    this.className = className;
  }

  /**
   * The loss of a name.
   *
   * @param name {@code bce}, {@code bce-logits}, or PyTorch's class name, in any writing
   * @throws ModelException if it is none of these
   */
  public static GanLoss of(String name) {
    return switch (name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]|loss$", "")) {
      case "bce", "binarycrossentropy" -> BCE;
      case "bcelogits", "bcewithlogits" -> BCE_WITH_LOGITS;
      default ->
          throw new ModelException(
              "loss '" + name + "' is none of bce (BCELoss), bce-logits (BCEWithLogitsLoss)");
    };
  }

  /** PyTorch's class name. */
  @Override
  public String toString() {
    return className;
  }
}
