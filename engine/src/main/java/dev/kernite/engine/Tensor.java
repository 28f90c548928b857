package dev.kernite.engine;

import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.graph.Graph;
import java.lang.foreign.MemorySegment;

/**
 * An n-dimensional array in a device's memory.
 *
 * <p>A tensor is dense and row-major, or a <em>view</em>: a read-only window onto another tensor
 * (its root), described by an offset and strides. Reshapes, slices of the last axis and head splits
 * are views and copy nothing. A view lives as long as its root, and gradients flow through it to
 * the root without an operation of their own. Matrix products and attention read strided views in
 * place; everything else asks for a dense tensor and says so.
 *
 * <p>A tensor belongs to the scope it was created in and to the thread that created it, until it is
 * frozen. A closed tensor throws when it is touched.
 */
public final class Tensor implements AutoCloseable {
  final Storage storage;
  private final Engine engine;
  private final DType dtype;
  private final Window window;
  private final Tensor root;

  /** What all values are promised to be below, none negative; 0 without a promise. */
  private final long indexLimit;

  private boolean requiresGrad;
  private Tensor grad;
  private Node producer;

  Tensor(Engine engine, Storage storage, DType dtype, Shape shape) {
    this.engine = engine;
    this.storage = storage;
    this.dtype = dtype;
    this.window = Window.dense(shape);
    this.root = this;
    this.indexLimit = 0;
  }

  private Tensor(Tensor root, Window window) {
    this(root, window, 0);
  }

  private Tensor(Tensor root, Window window, long indexLimit) {
    this.engine = root.engine;
    this.storage = root.storage;
    this.dtype = root.dtype;
    this.window = window;
    this.root = root;
    this.indexLimit = indexLimit;
  }

  /** The engine this tensor lives in. */
  public Engine engine() {
    return engine;
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** Extents. */
  public Shape shape() {
    return window.shape();
  }

  /** Number of elements. */
  public long size() {
    return window.shape().size();
  }

  /** Size in bytes of the elements this tensor shows. */
  public long bytes() {
    return size() * dtype.bytes();
  }

  /** Whether the elements lie in row-major order without gaps. */
  public boolean isDense() {
    return window.isDense();
  }

  /** Distance in elements between neighbours along each axis. */
  public long[] strides() {
    return window.strides();
  }

  /** The tensor a view looks at; the tensor itself when it is no view. */
  public Tensor root() {
    return root;
  }

  /**
   * Address of the first element, for kernels.
   *
   * @throws EngineException if the tensor is closed or belongs to another thread
   */
  public long address() {
    return storage.address() + window.offset() * dtype.bytes();
  }

  /** What this tensor is called in errors and reports. */
  public String name() {
    return storage.name;
  }

  /** Names the tensor. */
  public Tensor named(String name) {
    storage.name = name;
    return this;
  }

  // Views.

  /**
   * The same elements in another shape; one extent may be -1 and is inferred. Free; the tensor must
   * be dense.
   *
   * @throws EngineException if the numbers of elements differ
   */
  public Tensor reshape(long... dims) {
    return new Tensor(root, window.reshaped(dims));
  }

  /** The same elements in another shape. */
  public Tensor reshape(Shape to) {
    return reshape(to.toArray());
  }

  /**
   * A window along one axis: elements {@code from .. from + length - 1}.
   *
   * @throws EngineException if the window leaves the axis
   */
  public Tensor narrow(int axis, long from, long length) {
    return new Tensor(root, window.narrowed(axis, from, length));
  }

  /** The same elements with two axes exchanged. */
  public Tensor transposed(int axis0, int axis1) {
    return new Tensor(root, window.transposed(axis0, axis1));
  }

  /**
   * Attention heads: [batch, time, heads * headDim] (possibly itself a window of wider rows) seen
   * as [batch, heads, time, headDim].
   *
   * @param heads number of heads; must divide the last extent
   */
  public Tensor splitHeads(long heads) {
    return new Tensor(root, window.withHeadsSplit(heads));
  }

  /**
   * The same int32 values as indices that the caller has checked, and checks whenever it writes
   * others: each is in 0 .. limit - 1. Operations then do not read them back to check them, which
   * on a GPU would wait for all work before; a broken promise reads past the end of a table.
   */
  public Tensor checkedBelow(long limit) {
    require(DType.I32);
    return new Tensor(root, window, limit);
  }

  /** Whether the values were {@linkplain #checkedBelow checked} for a table of this length. */
  public boolean isCheckedBelow(long limit) {
    return indexLimit > 0 && indexLimit <= limit;
  }

  /** This view's window onto another dense tensor of the root's shape, such as its gradient. */
  public Tensor windowOnto(Tensor other) {
    return new Tensor(other, window);
  }

  // Contents.

  /** The values as float32, row-major. */
  public float[] toFloats() {
    require(DType.F32);
    float[] out = new float[arrayLength()];
    copyTo(MemorySegment.ofArray(out));
    return out;
  }

  /** The values as int32, row-major. */
  public int[] toInts() {
    require(DType.I32);
    int[] out = new int[arrayLength()];
    copyTo(MemorySegment.ofArray(out));
    return out;
  }

  private int arrayLength() {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new EngineException(
          storage.label() + " has " + size() + " elements, too many for an array; use copyTo");
    }
    return (int) size();
  }

  /** The only value of a float32 tensor with one element. */
  public float item() {
    if (size() != 1) {
      throw new EngineException("item() needs one element, the shape is " + shape());
    }
    return toFloats()[0];
  }

  /** Copies all elements, row-major, to host memory of exactly that size. */
  public void copyTo(MemorySegment target) {
    if (target.byteSize() != bytes()) {
      throw new EngineException(
          "target holds " + target.byteSize() + " bytes, the tensor has " + bytes());
    }
    if (isDense()) {
      engine.backend().memory().copyOut(address(), target);
      return;
    }
    try (Tensor dense = contiguousCopy()) {
      engine.backend().memory().copyOut(dense.address(), target);
    }
  }

  /** Overwrites a dense tensor with host memory of exactly its size. */
  public void copyFrom(MemorySegment source) {
    requireDense("copyFrom");
    if (source.byteSize() != bytes()) {
      throw new EngineException(
          "source holds " + source.byteSize() + " bytes, the tensor has " + bytes());
    }
    engine.backend().memory().copyIn(source, address());
  }

  /** A dense tensor with the same values, outside the recorded graph. */
  public Tensor contiguousCopy() {
    Tensor copy = engine.empty(dtype, shape());
    engine
        .backend()
        .layout()
        .copy(
            address(), strides(), copy.address(), copy.strides(), shape().toArray(), dtype.bytes());
    return copy;
  }

  // Gradients.

  /** Makes this tensor a leaf whose gradient {@code backward} fills in. */
  public Tensor requireGrad() {
    if (root != this || producer != null || dtype != DType.F32) {
      throw new EngineException("only a float32 tensor that no operation produced can be a leaf");
    }
    requiresGrad = true;
    return this;
  }

  /** Whether gradients flow to or through this tensor. */
  public boolean requiresGrad() {
    return root.requiresGrad;
  }

  /** The gradient of a leaf, in its shape, or null before the first backward. */
  public Tensor grad() {
    return root.grad;
  }

  /** Frees the gradient of a leaf. */
  public void clearGrad() {
    if (root.grad != null) {
      root.grad.storage.close("the gradient was cleared");
      root.grad = null;
      storage.gradient = null;
    }
  }

  /** Gives a leaf its gradient, which is freed with it; for the autograd and for optimisers. */
  public void setGrad(Tensor gradient) {
    clearGrad();
    root.grad = gradient;
    storage.gradient = gradient.storage;
  }

  /** The same values in the same memory, out of reach of backward; closed with the original. */
  public Tensor detach() {
    Tensor whole = new Tensor(engine, storage, dtype, root.shape());
    return root == this ? whole : new Tensor(whole, window);
  }

  /** The operation that made this tensor, or null for a leaf or an unrecorded result. */
  public Node producer() {
    return root.producer;
  }

  /** Records the operation that made this tensor; called once, by the autograd. */
  public void setProducer(Node node) {
    producer = node;
    requiresGrad = true;
  }

  /**
   * Fills in the gradients of all leaves this scalar depends on, adding to what they hold. The
   * graph, and every tensor in it that is not a leaf, is freed on the way.
   */
  public void backward() {
    if (size() != 1) {
      throw new EngineException(
          "backward() needs a scalar, the shape is " + shape() + "; pass the upstream gradient");
    }
    try (Tensor one = engine.full(shape(), 1f)) {
      Node.backward(this, one);
    }
  }

  /**
   * As {@link #backward()}, from a tensor of any shape.
   *
   * @param upstream gradient of the final scalar with respect to this tensor, same shape
   */
  public void backward(Tensor upstream) {
    if (!upstream.shape().equals(shape())) {
      throw new EngineException(
          "upstream gradient " + upstream.shape() + " for a result " + shape());
    }
    Node.backward(this, upstream);
  }

  /** The operations that led here, to look at; before backward, which frees their tensors. */
  public Graph graph() {
    return Graph.of(this);
  }

  // Lifetime.

  /** Lets every thread read this tensor; its gradient is no longer tracked. */
  public Tensor freeze() {
    storage.thread = null;
    root.requiresGrad = false;
    return this;
  }

  /** Whether the storage was freed. */
  public boolean isClosed() {
    return storage.closed != null;
  }

  /** Frees the storage now; closing a view does nothing. Touching it afterwards throws. */
  @Override
  public void close() {
    if (root == this) {
      close("close() was called");
    }
  }

  /** Frees the storage for a stated reason. */
  public void close(String reason) {
    clearGrad();
    storage.close(reason);
  }

  /** Sees to it that this tensor is closed with another, at the latest. */
  public void closeWith(Tensor other) {
    other.storage.keep(storage);
  }

  /** Takes the tensor out of its scope; the caller closes it, or at last the engine does. */
  public Tensor disown() {
    if (storage.owner != null) {
      storage.owner.remove(storage);
      engine.elsewhere().add(storage);
    }
    return this;
  }

  /** Fails unless the tensor is dense. */
  public void requireDense(String operation) {
    if (!isDense()) {
      throw new EngineException(
          operation
              + " needs a dense tensor, got a strided view of shape "
              + shape()
              + "; copy it, for example with slice or transpose");
    }
  }

  private void require(DType wanted) {
    if (dtype != wanted) {
      throw new EngineException(storage.label() + " is " + dtype + ", not " + wanted);
    }
  }

  @Override
  public String toString() {
    String label = storage.name.isEmpty() ? "" : " '" + storage.name + "'";
    return dtype + label + shape() + (storage.closed == null ? "" : " (closed)");
  }
}
