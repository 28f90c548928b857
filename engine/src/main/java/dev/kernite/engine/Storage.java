package dev.kernite.engine;

import dev.kernite.kernels.Memory;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of one tensor on its device, with exactly one owner: a scope, a parameter or a gradient.
 */
final class Storage {
  final Memory memory;
  final Memory.Buffer buffer;

  /** The thread that may use it, or null once frozen: then every thread may read it. */
  Thread thread = Thread.currentThread();

  /** What it is called in errors and leak reports. */
  String name = "";

  /** Why it is closed, or null while it is alive. */
  String closed;

  /** The gradient of the leaf that lies here: it goes when the leaf goes. */
  Storage gradient;

  /** What was kept for the gradient of the tensor that lies here: useless without it. */
  private List<Storage> kept = List.of();

  /** Whose list it is in (a scope's or the engine's), with its neighbours there. */
  ScopeState owner;

  Storage previous;
  Storage next;

  Storage(Memory memory, Memory.Buffer buffer) {
    this.memory = memory;
    this.buffer = buffer;
  }

  long address() {
    if (closed != null) {
      throw new EngineException(label() + " was closed (" + closed + ")");
    }
    if (thread != null && thread != Thread.currentThread()) {
      throw new EngineException(
          label()
              + " belongs to thread '"
              + thread.getName()
              + "'; freeze it before other threads read it");
    }
    return buffer.address();
  }

  void close(String reason) {
    if (closed == null) {
      closed = reason;
      if (owner != null) {
        owner.remove(this);
      }
      memory.release(buffer);
      if (gradient != null) {
        gradient.close("its tensor was closed");
      }
      kept.forEach(s -> s.close("the result it was kept for was closed"));
      kept = List.of();
    }
  }

  /** Closes with this one, at the latest. */
  void keep(Storage other) {
    if (kept.isEmpty()) {
      kept = new ArrayList<>(2);
    }
    kept.add(other);
  }

  String label() {
    return name.isEmpty() ? "tensor of " + buffer.bytes() + " bytes" : "tensor '" + name + "'";
  }
}
