package dev.kernite.test.primitives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.test.devices.Device;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** This process's device against what GPUs have made of the primitives: resources/golden. */
@Tag("device")
@Tag("cuda")
final class GoldenTest {
  private static final String SUFFIX = ".golden";

  private static List<Path> committed() throws IOException, URISyntaxException {
    Path folder = Path.of(GoldenTest.class.getResource("/golden/README.md").toURI()).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  @Test
  void theDeviceAgreesWithEveryDumpOfGpus() throws IOException, URISyntaxException {
    List<Path> dumps = committed();
    assumeFalse(
        dumps.isEmpty(),
        "no golden dump of a GPU is committed: write one with 'gpu-check --write-golden DIR' on a GPU");
    try (PrimitiveRunner device =
        new PrimitiveRunner(Device.any() == Device.CUDA ? Driver.CUDA : Driver.CUDA_HOST)) {
      List<String> differences = new ArrayList<>();
      for (Path file : dumps) {
        GoldenDump dump = GoldenDump.read(file);
        assertTrue(dump.origin().silicon(), file + " was not made on a GPU and proves nothing");
        for (Primitive primitive : Primitives.ALL) {
          Optional<String> difference = dump.differs(primitive, device.run(primitive));
          difference.ifPresent(words -> differences.add(file.getFileName() + ": " + words));
        }
      }
      assertEquals(List.of(), differences);
    }
  }
}
