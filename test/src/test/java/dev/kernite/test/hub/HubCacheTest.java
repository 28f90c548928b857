package dev.kernite.test.hub;

import static dev.kernite.test.hub.HubFixture.MODEL;
import static dev.kernite.test.hub.HubFixture.WEIGHTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.hub.HubSettings;
import dev.kernite.models.hub.ModelId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the cache already, put there by Python for instance, and when the hub is asked. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HubCacheTest {
  private static final ModelId ID = ModelId.parse(MODEL);
  private static final String NEWER = "f".repeat(40);

  @TempDir private Path folder;
  private FakeHub server;
  private HubFixture client;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub().with(MODEL, HubFixture.files(10_000));
    client = new HubFixture(server, folder);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Path repository() {
    return folder.resolve("hub/models--someone--tiny-model");
  }

  /** As huggingface_hub lays it: a reference, contents by hash, links. */
  private Path layAsPythonDoes() throws IOException {
    Path snapshot = repository().resolve("snapshots").resolve(FakeHub.COMMIT);
    Path blobs = Files.createDirectories(repository().resolve("blobs"));
    Files.createDirectories(snapshot.resolve("1_Pooling"));
    Files.createDirectories(repository().resolve("refs"));
    Files.writeString(repository().resolve("refs/main"), FakeHub.COMMIT);
    for (Map.Entry<String, byte[]> file : HubFixture.files(10_000).entrySet()) {
      byte[] content = file.getValue();
      String hash = content.length > 2000 ? FakeHub.sha256(content) : FakeHub.gitHash(content);
      Files.write(blobs.resolve(hash), content);
      Path link = snapshot.resolve(file.getKey());
      Files.createSymbolicLink(link, link.getParent().relativize(blobs.resolve(hash)));
    }
    return snapshot;
  }

  @Test
  void offlineNobodyIsAsked() throws IOException {
    Path snapshot = layAsPythonDoes();
    assertEquals(snapshot, client.set("HF_HUB_OFFLINE", "1").hub().fetch(ID));
    assertEquals(List.of(), server.requests());
  }

  @Test
  void aCommitThatIsThereIsTakenWithoutAsking() throws IOException {
    Path snapshot = layAsPythonDoes();
    assertEquals(snapshot, client.hub().fetch(ModelId.parse(MODEL + "@" + FakeHub.COMMIT)));
    assertEquals(List.of(), server.requests());
  }

  @Test
  void aBranchIsAskedForOnceAndNothingIsFetched() throws IOException {
    Path snapshot = layAsPythonDoes();
    assertEquals(snapshot, client.hub().fetch(ID));
    assertEquals(
        List.of("/api/models/" + MODEL + "/revision/main"),
        server.requests().stream().map(Request::target).toList());
    assertEquals(List.of(), client.messages());
  }

  @Test
  void aBranchThatMovedIsFetchedAnewButForContentsThatAreThere() throws IOException {
    Path old = layAsPythonDoes();
    Path snapshot = clientAt(NEWER).hub().fetch(ID);
    assertEquals(repository().resolve("snapshots").resolve(NEWER), snapshot);
    assertEquals(NEWER, Files.readString(repository().resolve("refs/main")));
    assertEquals(List.of(), server.downloads());
    assertEquals(old.resolve(WEIGHTS).toRealPath(), snapshot.resolve(WEIGHTS).toRealPath());
  }

  private HubFixture clientAt(String commit) {
    server.at(commit);
    return client;
  }

  @Test
  void aHubThatDoesNotAnswerIsDoneWithout() throws IOException {
    Path snapshot = layAsPythonDoes();
    for (Fault fault : List.of(Fault.status(503), Fault.status(401), Fault.busy(429, "9999"))) {
      client.messages().clear();
      server.failing(fault).requests().clear();
      assertEquals(snapshot, client.hub().fetch(ID));
      assertEquals(1, server.requests().size());
      assertEquals(1, client.messages().size());
      String line = client.messages().getFirst();
      assertTrue(line.startsWith("warning: ") && line.contains(FakeHub.COMMIT), line);
    }
    server.close();
    client.messages().clear();
    assertEquals(snapshot, client.hub().fetch(ID));
    assertTrue(client.messages().getFirst().contains("cannot be reached"));
  }

  @Test
  void aRevisionThatIsGoneIsNotMadeUpFor() throws IOException {
    layAsPythonDoes();
    server.failing(Fault.status(404));
    assertThrows(ModelException.class, () -> client.hub().fetch(ID));
  }

  @Test
  void offlineItIsToldWhatIsMissing() throws IOException {
    client.set("HF_HUB_OFFLINE", "1");
    offlineFails("no snapshot of 'main' in " + repository());
    Path snapshot = layAsPythonDoes();
    Files.delete(snapshot.resolve(WEIGHTS));
    offlineFails("lacks weights (model.safetensors");
    Files.delete(snapshot.resolve("config.json"));
    offlineFails("lacks config.json");
    Files.writeString(repository().resolve("refs/main"), "../../../..");
    offlineFails("no snapshot of 'main'");
  }

  @Test
  void aShardThatIsMissingIsNamed() throws IOException {
    Path snapshot = layAsPythonDoes();
    Files.move(snapshot.resolve(WEIGHTS), snapshot.resolve("one.safetensors"));
    Files.writeString(
        snapshot.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}}");
    client.set("HF_HUB_OFFLINE", "1");
    offlineFails("lacks two.safetensors");
  }

  private void offlineFails(String part) {
    ModelException failure = assertThrows(ModelException.class, () -> client.hub().fetch(ID));
    assertTrue(failure.getMessage().contains(part), failure.getMessage());
    assertTrue(failure.getMessage().contains("offline"), failure.getMessage());
    assertEquals(List.of(), server.requests());
  }

  @Test
  void aLinkWithoutItsContentIsFetchedAgain() throws IOException {
    Path snapshot = layAsPythonDoes();
    Files.delete(snapshot.resolve(WEIGHTS).toRealPath());
    client.hub().fetch(ID);
    assertEquals(10_000, Files.size(snapshot.resolve(WEIGHTS)));
  }

  @Test
  void theFolderIsThatOfPython() {
    assertEquals(
        Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"), cache(Map.of()));
    assertEquals(Path.of("/a/hub"), cache(Map.of("HF_HOME", "/a", "XDG_CACHE_HOME", "/x")));
    assertEquals(Path.of("/x/huggingface/hub"), cache(Map.of("XDG_CACHE_HOME", "/x")));
    assertEquals(Path.of("/b"), cache(Map.of("HF_HOME", "/a", "HF_HUB_CACHE", "/b")));
    assertEquals(
        Path.of(System.getProperty("user.home"), "c/hub"), cache(Map.of("HF_HOME", "~/c")));
  }

  private static Path cache(Map<String, String> environment) {
    return HubSettings.of(environment).cache();
  }
}
