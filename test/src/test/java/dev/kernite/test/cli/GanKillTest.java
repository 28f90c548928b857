package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A GAN's run that is killed or stopped: the same final bits, pictures included. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GanKillTest {
  @TempDir private Path folder;
  private TinyGan gan;

  @BeforeEach
  void layAConfig() throws IOException {
    gan = TinyGan.in(folder);
  }

  @Test
  void oneKill() throws Exception {
    killed(1, 45, 4);
  }

  @Test
  @Tag("slow")
  void twentyKills() throws Exception {
    killed(20, 200, System.nanoTime());
  }

  private void killed(int kills, int steps, long seed) throws Exception {
    Random random = new Random(seed);
    assertEquals(0, gan.run("whole", steps).code());
    for (int kill = 0; kill < kills; kill++) {
      Process process = start("killed", steps);
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      int more = 1 + random.nextInt(Math.max(1, steps / kills));
      for (int line = 0; line < more && out.readLine() != null; line++) {
        // each line is a step done
      }
      Thread.sleep(random.nextInt(30)); // anywhere within a step, a picture, a save
      process.destroyForcibly(); // SIGKILL
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertTrue(process.exitValue() != 1, errors());
    }
    Process last = start("killed", steps);
    last.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {});
    assertTrue(last.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, last.exitValue(), errors());
    Map<String, byte[]> want = gan.files("whole");
    Map<String, byte[]> got = gan.files("killed");
    assertEquals(want.keySet(), got.keySet(), "seed " + seed);
    want.forEach((name, bytes) -> assertArrayEquals(bytes, got.get(name), name + ", " + seed));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aStoppedRunKeepsItsStateAndExitsWith130() throws Exception {
    Process process = start("stopped", 1_000_000_000);
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (int step = 0; step < 3; step++) {
      assertEquals(step, new ObjectMapper().readTree(out.readLine()).get("step").intValue());
    }
    StopSignal.ofThisProcess().send(process);
    List<String> rest = out.lines().toList();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(130, process.exitValue(), errors());
    JsonNode last = new ObjectMapper().readTree(rest.getLast());
    assertFalse(last.get("finished").booleanValue(), rest::getLast);
    Process resumed = start("stopped", 1_000_000_000);
    String first = resumed.inputReader(StandardCharsets.UTF_8).readLine();
    assertEquals(last.get("steps"), new ObjectMapper().readTree(first).get("step"));
    resumed.destroyForcibly();
  }

  @Test
  void aFolderThatCannotBeWrittenEndsTheRunInOneLineAndTheStateIsGoodToGoOn() throws IOException {
    Kernite done = gan.run("full", 6);
    assertEquals(0, done.code(), done.err());
    Path grid = folder.resolve("full/samples");
    try (Stream<Path> pictures = Files.list(grid)) {
      for (Path picture : pictures.toList()) {
        Files.delete(picture);
      }
    }
    Files.delete(grid);
    Files.writeString(grid, "no folder");
    Kernite failed = gan.run("full", 40);
    assertEquals(1, failed.code(), failed.err());
    assertEquals(
        1, failed.err().lines().filter(line -> line.startsWith("error: ")).count(), failed.err());
    assertTrue(failed.err().contains("samples: cannot be created"), failed.err());
    Files.delete(grid);
    Kernite again = gan.run("full", 40);
    assertEquals(0, again.code(), again.err());
    assertEquals(40, Files.readAllLines(folder.resolve("full/log.jsonl")).size());
  }

  private Process start(String out, int steps) throws IOException {
    return Launched.start(folder.resolve("errors"), gan.command(out, steps));
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("errors"));
  }
}
