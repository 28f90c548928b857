package dev.kernite.models.training;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.Perplexity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts that a model is judged by and never learns from. Each is cut into windows that overlap by
 * one token, so every token but a text's first is predicted once, from at most a window before it.
 */
public final class HeldOut {
  private final List<int[]> texts;
  private final long bytes;
  private final int time;
  private final int size;

  /**
   * Collects the texts.
   *
   * @param texts token ids of each; begin them with the end-of-text token, so that the first token
   *     of the text proper is predicted too
   * @param bytes length of all texts in UTF-8
   * @param time tokens in a window, at least 2
   * @param size windows scored at a time
   */
  public HeldOut(List<int[]> texts, long bytes, int time, int size) {
    this.texts = texts.stream().filter(text -> text.length > 1).toList();
    this.bytes = bytes;
    this.time = time;
    this.size = size;
    if (this.texts.isEmpty() || time < 2 || size < 1) {
      throw new ModelException(
          "nothing to evaluate on: the held-out texts need two tokens or more, and so do windows");
    }
  }

  /** A judge that scores a model on these texts. */
  public Judge judge(CausalModel model) {
    return step -> {
      Perplexity.Score score = score(model);
      Map<String, Double> measures = new LinkedHashMap<>();
      measures.put("perplexity", score.perplexity());
      measures.put("bits_per_byte", score.bitsPerByte(bytes));
      return new Evaluation(step, score.nats(), score.tokens(), measures);
    };
  }

  /** Scores a model, without dropout and without recording gradients. */
  public Perplexity.Score score(CausalModel model) {
    List<int[]> windows = new ArrayList<>();
    for (int[] text : texts) {
      for (int begin = 0; begin + 1 < text.length; begin += time - 1) {
        windows.add(Arrays.copyOfRange(text, begin, Math.min(begin + time, text.length)));
      }
    }
    Perplexity.Score total = new Perplexity.Score(0, 0);
    for (int from = 0; from < windows.size(); from += size) {
      total =
          total.plus(score(model, windows.subList(from, Math.min(from + size, windows.size()))));
    }
    return total;
  }

  private Perplexity.Score score(CausalModel model, List<int[]> windows) {
    int width = windows.stream().mapToInt(w -> w.length).max().orElseThrow();
    int[][] ids = new int[windows.size()][];
    int[][] labels = new int[windows.size()][];
    long scored = 0;
    for (int i = 0; i < ids.length; i++) {
      int[] window = windows.get(i);
      // Padding stands at the end, where a causal model's other positions do not see it.
      ids[i] = Arrays.copyOf(window, width);
      labels[i] = Arrays.copyOf(window, width);
      Arrays.fill(labels[i], window.length, width, Batch.IGNORED);
      scored += window.length - 1;
    }
    Engine engine = model.engine();
    Batch batch = new Batch(ids, null, labels);
    double mean =
        engine.noGrad(
            () -> {
              try (Scope _ = engine.scope()) {
                return (double) model.loss(batch, false).item();
              }
            });
    return new Perplexity.Score(mean * scored, scored);
  }
}
