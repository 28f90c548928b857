package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.models.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A GAN's run that can no longer write: one line, exit code 1, and the last good state as it was;
 * once there is room again, the run ends as if nothing had been.
 */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GanFullDiskTest {
  private static final String STATE = "training-state.safetensors";
  private static final int BEFORE = 6;
  private static final int STEPS = 30;

  @TempDir private Path folder;
  private TinyGan gan;
  private byte[] state;

  @BeforeEach
  void runTheFirstSteps() throws IOException {
    gan = TinyGan.in(folder);
    assertEquals(0, gan.run("whole", STEPS).code());
    assertEquals(0, gan.run("hindered", BEFORE).code());
    state = Files.readAllBytes(folder.resolve("hindered").resolve(STATE));
  }

  /** What a shell said and did. */
  private record Said(int code, String err) {
    /** The last line names the file and what to do; nothing else is called an error. */
    void failedWith(String... parts) {
      assertEquals(1, code, err);
      List<String> errors = err.lines().filter(line -> line.startsWith("error: ")).toList();
      assertEquals(1, errors.size(), err);
      assertEquals(errors.getFirst(), err.lines().toList().getLast());
      for (String part : parts) {
        assertTrue(errors.getFirst().contains(part), errors::getFirst);
      }
    }
  }

  /**
   * Runs a script in which {@code $kernite} goes on with the run.
   *
   * @param launcher what runs the shell: a limit or a namespace of its own
   */
  private Said shell(String script, String... launcher) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(launcher));
    words.addAll(List.of("sh", "-c", script));
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder
        .environment()
        .put(
            "kernite",
            Launched.command(gan.command("hindered", STEPS)).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" ")));
    builder.environment().put("out", folder.resolve("hindered").toString());
    Process process = builder.start();
    assertTrue(process.waitFor(300, TimeUnit.SECONDS), "the shell is still running");
    return new Said(process.exitValue(), Files.readString(errors, StandardCharsets.UTF_8));
  }

  private void assertTheStateIsWhole() throws IOException {
    Path file = folder.resolve("hindered").resolve(STATE);
    assertArrayEquals(state, Files.readAllBytes(file));
    try (Safetensors loaded = Safetensors.open(file)) {
      assertTrue(loaded.contains("model.generator.0.weight"), "the state is loadable");
    }
  }

  private void assertGoesOnAsIfNothingHadBeen() throws IOException {
    Kernite again = gan.run("hindered", STEPS);
    assertEquals(0, again.code(), again.err());
    Map<String, byte[]> want = gan.files("whole");
    Map<String, byte[]> got = gan.files("hindered");
    for (String name : List.of(STATE, "model.safetensors", "samples.safetensors", "loss.csv")) {
      assertArrayEquals(want.get(name), got.get(name), name);
    }
  }

  @Test
  void aFileThatGrowsTooLargeLeavesTheStateBefore() throws Exception {
    // In blocks of 512 bytes: enough for the log and the pictures, too little for the state.
    shell("ulimit -f 200; eval \"exec $kernite\"").failedWith(STATE, "cannot be written");
    assertTheStateIsWhole();
    assertGoesOnAsIfNothingHadBeen();
  }

  @Test
  void aFullDiskLeavesTheStateBefore() throws Exception {
    assumeTrue(mayMount(), "no user namespaces here, so no disk to fill");
    // Only this shell and its children see the small disk; what is on it at the end is copied back.
    String script =
        """
        cp -r "$out" "$out.before" && mount -t tmpfs -o size=2m tmpfs "$out" || exit 77
        cp -r "$out.before/." "$out"
        head -c 9m /dev/zero >"$out/filler" 2>/dev/null
        truncate -s -100k "$out/filler" # room for the log, and not for the state
        eval "$kernite"; code=$?
        rm "$out/filler" && cp -r "$out" "$out.after"
        exit $code
        """;
    shell(script, "unshare", "-rm").failedWith(STATE, "No space left on device", "free space");
    replaceBy("hindered.after");
    assertTheStateIsWhole();
    assertGoesOnAsIfNothingHadBeen();
  }

  @Test
  void aFolderThatMayNotBeWrittenIsNamed() throws Exception {
    assumeTrue(mayMount(), "no user namespaces here, so no folder to protect from root too");
    String script =
        """
        mount --bind "$out" "$out" && mount -o remount,bind,ro "$out" || exit 77
        eval "exec $kernite"
        """;
    shell(script, "unshare", "-rm").failedWith("hindered", "Read-only file system");
    assertTheStateIsWhole();
    assertGoesOnAsIfNothingHadBeen();
  }

  private boolean mayMount() throws IOException, InterruptedException {
    try {
      return shell("mount -t tmpfs -o size=1m tmpfs \"$out\"", "unshare", "-rm").code() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  /** What the small disk held becomes the run's folder. */
  private void replaceBy(String name) throws IOException {
    for (Map.Entry<String, byte[]> file : gan.files(name).entrySet()) {
      Files.write(folder.resolve("hindered").resolve(file.getKey()), file.getValue());
    }
  }
}
