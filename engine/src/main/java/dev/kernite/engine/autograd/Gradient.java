package dev.kernite.engine.autograd;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Backend;
import java.util.ArrayList;
import java.util.List;

/** What an operation's backward sees, and where it puts the gradients of its inputs. */
public final class Gradient implements AutoCloseable {
  private final Node node;
  private final List<Tensor> further;
  private final Accumulator accumulator;
  private final Tensor[] results;
  private final List<Tensor> scratch = new ArrayList<>(2);
  private Tensor upstream;

  /**
   * Takes over the gradients that arrived.
   *
   * @param upstream at the result, or null
   * @param further at each of the further results, or null
   */
  Gradient(Node node, Tensor upstream, List<Tensor> further, Accumulator accumulator) {
    this.node = node;
    this.upstream = upstream;
    this.further = further;
    this.accumulator = accumulator;
    this.results = new Tensor[node.inputs().length];
  }

  /** The kernels. */
  public Backend backend() {
    return engine().backend();
  }

  /** Input i of the forward call, or null where it was absent. */
  public Tensor input(int i) {
    return i < results.length ? node.inputs()[i] : null;
  }

  /** Number of inputs of the forward call. */
  public int inputs() {
    return results.length;
  }

  /** Address of input i, 0 where it was absent. */
  public long address(int i) {
    Tensor t = input(i);
    return t == null ? 0 : t.address();
  }

  /** The forward result. */
  public Tensor output() {
    return node.output();
  }

  /** The k-th tensor that forward saved. */
  public Tensor saved(int k) {
    return node.saved().get(k);
  }

  /** Gradient of the final scalar with respect to the output, dense. */
  public Tensor upstream() {
    if (upstream == null) { // only further results were used
      upstream = engine().zeros(node.output().shape()).disown();
    }
    return upstream;
  }

  /** The k-th further result of the forward call. */
  public Tensor further(int k) {
    return node.further().get(k);
  }

  /** Address of the gradient with respect to the k-th further result; 0 if it was not used. */
  public long furtherUpstreamAddress(int k) {
    Tensor t = further.get(k);
    return t == null ? 0 : t.address();
  }

  /** Whether the gradient of input i is wanted. */
  public boolean wants(int i) {
    Tensor t = input(i);
    return t != null && t.requiresGrad();
  }

  /** Fresh memory for the gradient of input i, undefined contents, to be overwritten whole. */
  public Tensor result(int i) {
    results[i] = engine().empty(DType.F32, input(i).shape()).disown();
    return results[i];
  }

  /** Address of {@link #result}, or 0 when that gradient is not wanted. */
  public long resultAddress(int i) {
    return wants(i) ? result(i).address() : 0;
  }

  /**
   * The gradient sum of input i itself, in the input's own strides: the operation adds to it. For
   * inputs that may be strided views.
   */
  public Tensor window(int i) {
    return accumulator.window(input(i));
  }

  /** Address of {@link #window}, or 0 when that gradient is not wanted. */
  public long windowAddress(int i) {
    return wants(i) ? window(i).address() : 0;
  }

  /** Memory that is freed when this backward step ends. */
  public Tensor scratch(DType dtype, Shape shape) {
    Tensor t = engine().empty(dtype, shape).disown();
    scratch.add(t);
    return t;
  }

  private Engine engine() {
    return node.output().engine();
  }

  /** Hands the results over to the sums. */
  void deliver() {
    for (int i = 0; i < results.length; i++) {
      if (results[i] != null) {
        Tensor result = results[i];
        results[i] = null;
        accumulator.add(input(i), result);
      }
    }
  }

  /** Frees what arrived, the scratch, and the half-made results of a backward that failed. */
  @Override
  public void close() {
    for (Tensor result : results) {
      if (result != null) {
        result.close();
      }
    }
    scratch.forEach(Tensor::close);
    if (upstream != null) {
      upstream.close();
    }
    for (Tensor t : further) {
      if (t != null) {
        t.close();
      }
    }
  }
}
