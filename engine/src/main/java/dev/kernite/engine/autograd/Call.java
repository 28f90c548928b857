package dev.kernite.engine.autograd;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Backend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an operation's forward sees: its inputs, its allocated output, and what to remember. */
public final class Call {
  private final Engine engine;
  private final Tensor[] inputs;
  private final Tensor output;
  private final boolean recording;
  private final List<Tensor> saved = new ArrayList<>(2);
  private final Map<String, Tensor> extras = new LinkedHashMap<>();
  private final List<Tensor> further = new ArrayList<>(1);

  Call(Engine engine, Tensor[] inputs, Tensor output, boolean recording) {
    this.engine = engine;
    this.inputs = inputs;
    this.output = output;
    this.recording = recording;
  }

  /** The kernels. */
  public Backend backend() {
    return engine.backend();
  }

  /** Input i, or null where an optional one is absent. */
  public Tensor input(int i) {
    return i < inputs.length ? inputs[i] : null;
  }

  /** Number of inputs given, absent ones included. */
  public int inputs() {
    return inputs.length;
  }

  /** Address of input i, 0 where it is absent. */
  public long address(int i) {
    Tensor t = input(i);
    return t == null ? 0 : t.address();
  }

  /** The result to fill in, dense, of the shape the operation's rule gave. */
  public Tensor output() {
    return output;
  }

  Tensor[] given() {
    return inputs;
  }

  /** Whether backward may be called: then what it needs must be saved. */
  public boolean recording() {
    return recording;
  }

  /** A tensor that lives until backward frees the node, or the result is closed. */
  public Tensor save(DType dtype, Shape shape) {
    Tensor t = engine.empty(dtype, shape).disown();
    saved.add(t);
    return t;
  }

  /** Scratch memory; the operation closes it. */
  public Tensor scratch(DType dtype, Shape shape) {
    return engine.empty(dtype, shape);
  }

  /** A further result, reported by name, to which gradients arrive as to the first. */
  public Tensor further(String name, Shape shape) {
    Tensor t = extra(name, shape);
    further.add(t);
    return t;
  }

  /** A further result without a gradient, reported by name. */
  public Tensor extra(String name, Shape shape) {
    Tensor t = engine.empty(DType.F32, shape);
    extras.put(name, t);
    return t;
  }

  List<Tensor> saved() {
    return saved;
  }

  List<Tensor> further() {
    return further;
  }

  Map<String, Tensor> extras() {
    return extras;
  }
}
