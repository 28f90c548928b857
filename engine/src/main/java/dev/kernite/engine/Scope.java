package dev.kernite.engine;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Set;

/**
 * Owns the tensors created while it is the innermost open scope of its thread, and frees them when
 * it closes. Scopes nest like blocks:
 *
 * <pre>{@code
 * try (Scope scope = engine.scope()) {
 *   Tensor h = gelu(linear(x, w, b));
 *   return scope.keep(h);   // survives: now owned by the enclosing scope
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.kernite.engine");
  private static final Cleaner CLEANER = Cleaner.create();

  /**
   * One living tensor.
   *
   * @param name the tensor's name, empty if it has none
   * @param bytes size of its storage
   */
  public record Entry(String name, long bytes) {}

  final ScopeState state = new ScopeState();
  final Scope parent;
  private final Engine engine;
  private final Thread thread = Thread.currentThread();
  private final Cleaner.Cleanable lastResort;
  private boolean closed;

  Scope(Engine engine, Scope parent, Set<ScopeState> open) {
    this.engine = engine;
    this.parent = parent;
    open.add(state);
    this.lastResort = CLEANER.register(this, new LastResort(state, open));
  }

  /**
   * Moves a tensor out: the enclosing scope (or the engine, when this is the outermost) owns it
   * from now on. A view moves the tensor it looks at.
   *
   * @return the tensor
   */
  public Tensor keep(Tensor tensor) {
    Storage s = tensor.storage;
    if (s.owner == state) {
      state.remove(s);
      (parent == null ? engine.root() : parent.state).add(s);
    }
    return tensor;
  }

  /** What is alive in this scope, oldest first. */
  public List<Entry> alive() {
    return state.entries();
  }

  /**
   * Frees everything this scope owns; closing again does nothing.
   *
   * @throws EngineException if a scope opened inside it is still open, or it is another thread's
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (thread != Thread.currentThread()) {
      throw new EngineException("a scope must be closed by the thread that opened it");
    }
    engine.leave(this);
    closed = true;
    state.closeAll("its scope ended");
    lastResort.clean();
  }

  /** Frees what a forgotten scope still owns, and says so. */
  private record LastResort(ScopeState state, Set<ScopeState> open) implements Runnable {
    @Override
    public void run() {
      open.remove(state);
      List<Entry> left = state.entries();
      if (!left.isEmpty()) {
        long bytes = left.stream().mapToLong(Entry::bytes).sum();
        LOG.log(
            System.Logger.Level.WARNING,
            "a Scope was never closed: {0} tensors, {1} bytes freed late; use try-with-resources",
            left.size(),
            bytes);
        state.closeAll("its scope was garbage-collected");
      }
    }
  }
}
