package dev.kernite.test.primitives;

import dev.kernite.kernels.cuda.driver.Driver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Keeps a device's results of the primitives: {@code gpu-check --write-golden DIR}. */
public final class GoldenWriter {
  private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");

  private GoldenWriter() {}

  /**
   * Runs all primitives and writes what they make.
   *
   * @param folder made if it is not there
   * @return the file, and a line for each primitive that is not as NVIDIA's manuals have it
   */
  public static Written write(Driver driver, Path folder) throws IOException {
    try (PrimitiveRunner device = new PrimitiveRunner(driver)) {
      GoldenDump dump = GoldenDump.of(origin(device, driver), device);
      Files.createDirectories(folder);
      Path file = folder.resolve(fileName(dump.origin()));
      dump.write(file);
      List<String> surprises =
          Primitives.ALL.stream()
              .flatMap(
                  primitive ->
                      primitive
                          .expected()
                          .wrong(dump.results().get(primitive.name()).words())
                          .map(wrong -> primitive + ": " + wrong)
                          .stream())
              .toList();
      return new Written(file, surprises);
    }
  }

  /**
   * What was written.
   *
   * @param file the dump
   * @param surprises what is not as expected, a line a primitive
   */
  public record Written(Path file, List<String> surprises) {}

  private static GoldenDump.Origin origin(PrimitiveRunner device, Driver driver)
      throws IOException {
    boolean silicon = driver == Driver.CUDA;
    String version = "CUDA " + device.context().cudaVersion();
    if (silicon && Files.isReadable(KERNEL_MODULE)) {
      version += ", " + Files.readAllLines(KERNEL_MODULE).getFirst().strip();
    }
    return new GoldenDump.Origin(
        silicon,
        device.context().device().description(),
        version,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** Such as {@code nvidia-h200.golden}: a newer dump of the same device replaces the older. */
  private static String fileName(GoldenDump.Origin origin) {
    String name = origin.silicon() ? origin.device().split(",")[0] : "emulator";
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".golden";
  }
}
