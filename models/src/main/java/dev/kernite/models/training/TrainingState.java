package dev.kernite.models.training;

import dev.kernite.engine.Tensor;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** The {@link RunState} of a {@link TrainingRun}, with the evaluations so far. */
final class TrainingState {
  private static final String OPTIMIZER = "optimizer";
  private static final String EVALUATIONS = "evaluations";
  private static final String MEASURES = "measures";

  /** Columns of every evaluation, before its measures: step, nats, count. */
  private static final int FIXED = 3;

  private static final ValueLayout.OfDouble FILE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final RunState state;

  /** What is neither in the model nor in the optimiser. */
  record Progress(long step, List<Evaluation> evaluations) {}

  TrainingState(Trainer<?> trainer, Map<String, String> settings) {
    state =
        new RunState(
            settings,
            trainer.model().parameters(),
            Map.of(OPTIMIZER, trainer.optimizer()),
            trainer.model().engine().random());
  }

  void save(Path file, Progress progress) {
    state.save(file, progress.step, (writer, arena) -> add(writer, progress.evaluations, arena));
  }

  private static void add(SafetensorsWriter writer, List<Evaluation> done, Arena arena) {
    List<String> measures =
        done.isEmpty() ? List.of() : List.copyOf(done.getFirst().measures().keySet());
    writer.metadata(MEASURES, String.join(",", measures));
    double[] values = done.stream().flatMapToDouble(TrainingState::values).toArray();
    MemorySegment rows = arena.allocate(8L * values.length, 8);
    MemorySegment.copy(values, 0, rows, FILE_DOUBLE, 0, values.length);
    writer.tensor(EVALUATIONS, FileDtype.F64, rows, done.size(), FIXED + measures.size());
  }

  Progress restore(Path file) {
    try (Safetensors saved = Safetensors.open(file)) {
      return new Progress(state.restore(saved), evaluations(saved));
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
      parameters.forEach((name, tensor) -> RunState.overwrite(tensor, weights.tensor(name)));
    }
  }
}
