package dev.kernite.engine.optim;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What an optimiser keeps for each parameter, in order. */
final class Slots {
  /** One parameter with its options, state and count. */
  static final class Slot {
    final String name;
    final Tensor parameter;
    final double weightDecay;
    final double lrScale;
    final Tensor[] state;
    long step;

    private Slot(String name, Tensor parameter, ParameterGroup group, Tensor[] state) {
      this.name = name;
      this.parameter = parameter;
      this.weightDecay = group.weightDecay();
      this.lrScale = group.lrScale();
      this.state = state;
    }

    /** Address of state tensor k, 0 where the optimiser keeps none. */
    long address(int k) {
      return k < state.length ? state[k].address() : 0;
    }
  }

  final List<Slot> list = new ArrayList<>();
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> state = new LinkedHashMap<>();

  /**
   * Allocates zeroed state.
   *
   * @param kinds names of the state tensors that each parameter gets
   */
  Slots(List<ParameterGroup> groups, String... kinds) {
    for (ParameterGroup group : groups) {
      group.parameters().forEach((name, p) -> add(name, p, group, kinds));
    }
  }

  private void add(String name, Tensor parameter, ParameterGroup group, String[] kinds) {
    if (parameters.putIfAbsent(name, parameter) != null) {
      throw new EngineException("optimizer: parameter '" + name + "' is in two groups");
    }
    Tensor[] tensors = new Tensor[kinds.length];
    for (int k = 0; k < kinds.length; k++) {
      String label = kinds[k] + "." + name;
      tensors[k] = parameter.engine().zeros(parameter.shape()).disown().named(label);
      state.put(label, tensors[k]);
    }
    list.add(new Slot(name, parameter, group, tensors));
  }

  /** A step of every slot that has a gradient. */
  void each(BiConsumer<Slot, Tensor> update) {
    for (Slot slot : list) {
      Tensor gradient = slot.parameter.grad();
      if (gradient != null) {
        slot.step++;
        update.accept(slot, gradient);
      }
    }
  }

  Map<String, Tensor> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  Map<String, Tensor> state() {
    return Collections.unmodifiableMap(state);
  }

  long[] steps() {
    return list.stream().mapToLong(slot -> slot.step).toArray();
  }

  void restoreSteps(long[] steps) {
    if (steps.length != list.size()) {
      throw new EngineException(
          "optimizer: " + steps.length + " step counts for " + list.size() + " parameters");
    }
    for (int i = 0; i < steps.length; i++) {
      list.get(i).step = steps[i];
    }
  }

  void close() {
    state.values().forEach(Tensor::close);
  }
}
