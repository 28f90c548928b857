package dev.kernite.test.hub;

import static dev.kernite.test.hub.HubFixture.MODEL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.hub.ModelId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that fails at random, in every way and at any request: a fetch gives the right files or
 * one clear error; nothing wrong ever stands in the cache; and when the server has recovered, the
 * next fetch gives the right files from what is left.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HubFailuresTest {
  @TempDir private Path folder;

  @Test
  void survivesOneHundredFailures() throws IOException {
    survives(100, 20261122);
  }

  @Test
  @Tag("slow")
  void survivesThousands() throws IOException {
    survives(2_000, System.nanoTime());
  }

  private void survives(int failures, long seed) throws IOException {
    Random random = new Random(seed);
    AtomicInteger failed = new AtomicInteger();
    int right = 0;
    int refused = 0;
    try (FakeHub server = new FakeHub()) {
      for (int round = 0; failed.get() < failures; round++) {
        Map<String, byte[]> files = HubFixture.files(1 + random.nextInt(150_000));
        HubFixture client =
            new HubFixture(server.with(MODEL, files), folder.resolve("cache-" + round));
        double share = random.nextDouble();
        server.failing(
            (request, answer) -> {
              synchronized (random) {
                if (random.nextDouble() >= share) {
                  return answer.apply(request);
                }
                failed.incrementAndGet();
                return Fault.any(random).answer(request, answer);
              }
            });
        String what = "seed " + seed + ", round " + round;
        for (int attempt = 0; attempt < 3; attempt++) {
          if (fetchedOrRefused(client, files, what)) {
            right++;
          } else {
            refused++;
          }
          requireNothingWrong(folder.resolve("cache-" + round), what);
        }
        server.failing(Fault.none());
        assertTrue(fetchedOrRefused(client, files, what), what);
      }
    }
    assertTrue(right > 0 && refused > 0, right + " right, " + refused + " refused: no test");
  }

  /** Whether it was fetched; if not, the error must be clear. */
  private static boolean fetchedOrRefused(HubFixture client, Map<String, byte[]> files, String what)
      throws IOException {
    Path snapshot;
    try {
      snapshot = client.hub().fetch(ModelId.parse(MODEL));
    } catch (ModelException e) {
      assertTrue(e.getMessage().length() > 30, what + ": " + e.getMessage());
      assertFalse(e.getMessage().contains("\n"), what + ": " + e.getMessage());
      return false;
    }
    for (String name : files.keySet()) {
      if (!name.matches(".*\\.(bin|md)")) {
        assertArrayEquals(files.get(name), Files.readAllBytes(snapshot.resolve(name)), what);
      }
    }
    return true;
  }

  /** Each content has the hash that is its name. */
  private static void requireNothingWrong(Path cache, String what) throws IOException {
    Path blobs = cache.resolve("hub/models--someone--tiny-model/blobs");
    if (!Files.exists(blobs)) {
      return;
    }
    try (Stream<Path> all = Files.list(blobs)) {
      for (Path blob : all.toList()) {
        String name = blob.getFileName().toString();
        if (!name.endsWith(".incomplete")) {
          byte[] content = Files.readAllBytes(blob);
          String hash = name.length() == 64 ? FakeHub.sha256(content) : FakeHub.gitHash(content);
          assertEquals(hash, name, what);
        }
      }
    }
  }
}
