package dev.kernite.test.hub;

import static dev.kernite.test.hub.HubFixture.WEIGHTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.cli.Main;
import dev.kernite.models.hub.ModelId;
import dev.kernite.test.cli.Launched;
import dev.kernite.test.cli.StopSignal;
import dev.kernite.test.hub.Reply.End;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code --model ID} on the command line, from a hub that serves the model of this project. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HubModelTest {
  private static final Path STORIES = Path.of("../models/bundled/stories");
  private static final String ID = "some-one/Stories_1.0";
  private static final String TINY = "tiny";

  @TempDir private Path folder;
  private FakeHub server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub().with(ID, filesIn(STORIES));
  }

  private static Map<String, byte[]> filesIn(Path model) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> all = Files.list(model)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /**
   * What a process did.
   *
   * @param ids the tokens of its JSON
   */
  private record Ran(int code, String ids, String err) {}

  private Ran generate(String model, String... more) throws Exception {
    Process process = start(model, more);
    Path err = folder.resolve("err");
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return new Ran(code, ids(out), Files.readString(err));
  }

  private static String ids(String json) {
    return json.replaceAll("(?s)^.*\"ids\":(\\[[^]]*]).*$", "$1");
  }

  private static List<String> args(String model, String... more) {
    List<String> args =
        new ArrayList<>(List.of("generate", "--device", "cpu", "--json", "--threads", "1"));
    args.addAll(List.of("--max-new-tokens", "4", "--ids", "5,6,7", "--model", model));
    args.addAll(List.of(more));
    return args;
  }

  private Process start(String model, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>\"$0\""));
    command.add(folder.resolve("err").toString());
    command.addAll(Launched.command(Main.class, args(model, more)));
    return HubProcess.start(server, folder.resolve("home"), command);
  }

  @Test
  void aModelOfTheHubWritesAsTheSameModelInAFolder() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(out, false, StandardCharsets.UTF_8);
    String[] args = args(STORIES.toString()).toArray(String[]::new);
    assertEquals(0, Main.run(args, InputStream.nullInputStream(), both, both));
    String local = ids(out.toString(StandardCharsets.UTF_8));
    assertTrue(local.startsWith("["), local);

    Ran fetched = generate(ID);
    assertEquals(local, fetched.ids(), fetched.err());
    assertTrue(fetched.err().contains("downloading: "), fetched.err());
    assertEquals(1, server.downloads().stream().filter(HubModelTest::isWeights).count());
    assertTrue(server.requests().stream().noneMatch(r -> r.target().endsWith("loss.png")));
  }

  @Test
  void whatIsInTheCacheNeedsNoHub() throws Exception {
    server.with(TINY, filesIn(Path.of("src/test/resources/fixtures/models/gpt2")));
    new HubFixture(server, folder.resolve("home")).hub().fetch(ModelId.parse(TINY));
    server.requests().clear();
    Ran offline = generate(TINY, "--offline");
    assertEquals(0, offline.code(), offline.err());
    assertEquals(List.of(), server.requests());
    server.close();
    Ran alone = generate(TINY);
    assertEquals(offline.ids(), alone.ids());
    assertTrue(alone.err().contains("warning: tiny: 127.0.0.1 cannot be reached"), alone.err());
  }

  private static boolean isWeights(Request request) {
    return request.cdn() && request.target().contains(weightsHash());
  }

  private static String weightsHash() {
    try {
      return FakeHub.sha256(Files.readAllBytes(STORIES.resolve(WEIGHTS)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void ctrlCEndsADownloadThatCanBeResumed() throws Exception {
    server.failing(Fault.cut(5_000_000, End.SILENT).when(Request::cdn));
    Process process = start(ID);
    Path blobs = folder.resolve("home/hub/models--some-one--Stories_1.0/blobs");
    Path part = blobs.resolve(weightsHash() + ".kernite.incomplete");
    while (!Files.exists(part) || Files.size(part) < 5_000_000) {
      Thread.sleep(20);
    }
    StopSignal signal = StopSignal.ofThisProcess();
    signal.send(process);
    assertEquals(signal.exitCode, process.waitFor());
    assertEquals(5_000_000, Files.size(part));
  }

  @Test
  void aModelThatNobodyHasIsOneLine() throws Exception {
    Ran run = generate("some-one/else");
    assertEquals(1, run.code());
    List<String> errors = run.err().lines().filter(l -> !l.startsWith("WARNING:")).toList();
    assertEquals(1, errors.size(), run.err());
    assertTrue(errors.getFirst().startsWith("error: some-one/else: there is no such model"));
    assertTrue(errors.getFirst().contains("nor is 'some-one/else' a folder"), run.err());
  }
}
