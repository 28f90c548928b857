package dev.kernite.models.masking;

import dev.kernite.engine.Functional;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.CrossEntropy;
import dev.kernite.engine.op.Reduction;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.transformer.Probe;
import java.util.Arrays;

/**
 * How likely a masked language model finds the tokens of a text (Salazar et al. 2020): each is
 * masked once and predicted from all others, on both sides. The sum of the logarithms is the text's
 * pseudo-log-likelihood; exp of its negative mean, taken over all texts, is the pseudo-perplexity.
 * It tells masked language models from each other, but is no perplexity: a token is predicted from
 * those behind it too.
 */
public final class PseudoLikelihood {
  /** Of a batch of masked copies: enough to fill a processor, few enough for its caches. */
  private static final int MOST_TOKENS = 2048;

  private final Bert model;
  private final Frame frame;
  private final int maskId;

  /**
   * Takes a model with a language head; it remains the caller's.
   *
   * @param frame special tokens around each text, which are seen and never scored
   * @param maskId the mask
   * @throws ModelException if there is no head
   */
  public PseudoLikelihood(Bert model, Frame frame, int maskId) {
    if (!model.has(BertHead.MASKED_LM)) {
      throw new ModelException("the model has no head for masked tokens, which a likelihood needs");
    }
    this.model = model;
    this.frame = frame;
    this.maskId = maskId;
  }

  /**
   * Scores a text. One that is longer than the model's positions is cut, and its parts do not see
   * each other.
   *
   * @param text token ids, without special tokens around them
   */
  public Perplexity.Score score(int[] text) {
    int room = frame.room(model.config().longest());
    double nats = 0;
    for (int from = 0; from < text.length; from += room) {
      int to = Math.min(from + room, text.length);
      nats += nats(frame.around(text, from, to), to - from);
    }
    return new Perplexity.Score(nats, text.length);
  }

  /** Negative log-likelihoods of a framed text's tokens, added up. */
  private double nats(int[] framed, int tokens) {
    int rows = Math.max(1, MOST_TOKENS / framed.length);
    int first = frame.before().length;
    double nats = 0;
    for (int from = first; from < first + tokens; from += rows) {
      int to = Math.min(from + rows, first + tokens);
      for (float loss : losses(framed, from, to)) {
        nats += loss;
      }
    }
    return nats;
  }

  /** Cross-entropy of the tokens at positions from ... to - 1, each masked in a copy of its own. */
  private float[] losses(int[] framed, int from, int to) {
    int[][] copies = new int[to - from][];
    int[] places = new int[copies.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = framed.clone();
      copies[i][from + i] = maskId;
      places[i] = i * framed.length + from + i;
    }
    int[] masked = Arrays.copyOfRange(framed, from, to);
    Shape shape = Shape.of(copies.length);
    return model.values(
        () -> {
          Tensor hidden = model.hidden(BertInputs.of(copies), false, Probe.NONE);
          Tensor rows = hidden.reshape((long) copies.length * framed.length, -1);
          Tensor at = Functional.indexSelect(rows, model.engine().tensor(places, shape), 0);
          return new CrossEntropy(Reduction.NONE)
              .apply(model.vocabularyLogits(at), model.engine().tensor(masked, shape));
        });
  }
}
