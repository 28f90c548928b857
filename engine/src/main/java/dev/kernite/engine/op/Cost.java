package dev.kernite.engine.op;

/**
 * What an operation costs at least.
 *
 * @param flops floating-point operations
 * @param bytes bytes that must be read and written once
 */
public record Cost(double flops, double bytes) {
  /**
   * The cost of a value-by-value operation with {@code flopsEach} operations and float32 traffic.
   */
  public static Cost elementwise(double flopsEach, long values, long tensors) {
    return new Cost(flopsEach * values, 4.0 * values * tensors);
  }
}
