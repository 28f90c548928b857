package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cuda.CudaBackend;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures of a driver, asked for from the project's own: what the user reads then. */
final class ErrorPathsTest {
  private static final String KERNEL = "softmax_warp";
  private static final String GEOMETRY = "(grid 1 x 1 x 1, block 256 x 1, 0 bytes of dynamic";

  @TempDir private Path folder;

  @BeforeEach
  void assumeHost() {
    String reason = "";
    try {
      CudaBackend.describeHost();
    } catch (KernelException e) {
      reason = e.getMessage();
    }
    assumeTrue(reason.isEmpty(), reason);
  }

  /** Softmax of [rows, 8] on cuda-host, as the command line runs it. */
  private Child softmax(Child.Builder process, int rows) throws IOException, InterruptedException {
    Path inputs = folder.resolve("in.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      new SafetensorsWriter()
          .tensor(
              "x",
              FileDtype.F32,
              arena.allocateFrom(ValueLayout.JAVA_FLOAT, new float[rows * 8]),
              rows,
              8)
          .write(inputs);
    }
    return process.run(
        "op",
        "run",
        "softmax",
        "--attrs",
        "{\"dim\":-1}",
        "--device",
        "cuda-host",
        "--inputs",
        inputs.toString(),
        "--outputs",
        folder.resolve("out.safetensors").toString());
  }

  private Child.Builder process() {
    return new Child.Builder(folder);
  }

  private static void refused(Child child, String... parts) {
    assertEquals(1, child.code(), child.err());
    String error =
        child.err().lines().filter(line -> line.startsWith("error: ")).reduce("", String::concat);
    for (String part : parts) {
      assertTrue(error.contains(part), child.err());
    }
  }

  @Test
  void withoutFailuresItWorks() throws Exception {
    assertEquals(0, softmax(process(), 3).code());
  }

  @Test
  void aFailedLaunchNamesTheKernelItsGeometryAndTheCause() throws Exception {
    refused(
        softmax(process().with("kernite.cuda.host.fail", "launch:1"), 3),
        "cuLaunchKernel of " + KERNEL,
        GEOMETRY,
        "CUDA_ERROR_LAUNCH_FAILED (719)",
        "failed on request");
  }

  @Test
  void anErrorThatComesToLightLaterNamesTheLaunchesBeforeIt() throws Exception {
    refused(
        softmax(
            process()
                .with("kernite.cuda.host.fail", "launch:1")
                .with("kernite.cuda.host.streams", "lazy"),
            3),
        "CUDA_ERROR_LAUNCH_FAILED (719)",
        "belongs to an earlier launch, the latest: " + KERNEL + " " + GEOMETRY);
  }

  @Test
  void aMissingKernelIsNamed() throws Exception {
    refused(
        softmax(process().with("kernite.cuda.host.fail", "symbol:" + KERNEL), 3),
        "no kernel '" + KERNEL + "'",
        "softmax.fatbin");
  }

  @Test
  void aDeviceWithoutMachineCodeOfItsOwnGetsThePtx() throws Exception {
    assumeTrue(
        ErrorPathsTest.class.getResource("/dev/kernite/kernels/cuda/softmax.ptx.gz") != null,
        "no CUDA images were built");
    assertEquals(0, softmax(process().with("kernite.cuda.host.fail", "binary"), 3).code());
  }

  @Test
  void aFullDeviceSaysWhatWasAskedWhatThereIsAndWhatToChange() throws Exception {
    refused(
        softmax(process().with("kernite.cuda.host.memory", "2000000"), 200_000),
        "out of device memory",
        "asked for 6.1 MiB",
        "limit of 1.9 MiB",
        "smaller batch");
  }

  @Test
  void anAllocationThatFailsOnceIsTriedAgain() throws Exception {
    assertEquals(0, softmax(process().with("kernite.cuda.host.fail", "memory:1"), 3).code());
  }

  @Test
  void aDriverThatCannotStartIsAReason() throws Exception {
    refused(
        softmax(process().with("kernite.cuda.host.fail", "init:100"), 3),
        "--device cuda-host: the driver finds no device");
    refused(
        softmax(process().with("kernite.cuda.host.fail", "init:802"), 3), "cuInit failed", "802");
  }

  @Test
  void anErrorInAGraphSaysSo() throws Exception {
    Child child = process().with("kernite.cuda.host.fail", "launch:4").main(LostGraph.class).run();
    assertEquals(0, child.code(), child.err());
    assertEquals(LostGraph.EXPECTED, child.out().lines().toList());
  }

  @Test
  void aLostContextRefusesFurtherWorkWithTheFirstError() throws Exception {
    Child child =
        process().with("kernite.cuda.host.fail", "launch:2").main(LostContext.class).run();
    assertEquals(0, child.code(), child.err());
    assertEquals(LostContext.EXPECTED, child.out().lines().toList());
  }
}
