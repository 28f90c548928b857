package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.util.Set;

/**
 * Turns the driver's status codes into exceptions that name the call, the launch and the cause.
 * After an error that destroys the context, every further call is refused with that error.
 */
final class Faults {
  static final int SUCCESS = 0;
  static final int OUT_OF_MEMORY = 2;

  /** Errors after which a context answers nothing but errors, by their numbers in cuda.h. */
  private static final Set<Integer> STICKY =
      Set.of(
          4, // CUDA_ERROR_DEINITIALIZED
          214, // CUDA_ERROR_ECC_UNCORRECTABLE
          220, // CUDA_ERROR_NVLINK_UNCORRECTABLE
          700, // CUDA_ERROR_ILLEGAL_ADDRESS
          702, // CUDA_ERROR_LAUNCH_TIMEOUT
          709, // CUDA_ERROR_CONTEXT_IS_DESTROYED
          710, // CUDA_ERROR_ASSERT
          714, // CUDA_ERROR_HARDWARE_STACK_ERROR
          715, // CUDA_ERROR_ILLEGAL_INSTRUCTION
          716, // CUDA_ERROR_MISALIGNED_ADDRESS
          717, // CUDA_ERROR_INVALID_ADDRESS_SPACE
          718, // CUDA_ERROR_INVALID_PC
          719, // CUDA_ERROR_LAUNCH_FAILED
          999); // CUDA_ERROR_UNKNOWN

  private final Launches launches;
  private String refusal;

  Faults(Launches launches) {
    this.launches = launches;
  }

  /** Fails if an earlier error has destroyed the context. */
  void requireUsable() {
    if (refusal != null) {
      throw new KernelException(refusal);
    }
  }

  /** Fails unless a call that launches nothing succeeded. */
  void check(int status, String call) {
    if (status != SUCCESS) {
      throw failure(status, call);
    }
  }

  /** What a failed call means; a kernel launched before it may be the one that failed. */
  KernelException failure(int status, String call) {
    String message = call + " failed: " + describe(status);
    if (STICKY.contains(status)) {
      String earlier = launches.describe();
      if (!earlier.isEmpty()) {
        message += "; the error belongs to an earlier launch, the latest: " + earlier;
      }
      refuseFrom(message);
    }
    return new KernelException(message);
  }

  /** What the failed launch of a kernel means, which {@link Launches} has just taken in. */
  KernelException launchFailure(int status) {
    String message = "cuLaunchKernel of " + launches.latest() + " failed: " + describe(status);
    if (STICKY.contains(status)) {
      refuseFrom(message);
    }
    return new KernelException(message);
  }

  private void refuseFrom(String message) {
    if (refusal == null) {
      refusal = "the CUDA context is lost since an earlier error, open a new process: " + message;
    }
  }

  private static String describe(int status) {
    return StatusText.of(ProcessDriver.library(), status);
  }
}
