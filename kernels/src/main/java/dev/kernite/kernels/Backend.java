package dev.kernite.kernels;

/**
 * All primitive kernels of one device, in a handful of small groups. Every backend implements every
 * group; there are no defaults that throw.
 *
 * <p>Conventions shared by all groups: addresses are {@code long}s in the device's memory, sizes
 * and strides are counted in elements, values are float32 unless a method says otherwise, matrices
 * are row-major, and an optional operand is passed as address 0. Kernels check nothing: the engine
 * checks shapes, dtypes and liveness once, before it hands out an address.
 *
 * <p>Results are deterministic: work is cut by shape only, never by the number of threads, and
 * partial sums are combined in a fixed order.
 */
public interface Backend extends AutoCloseable {
  /** Short name as on the command line: {@code cpu}, {@code cuda} or {@code cuda-host}. */
  String name();

  /** One line for people: which implementation was chosen and why not a faster one. */
  String description();

  /**
   * Number of worker threads that kernels are spread over; 0 on devices that schedule themselves.
   */
  int threads();

  /** Measures the device's roofs, on all threads of {@link #threads}; takes about a second. */
  Roofs measureRoofs();

  /**
   * Prepares, in the background, what inference will need first: worth calling before a model is
   * read. Returns at once; the first products with packed weights may wait for it, a second or two
   * at most. Calling again does nothing.
   */
  void warmUp();

  /**
   * Prepares a piece of work that will be run again and again with other contents of the same
   * memory, such as a step of decoding. A device that can records what the body submits, and later
   * submits that as a whole, which spares the host most of its work; others run the body each time.
   *
   * <p>So the body submits the same work with the same addresses whenever it runs, neither reads
   * from the device nor copies to it, and releases all memory that it allocates. The memory that it
   * was given must stay where it is until the recording is closed.
   */
  Recording record(Runnable body);

  /** Allocation, copies and fills. */
  Memory memory();

  /** Matrix products. */
  Gemm gemm();

  /** Products with packed, frozen weights. */
  PackedGemm packedGemm();

  /** Unary and broadcasting binary functions with their gradients. */
  Elementwise elementwise();

  /** Strided copies: transposes, slices, padding, concatenation. */
  Layout layout();

  /** Reductions along one axis, and cumulative sums. */
  Reduce reduce();

  /** Softmax, log-softmax and log-sum-exp along one axis. */
  Softmax softmax();

  /** Layer and root-mean-square normalisation of rows. */
  Norm norm();

  /** Scaled dot-product attention. */
  Attention attention();

  /** Cross-entropy and the element-wise losses. */
  Loss loss();

  /** Gathers and deterministic scatters. */
  Index index();

  /** Philox streams: uniform, normal, dropout. */
  Random random();

  /** Fused optimiser updates. */
  Optim optim();

  /** Convolutions of images, their transposes and gradients. */
  Conv conv();

  /** Pooling and enlarging of images. */
  Pool pool();

  /** Batch normalisation. */
  BatchNorm batchNorm();

  /** Releases threads and memory. */
  @Override
  void close();
}
