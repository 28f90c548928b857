package dev.kernite.models.training;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a run needs to continue to the same bits, in one safetensors file that is replaced as a
 * whole: parameters, the optimiser's tensors and counts, the position in the random stream, the
 * number of updates, the evaluations so far, and the settings, which a resumed run must repeat.
 */
final class TrainingState {
  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String COUNTS = "optimizer_steps";
  private static final String EVALUATIONS = "evaluations";
  private static final String STEP = "step";
  private static final String RANDOM = "random_offset";
  private static final String SETTING = "setting.";

  private static final ValueLayout.OfLong FILE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble FILE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Trainer trainer;
  private final Map<String, String> settings;

  /** What is neither in the model nor in the optimiser. */
  record Progress(long step, List<Evaluation> evaluations) {}

  TrainingState(Trainer trainer, Map<String, String> settings) {
    this.trainer = trainer;
    this.settings = new TreeMap<>(settings);
  }

  void save(Path file, Progress progress) {
    SafetensorsWriter writer = new SafetensorsWriter();
    settings.forEach((name, value) -> writer.metadata(SETTING + name, value));
    writer.metadata(STEP, Long.toString(progress.step));
    writer.metadata(RANDOM, Long.toString(trainer.model().engine().random().offset()));
    try (Arena arena = Arena.ofConfined()) {
      tensors().forEach((name, tensor) -> TensorFiles.add(writer, name, tensor, arena));
      long[] steps = trainer.optimizer().steps();
      MemorySegment counts = arena.allocate(8L * steps.length, 8);
      for (int i = 0; i < steps.length; i++) {
        counts.setAtIndex(FILE_LONG, i, steps[i]);
      }
      writer.tensor(COUNTS, FileDtype.I64, counts, steps.length);
      List<Evaluation> done = progress.evaluations;
      MemorySegment rows = arena.allocate(24L * done.size(), 8);
      for (int i = 0; i < done.size(); i++) {
        rows.setAtIndex(FILE_DOUBLE, 3L * i, done.get(i).step());
        rows.setAtIndex(FILE_DOUBLE, 3L * i + 1, done.get(i).nats());
        rows.setAtIndex(FILE_DOUBLE, 3L * i + 2, done.get(i).tokens());
      }
      writer.tensor(EVALUATIONS, FileDtype.F64, rows, done.size(), 3);
      writer.write(file);
    }
  }

  Progress restore(Path file) {
    try (Safetensors saved = Safetensors.open(file)) {
      requireSameSettings(file, saved.metadata());
      Map<String, Tensor> tensors = tensors();
      tensors.forEach((name, tensor) -> overwrite(tensor, saved.tensor(name)));
      MemorySegment counts = saved.tensor(COUNTS).data();
      long[] steps = new long[Math.toIntExact(counts.byteSize() / 8)];
      for (int i = 0; i < steps.length; i++) {
        steps[i] = counts.getAtIndex(FILE_LONG, i);
      }
      trainer.optimizer().restoreSteps(steps);
      trainer.model().engine().random().seek(number(file, saved, RANDOM));
      MemorySegment rows = saved.tensor(EVALUATIONS).data();
      List<Evaluation> done = new ArrayList<>();
      for (long i = 0; i < rows.byteSize() / 24; i++) {
        done.add(
            new Evaluation(
                (long) rows.getAtIndex(FILE_DOUBLE, 3 * i),
                rows.getAtIndex(FILE_DOUBLE, 3 * i + 1),
                (long) rows.getAtIndex(FILE_DOUBLE, 3 * i + 2)));
      }
      return new Progress(number(file, saved, STEP), done);
    }
  }

  private Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new TreeMap<>();
    trainer.model().parameters().forEach((name, t) -> all.put(MODEL + name, t));
    trainer.optimizer().state().forEach((name, t) -> all.put(OPTIMIZER + name, t));
    return all;
  }

  private static void overwrite(Tensor tensor, RawTensor raw) {
    if (!java.util.Arrays.equals(raw.info().shape(), tensor.shape().toArray())) {
      throw new ModelException(
          raw.where() + ": is " + raw.info() + ", this model's has shape " + tensor.shape());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(tensor.bytes(), Float.BYTES);
      Conversions.toFloat32(raw, host);
      tensor.copyFrom(host);
    }
  }

  private void requireSameSettings(Path file, Map<String, String> metadata) {
    settings.forEach(
        (name, value) -> {
          String saved = metadata.get(SETTING + name);
          if (!value.equals(saved)) {
            throw new ModelException(
                "%s: was saved with %s %s, this run has %s; repeat the first command with --resume, or choose another --out"
                    .formatted(file, name, saved, value));
          }
        });
  }

  private static long number(Path file, Safetensors saved, String key) {
    try {
      return Long.parseLong(saved.metadata().getOrDefault(key, "missing"));
    } catch (NumberFormatException e) {
      throw new ModelException(
          file + ": is no saved training state (no number '" + key + "'); choose another --out", e);
    }
  }
}
