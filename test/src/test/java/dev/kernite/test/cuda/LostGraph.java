package dev.kernite.test.cuda;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.Recording;
import dev.kernite.kernels.cuda.CudaBackend;
import java.util.List;

/**
 * A program that runs recorded work of two launches: once plainly, then as a graph, whose second
 * launch fails. Prints what that says.
 */
final class LostGraph {
  /** What it prints. */
  static final List<String> EXPECTED =
      List.of(
          "done",
          "cuGraphLaunch failed: CUDA_ERROR_LAUNCH_FAILED (719), unspecified launch failure: kernel"
              + " fill_f32, grid (1,1,1), block (32,1,1), 0 bytes of dynamic shared memory: failed"
              + " on request; the error belongs to an earlier launch, the latest: a recorded graph"
              + " of 2 launches, before it fill_f32 (grid 1 x 1 x 1, block 32 x 1, 0 bytes of"
              + " dynamic shared memory)");

  private LostGraph() {}

  public static void main(String[] arguments) {
    try (Backend backend = CudaBackend.openHost()) {
      Buffer buffer = backend.memory().allocate(40);
      Recording recording =
          backend.record(
              () -> {
                backend.elementwise().fill(buffer.address(), 10, 1);
                backend.elementwise().fill(buffer.address(), 10, 2);
              });
      for (int i = 0; i < 2; i++) {
        try {
          recording.run();
          System.out.println("done");
        } catch (KernelException e) {
          System.out.println(e.getMessage().replaceAll("(memory\\)).*", "$1"));
        }
      }
    }
  }
}
