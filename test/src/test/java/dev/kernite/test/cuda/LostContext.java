package dev.kernite.test.cuda;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.cuda.CudaBackend;
import java.util.List;

/** A program whose second launch fails: prints what it and the calls behind it say. */
final class LostContext {
  private static final String ERROR =
      "cuLaunchKernel of fill_f32 (grid 1 x 1 x 1, block 32 x 1, 0 bytes of dynamic shared memory)"
          + " failed: CUDA_ERROR_LAUNCH_FAILED (719), unspecified launch failure: kernel fill_f32,"
          + " grid (1,1,1), block (32,1,1), 0 bytes of dynamic shared memory: failed on request";

  private static final String REFUSAL =
      "the CUDA context is lost since an earlier error, open a new process: " + ERROR;

  /** What it prints. */
  static final List<String> EXPECTED = List.of("done", ERROR, REFUSAL, REFUSAL, "closed");

  private LostContext() {}

  public static void main(String[] arguments) {
    try (Backend backend = CudaBackend.openHost()) {
      Buffer buffer = backend.memory().allocate(40);
      for (int i = 0; i < 3; i++) {
        say(() -> backend.elementwise().fill(buffer.address(), 10, 1));
      }
      say(() -> backend.memory().zero(buffer.address(), 40));
    }
    System.out.println("closed");
  }

  private static void say(Runnable work) {
    try {
      work.run();
      System.out.println("done");
    } catch (KernelException e) {
      System.out.println(e.getMessage());
    }
  }
}
