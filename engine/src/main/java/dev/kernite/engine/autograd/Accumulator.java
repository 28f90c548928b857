package dev.kernite.engine.autograd;

import dev.kernite.engine.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/** Sums of gradients during one backward pass, a dense tensor for each root tensor. */
final class Accumulator {
  private final Map<Tensor, Tensor> sums = new IdentityHashMap<>();

  /** Takes the sum of a tensor out, or null if nothing arrived. */
  Tensor take(Tensor root) {
    return sums.remove(root);
  }

  /** The sum of {@code input}'s root seen through {@code input}'s window; zeros at first. */
  Tensor window(Tensor input) {
    Tensor sum = current(input.root());
    if (sum == null) {
      Tensor root = input.root();
      sum = root.engine().zeros(root.shape()).disown();
      put(root, sum);
    }
    return input.windowOnto(sum);
  }

  /** Adds a dense gradient, which is taken over: stored as it is when it is the first. */
  void add(Tensor input, Tensor gradient) {
    Tensor root = input.root();
    boolean whole = input.isDense() && input.size() == root.size();
    Tensor sum = current(root);
    if (sum == null && whole && gradient.shape().equals(root.shape())) {
      put(root, gradient);
      return;
    }
    Tensor target = window(input);
    root.engine()
        .backend()
        .layout()
        .add(
            gradient.address(),
            gradient.strides(),
            target.address(),
            target.strides(),
            input.shape().toArray());
    gradient.close();
  }

  private Tensor current(Tensor root) {
    return root.producer() == null ? root.grad() : sums.get(root);
  }

  private void put(Tensor root, Tensor sum) {
    if (root.producer() == null) {
      root.setGrad(sum.named(root.name().isEmpty() ? "" : "grad." + root.name()));
    } else {
      sums.put(root, sum);
    }
  }

  /** Frees what a failed pass left behind. */
  void clear() {
    sums.values().forEach(Tensor::close);
    sums.clear();
  }
}
