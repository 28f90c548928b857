package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.KernelSet;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.util.List;

/**
 * The kernel ladders: an operation in numbered steps, from naive to the product kernel. A step
 * stands in for the product kernel behind the same interface.
 */
final class Ladder {
  private Ladder() {}

  /** Steps of an operation's ladder, by the operation's name; none where it has no ladder. */
  static List<String> steps(String operation) {
    return switch (operation) {
      case "matmul" -> LadderGemm.STEPS;
      case "softmax" -> LadderSoftmax.STEPS;
      case "attention" -> LadderAttention.STEPS;
      default -> List.of();
    };
  }

  /**
   * The product kernels with one step in the place of its operation.
   *
   * @throws KernelException if there is no such step; the message lists those that there are
   */
  static KernelSet with(
      KernelSet all, Kernels kernels, Scratch scratch, String operation, String step) {
    List<String> known = steps(operation);
    if (!known.contains(step)) {
      throw new KernelException(
          known.isEmpty()
              ? "%s has no variants on this device; matmul, softmax and attention have"
                  .formatted(operation)
              : "%s has no variant %s on this device; known are %s"
                  .formatted(operation, step, String.join(", ", known)));
    }
    return switch (operation) {
      case "matmul" -> all.withGemm(new LadderGemm(kernels, step));
      case "softmax" -> all.withSoftmax(new LadderSoftmax(kernels, step, all.softmax()));
      default ->
          all.withAttention(
              new LadderAttention(
                  kernels, scratch, step, new CudaAttention(kernels, scratch, all.softmax())));
    };
  }
}
