package dev.kernite.engine;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A device with its memory: where tensors are created. Closing it frees everything it holds.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(); Scope scope = engine.scope()) {
 *   Tensor x = engine.tensor(new float[] {1, 2, 3, 4}, Shape.of(2, 2));
 *   System.out.println(Arrays.toString(softmax(x, -1).toFloats()));
 * }
 * }</pre>
 */
public final class Engine implements AutoCloseable {
  private final Backend backend;
  private final RandomStream random;

  /** Tensors made while no scope was open. */
  private final ScopeState root = new ScopeState();

  /** Tensors with an owner of their own: parameters, gradients, caches. */
  private final ScopeState elsewhere = new ScopeState();

  /** What the open scopes of all threads own. */
  private final Set<ScopeState> open = ConcurrentHashMap.newKeySet();

  private final ThreadLocal<Scope> innermost = new ThreadLocal<>();
  private final ThreadLocal<Boolean> recording = ThreadLocal.withInitial(() -> true);

  private Engine(Backend backend, long seed) {
    this.backend = backend;
    this.random = new RandomStream(seed);
  }

  /** Opens the best device. */
  public static Engine open() {
    return open(EngineOptions.DEFAULT);
  }

  /**
   * Opens a device.
   *
   * @throws EngineException if it is not there; the message says why
   */
  public static Engine open(EngineOptions options) {
    return new Engine(Devices.open(options), options.seed());
  }

  /**
   * One line about the device that {@link #open(EngineOptions)} would open. A CUDA device is only
   * looked at: a process opens one of them.
   *
   * @throws EngineException if it is not there; the message says why
   */
  public static String describe(EngineOptions options) {
    return Devices.describe(options);
  }

  /** Opens an engine on a backend of one's own; closing the engine closes it. */
  public static Engine on(Backend backend, long seed) {
    return new Engine(backend, seed);
  }

  /** The kernels. */
  public Backend backend() {
    return backend;
  }

  /** The random stream that dropout and initialisers draw from. */
  public RandomStream random() {
    return random;
  }

  /** Opens a scope inside the current one of this thread. */
  public Scope scope() {
    Scope s = new Scope(this, innermost.get(), open);
    innermost.set(s);
    return s;
  }

  /**
   * Runs a computation without recording gradients: results cannot be differentiated, and nothing
   * is kept for backward.
   */
  public <T> T noGrad(Supplier<T> body) {
    boolean before = recording.get();
    recording.set(false);
    try {
      return body.get();
    } finally {
      recording.set(before);
    }
  }

  /** As {@link #noGrad(Supplier)}, for a computation without a result. */
  public void noGrad(Runnable body) {
    noGrad(
        () -> {
          body.run();
          return null;
        });
  }

  /**
   * Runs a computation in a scope of its own.
   *
   * @return its result, the only tensor that outlives it; may be null
   */
  public Tensor scoped(Supplier<Tensor> body) {
    try (Scope scope = scope()) {
      Tensor result = body.get();
      return result == null ? null : scope.keep(result);
    }
  }

  /** Whether operations on this thread are recorded. */
  public boolean isRecording() {
    return recording.get();
  }

  /** A float32 tensor with these values. */
  public Tensor tensor(float[] values, Shape shape) {
    requireSize(values.length, shape);
    Tensor t = empty(DType.F32, shape);
    backend.memory().copyIn(MemorySegment.ofArray(values), t.address());
    return t;
  }

  /** An int32 tensor with these values. */
  public Tensor tensor(int[] values, Shape shape) {
    requireSize(values.length, shape);
    Tensor t = empty(DType.I32, shape);
    backend.memory().copyIn(MemorySegment.ofArray(values), t.address());
    return t;
  }

  /** A mask with these values. */
  public Tensor tensor(boolean[] values, Shape shape) {
    requireSize(values.length, shape);
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    Tensor t = empty(DType.BOOL, shape);
    backend.memory().copyIn(MemorySegment.ofArray(bytes), t.address());
    return t;
  }

  /** A tensor with the bytes of a segment, copied to the device. */
  public Tensor tensor(DType dtype, MemorySegment values, Shape shape) {
    if (values.byteSize() != shape.size() * dtype.bytes()) {
      throw new EngineException(
          values.byteSize() + " bytes do not fill a " + dtype + " tensor of shape " + shape);
    }
    Tensor t = empty(dtype, shape);
    backend.memory().copyIn(values, t.address());
    return t;
  }

  /**
   * A tensor over host memory, used in place where the device can: how memory-mapped checkpoints
   * are read without a copy. The segment must outlive the tensor.
   */
  public Tensor adopt(DType dtype, MemorySegment values, Shape shape) {
    if (values.byteSize() != shape.size() * dtype.bytes()) {
      throw new EngineException(
          values.byteSize() + " bytes do not fill a " + dtype + " tensor of shape " + shape);
    }
    return register(new Storage(backend.memory(), backend.memory().adopt(values)), dtype, shape);
  }

  /** A float32 tensor of zeros. */
  public Tensor zeros(Shape shape) {
    Tensor t = empty(DType.F32, shape);
    backend.memory().zero(t.address(), t.bytes());
    return t;
  }

  /** A float32 tensor filled with one value. */
  public Tensor full(Shape shape, float value) {
    Tensor t = empty(DType.F32, shape);
    backend.elementwise().fill(t.address(), shape.size(), value);
    return t;
  }

  /** A float32 scalar. */
  public Tensor scalar(float value) {
    return full(Shape.SCALAR, value);
  }

  /** Uniform values in [low, high) from the engine's stream. */
  public Tensor uniform(Shape shape, float low, float high) {
    Tensor t = empty(DType.F32, shape);
    long n = shape.size();
    backend.random().uniform(t.address(), n, low, high, random.seed(), random.reserve(n));
    return t;
  }

  /** Normal values from the engine's stream. */
  public Tensor normal(Shape shape, float mean, float std) {
    Tensor t = empty(DType.F32, shape);
    long n = shape.size();
    backend.random().normal(t.address(), n, mean, std, random.seed(), random.reserve(n));
    return t;
  }

  /** A tensor with undefined contents. */
  public Tensor empty(DType dtype, Shape shape) {
    return register(allocate(dtype, shape), dtype, shape);
  }

  private Storage allocate(DType dtype, Shape shape) {
    Memory memory = backend.memory();
    return new Storage(
        memory, memory.allocate(Math.multiplyExact(shape.size(), (long) dtype.bytes())));
  }

  private Tensor register(Storage storage, DType dtype, Shape shape) {
    Scope s = innermost.get();
    (s == null ? root : s.state).add(storage);
    return new Tensor(this, storage, dtype, shape);
  }

  ScopeState root() {
    return root;
  }

  ScopeState elsewhere() {
    return elsewhere;
  }

  void leave(Scope scope) {
    if (innermost.get() != scope) {
      throw new EngineException("close the scopes opened inside this one first");
    }
    innermost.set(scope.parent);
  }

  private static void requireSize(long given, Shape shape) {
    if (given != shape.size()) {
      throw new EngineException(given + " values do not fill shape " + shape);
    }
  }

  /** Frees all tensors of this engine and its device's resources. */
  @Override
  public void close() {
    for (ScopeState state : open) {
      state.closeAll("its engine was closed");
    }
    root.closeAll("its engine was closed");
    elsewhere.closeAll("its engine was closed");
    backend.close();
  }
}
