package dev.kernite.models.masking;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.models.ModelException;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.Judge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Texts that a masked language model is judged by and never learns from. They are masked once, so
 * that evaluations differ by the model alone.
 */
public final class MaskedHeldOut {
  private final List<Batch> batches = new ArrayList<>();

  /**
   * Cuts texts into sequences and masks them.
   *
   * @param texts token ids of each, without frames
   * @param time tokens in a sequence, the frame's included
   * @param size sequences scored at a time
   * @param pad id of padding
   */
  public MaskedHeldOut(
      List<int[]> texts, Frame frame, DynamicMasking masking, int time, int size, int pad) {
    int room = frame.room(time);
    List<int[]> windows = new ArrayList<>();
    for (int[] text : texts) {
      for (int from = 0; from < text.length; from += room) {
        windows.add(frame.around(text, from, Math.min(from + room, text.length)));
      }
    }
    for (int from = 0; from < windows.size(); from += size) {
      List<int[]> part = windows.subList(from, Math.min(from + size, windows.size()));
      Batch batch = padded(part, masking, batches.size(), pad);
      if (predicted(batch) > 0) {
        batches.add(batch);
      }
    }
    if (batches.isEmpty()) {
      throw new ModelException("nothing to evaluate on: the held-out texts have no token to mask");
    }
  }

  private static Batch padded(List<int[]> windows, DynamicMasking masking, int number, int pad) {
    int width = windows.stream().mapToInt(w -> w.length).max().orElseThrow();
    int[][] ids = new int[windows.size()][];
    boolean[][] real = new boolean[ids.length][width];
    for (int b = 0; b < ids.length; b++) {
      int length = windows.get(b).length;
      ids[b] = Arrays.copyOf(windows.get(b), width);
      Arrays.fill(ids[b], length, width, pad);
      Arrays.fill(real[b], 0, length, true);
    }
    return masking.apply(ids, real, number);
  }

  private static long predicted(Batch batch) {
    return Arrays.stream(batch.labels())
        .flatMapToInt(Arrays::stream)
        .filter(label -> label != Batch.IGNORED)
        .count();
  }

  /** A judge that scores a model on these texts, without dropout. */
  public Judge judge(MaskedLanguageModel model) {
    return step -> {
      double nats = 0;
      long count = 0;
      for (Batch batch : batches) {
        nats += loss(model, batch) * predicted(batch);
        count += predicted(batch);
      }
      return new Evaluation(step, nats, count, Map.of("perplexity", Math.exp(nats / count)));
    };
  }

  private static double loss(MaskedLanguageModel model, Batch batch) {
    Engine engine = model.engine();
    return engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            return (double) model.loss(batch, false).item();
          }
        });
  }
}
