package dev.kernite.cli;

import dev.kernite.models.training.TextData;
import java.util.List;
import java.util.function.Function;

/**
 * The text of {@code --data} as tokens, and what of it, or of {@code --eval}'s file, is held out.
 *
 * @param training to learn from
 * @param heldOut pieces to evaluate on, or null if nothing is evaluated
 * @param heldOutBytes their length in UTF-8
 */
record EvaluationText(int[] training, List<int[]> heldOut, long heldOutBytes) {
  /**
   * Reads both.
   *
   * @param encode token ids of a text, without special tokens
   * @param separator the token between documents, or -1
   */
  static EvaluationText read(TrainData data, Function<String, int[]> encode, int separator) {
    int every = data.evalSplit() ? data.holdoutEvery() : 0;
    TextData text = TextData.read(data.data(), encode, separator, data.holdoutBlock(), every);
    if (data.hasEvalFile()) {
      TextData other = heldOut(data, encode, separator);
      return new EvaluationText(text.training(), other.heldOut(), other.heldOutBytes());
    }
    if (data.evalSplit() && text.heldOut().isEmpty()) {
      throw data.tooShort();
    }
    return new EvaluationText(
        text.training(), data.evalSplit() ? text.heldOut() : null, text.heldOutBytes());
  }

  /** The text of {@code --eval}'s file. */
  static TextData heldOut(TrainData data, Function<String, int[]> encode, int separator) {
    TextData text = TextData.heldOut(data.evalFile(), encode, separator);
    if (text.heldOut().isEmpty()) {
      throw new CommandException(data.evalFile() + ": has no text to evaluate on");
    }
    return text;
  }
}
