package dev.kernite.test.hub;

import static dev.kernite.test.hub.HubFixture.MODEL;
import static dev.kernite.test.hub.HubFixture.WEIGHTS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.hub.ModelId;
import dev.kernite.test.hub.Reply.End;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes, or threads, and one cache. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HubProcessesTest {
  private static final int BYTES = 400_000;

  @TempDir private Path folder;
  private final Map<String, byte[]> files = HubFixture.files(BYTES);
  private FakeHub server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub().with(MODEL, files);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /** The server holds the large file back until one process waits for the other. */
  @Test
  void oneProcessFetchesAndTheOtherWaits() throws Exception {
    CountDownLatch waited = holdBack();
    Process a = HubProcess.start(server, folder, MODEL);
    Process b = HubProcess.start(server, folder, MODEL);
    CompletableFuture<String> fromA = output(a, waited);
    CompletableFuture<String> fromB = output(b, waited);
    String last = fromA.get();
    assertEquals(last, fromB.get());
    assertEquals(0, a.waitFor());
    assertEquals(0, b.waitFor());
    assertArrayEquals(files.get(WEIGHTS), Files.readAllBytes(Path.of(last, WEIGHTS)));
    assertEquals(1, server.downloads().size());
    assertEquals(0, waited.getCount(), "nobody waited");
  }

  @Test
  void threadsOfOneProcessWaitForEachOther() throws Exception {
    CountDownLatch waited = holdBack();
    HubFixture client = new HubFixture(server, folder);
    CompletableFuture<Path> a = fetch(client, waited);
    CompletableFuture<Path> b = fetch(client, waited);
    assertEquals(a.get(), b.get());
    assertEquals(1, server.downloads().size());
    assertEquals(0, waited.getCount(), "nobody waited");
  }

  private CountDownLatch holdBack() {
    CountDownLatch waited = new CountDownLatch(1);
    server.failing(
        (request, right) -> {
          if (request.cdn()) {
            await(waited);
          }
          return right.apply(request);
        });
    return waited;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(8, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static CompletableFuture<Path> fetch(HubFixture client, CountDownLatch waited) {
    return CompletableFuture.supplyAsync(
        () -> client.patient(line -> waited.countDown()).fetch(ModelId.parse(MODEL)),
        Thread::startVirtualThread);
  }

  /** The last line; a line about waiting opens the latch. */
  private static CompletableFuture<String> output(Process process, CountDownLatch waited) {
    return CompletableFuture.supplyAsync(
        () -> {
          BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
          return out.lines()
              .peek(
                  line -> {
                    if (line.startsWith("waiting for another process")) {
                      waited.countDown();
                    }
                  })
              .collect(Collectors.toList())
              .getLast();
        },
        Thread::startVirtualThread);
  }

  @Test
  void aKilledProcessLeavesWhatItHas() throws Exception {
    server.failing(Fault.cut(100_000, End.SILENT).times(1).when(Request::cdn));
    Process killed = HubProcess.start(server, folder, MODEL);
    Path part =
        folder.resolve(
            "hub/models--someone--tiny-model/blobs/"
                + FakeHub.sha256(files.get(WEIGHTS))
                + ".kernite.incomplete");
    while (!Files.exists(part) || Files.size(part) < 100_000) {
      Thread.sleep(10);
    }
    killed.destroyForcibly().waitFor();
    Path snapshot = new HubFixture(server, folder).hub().fetch(ModelId.parse(MODEL));
    assertArrayEquals(files.get(WEIGHTS), Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(100_000, server.downloads().getLast().rangeStart());
  }

  /** Two at once, at a server that fails; each ends with the right files or one line. */
  @Test
  void twoProcessesSurviveFailures() throws Exception {
    Random random = new Random(7);
    server.failing(
        (request, right) -> {
          synchronized (random) {
            return random.nextInt(4) == 0 && request.cdn()
                ? Fault.cut(random.nextInt(BYTES), End.RESET).answer(request, right)
                : right.apply(request);
          }
        });
    Process a = HubProcess.start(server, folder, MODEL);
    Process b = HubProcess.start(server, folder, MODEL);
    CountDownLatch nobody = new CountDownLatch(1);
    CompletableFuture<String> fromA = output(a, nobody);
    CompletableFuture<String> fromB = output(b, nobody);
    assertEquals(fromA.get(), fromB.get());
    assertTrue(a.waitFor() == 0 && b.waitFor() == 0);
    assertArrayEquals(files.get(WEIGHTS), Files.readAllBytes(Path.of(fromA.get(), WEIGHTS)));
  }
}
