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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

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
  private static final String MEASURES = "measures";
  private static final String STEP = "step";
  private static final String RANDOM = "random_offset";
  private static final String SETTING = "setting.";

  /** Columns of every evaluation, before its measures: step, nats, count. */
  private static final int FIXED = 3;

  private static final ValueLayout.OfLong FILE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble FILE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Trainer<?> trainer;
  private final Map<String, String> settings;

  /** What is neither in the model nor in the optimiser. */
  record Progress(long step, List<Evaluation> evaluations) {}

  TrainingState(Trainer<?> trainer, Map<String, String> settings) {
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
      List<String> measures =
          done.isEmpty() ? List.of() : List.copyOf(done.getFirst().measures().keySet());
      writer.metadata(MEASURES, String.join(",", measures));
      double[] values = done.stream().flatMapToDouble(TrainingState::values).toArray();
      MemorySegment rows = arena.allocate(8L * values.length, 8);
      MemorySegment.copy(values, 0, rows, FILE_DOUBLE, 0, values.length);
      writer.tensor(EVALUATIONS, FileDtype.F64, rows, done.size(), FIXED + measures.size());
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
      return new Progress(number(file, saved, STEP), evaluations(saved));
    }
  }

  private static DoubleStream values(Evaluation e) {
    return DoubleStream.concat(
        DoubleStream.of(e.step(), e.nats(), e.count()),
        e.measures().values().stream().mapToDouble(Double::doubleValue));
  }

  private static List<Evaluation> evaluations(Safetensors saved) {
    double[] values = saved.tensor(EVALUATIONS).data().toArray(FILE_DOUBLE);
    String[] names = saved.metadata().getOrDefault(MEASURES, "").split(",");
    int columns = FIXED + (names[0].isEmpty() ? 0 : names.length);
    List<Evaluation> done = new ArrayList<>();
    for (int at = 0; at + columns <= values.length; at += columns) {
      Map<String, Double> measures = new LinkedHashMap<>();
      for (int i = FIXED; i < columns; i++) {
        measures.put(names[i - FIXED], values[at + i]);
      }
      done.add(new Evaluation((long) values[at], values[at + 1], (long) values[at + 2], measures));
    }
    return done;
  }

  /** Gives parameters the values that a file of weights has for them. */
  static void overwrite(Map<String, Tensor> parameters, Path file) {
    try (Safetensors weights = Safetensors.open(file)) {
      parameters.forEach((name, tensor) -> overwrite(tensor, weights.tensor(name)));
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
