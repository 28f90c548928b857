package dev.kernite.models.measure;

/** A piece of work to time. It owns its operands, which are random and never zero. */
public interface Workload extends AutoCloseable {
  /** What is computed: {@code gemm}, {@code softmax}, {@code gpt2 decode}. */
  String op();

  /** Extents of the operands, as {@code 8x2304x768}. */
  String shape();

  /** Type of the operands, or of the weights: {@code f32}. */
  default String dtype() {
    return "f32";
  }

  /** Floating-point operations of one run, at least. */
  double flops();

  /** Bytes that one run reads and writes, at least. */
  double bytes();

  /** How many {@link #item items} one run takes in or gives out; 0 where that means nothing. */
  default double items() {
    return 0;
  }

  /** What {@link #items} counts, as a plural. */
  default String item() {
    return "tokens";
  }

  /** How many tokens one run takes in or gives out; 0 where there are none. */
  default double tokens() {
    return item().equals("tokens") ? items() : 0;
  }

  /** Whether {@link #run} may follow {@link #run} without {@link #prepare} between them. */
  default boolean repeatable() {
    return true;
  }

  /** What is not timed: done before the first run, and before each if not {@link #repeatable}. */
  default void prepare() {}

  /** The work; a device may still do it when this returns. */
  void run();

  /** Waits until the device has done all that was begun. */
  void settle();

  /** Makes the results of earlier runs wrong, so that {@link #check} sees the next one's. */
  void spoil();

  /**
   * Fails unless the results are right.
   *
   * @throws dev.kernite.models.ModelException naming the first wrong value
   */
  void check();

  /** Frees the operands. */
  @Override
  void close();
}
