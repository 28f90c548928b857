package dev.kernite.models.generation;

import dev.kernite.models.ModelException;
import java.util.Locale;

/** When beam search stops, once a prompt has as many finished hypotheses as beams. */
public enum EarlyStopping {
  /**
   * When no running beam, scored at its present length, is better than the worst finished one: a
   * heuristic where the length penalty is positive. The default; {@code false} in transformers.
   */
  HEURISTIC,
  /** At once; {@code true} in transformers. */
  AT_ONCE,
  /** When no running beam can become better at any length; {@code "never"} in transformers. */
  NEVER;

  /**
   * Reads the names used in {@code generation_config.json} and on the command line.
   *
   * @param name "true", "false" or "never"
   * @throws ModelException for any other name
   */
  public static EarlyStopping parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "false" -> HEURISTIC;
      case "true" -> AT_ONCE;
      case "never" -> NEVER;
      default ->
          throw new ModelException(
              "early-stopping is '" + name + "', but must be true, false or never");
    };
  }
}
