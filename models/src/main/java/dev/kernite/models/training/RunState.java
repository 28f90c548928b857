package dev.kernite.models.training;

import dev.kernite.engine.RandomStream;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * All that a run needs to continue to the same bits, in one safetensors file that is replaced as a
 * whole: tensors, the optimisers' tensors and counts, the position in the random stream, the number
 * of updates, and the settings, which a resumed run must repeat.
 */
public final class RunState {
  private static final String MODEL = "model.";
  private static final String COUNTS = "_steps";
  private static final String STEP = "step";
  private static final String RANDOM = "random_offset";
  private static final String SETTING = "setting.";

  private final Map<String, String> settings;
  private final Map<String, Tensor> model;
  private final SortedMap<String, Optimizer> optimizers;
  private final RandomStream random;

  /**
   * Describes the state of a run; nothing is copied.
   *
   * @param settings what a resumed run must repeat, by option name
   * @param model the live parameters, and whatever else a model learns
   * @param optimizers by the name that their tensors get in the file
   */
  public RunState(
      Map<String, String> settings,
      Map<String, Tensor> model,
      Map<String, Optimizer> optimizers,
      RandomStream random) {
    this.settings = new TreeMap<>(settings);
    this.model = model;
    this.optimizers = new TreeMap<>(optimizers);
    this.random = random;
  }

  /**
   * Writes the state.
   *
   * @param step updates made so far
   * @param more adds what else a resumed run needs, in memory that lives as long as the arena
   * @throws ModelException if the file cannot be written; an earlier one is then left as it was
   */
  public void save(Path file, long step, BiConsumer<SafetensorsWriter, Arena> more) {
    SafetensorsWriter writer = new SafetensorsWriter();
    settings.forEach((name, value) -> writer.metadata(SETTING + name, value));
    writer.metadata(STEP, Long.toString(step));
    writer.metadata(RANDOM, Long.toString(random.offset()));
    try (Arena arena = Arena.ofConfined()) {
      tensors().forEach((name, tensor) -> TensorFiles.add(writer, name, tensor, arena));
      optimizers.forEach(
          (name, o) -> {
            long[] steps = o.steps();
            TensorFiles.addLongs(writer, name + COUNTS, steps, arena, steps.length);
          });
      more.accept(writer, arena);
      writer.write(file);
    }
  }

  /**
   * Overwrites the live state with the saved one.
   *
   * @param saved the open file
   * @return updates made so far
   * @throws ModelException if the file is no such state, or one of other settings or shapes
   */
  public long restore(Safetensors saved) {
    requireSameSettings(saved);
    long step = number(saved, STEP);
    tensors().forEach((name, tensor) -> overwrite(tensor, saved.tensor(name)));
    optimizers.forEach((name, o) -> o.restoreSteps(TensorFiles.longs(saved.tensor(name + COUNTS))));
    random.seek(number(saved, RANDOM));
    return step;
  }

  /** What a saved state says of a setting, or null. */
  public static String setting(Safetensors saved, String name) {
    return saved.metadata().get(SETTING + name);
  }

  private Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new TreeMap<>();
    model.forEach((name, t) -> all.put(MODEL + name, t));
    optimizers.forEach((of, o) -> o.state().forEach((name, t) -> all.put(of + "." + name, t)));
    return all;
  }

  /** Gives a tensor the values that a file has for it. */
  public static void overwrite(Tensor tensor, RawTensor raw) {
    if (!Arrays.equals(raw.info().shape(), tensor.shape().toArray())) {
      throw new ModelException(
          raw.where() + ": is " + raw.info() + ", this model's has shape " + tensor.shape());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(tensor.bytes(), Float.BYTES);
      Conversions.toFloat32(raw, host);
      tensor.copyFrom(host);
    }
  }

  private void requireSameSettings(Safetensors saved) {
    settings.forEach(
        (name, value) -> {
          String before = setting(saved, name);
          if (!value.equals(before)) {
            throw new ModelException(
                "%s: was saved with %s %s, this run has %s; repeat the first command with --resume, or choose another --out"
                    .formatted(saved.file(), name, before, value));
          }
        });
  }

  private static long number(Safetensors saved, String key) {
    try {
      return Long.parseLong(saved.metadata().getOrDefault(key, "missing"));
    } catch (NumberFormatException e) {
      throw new ModelException(
          saved.file()
              + ": is no saved training state (no number '"
              + key
              + "'); choose another --out",
          e);
    }
  }
}
