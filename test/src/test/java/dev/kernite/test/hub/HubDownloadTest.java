package dev.kernite.test.hub;

import static dev.kernite.test.hub.HubFixture.MODEL;
import static dev.kernite.test.hub.HubFixture.WEIGHTS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.hub.ModelId;
import dev.kernite.test.hub.Reply.End;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes from a hub, and how it gets there when the way is bad. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HubDownloadTest {
  private static final int BYTES = 300_000;
  private static final ModelId ID = ModelId.parse(MODEL);

  @TempDir private Path folder;
  private final Map<String, byte[]> files = HubFixture.files(BYTES);
  private final byte[] weights = files.get(WEIGHTS);
  private FakeHub server;
  private HubFixture client;

  @BeforeEach
  void start() throws IOException {
    server = new FakeHub().with(MODEL, files);
    client = new HubFixture(server, folder);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Path cache() {
    return folder.resolve("hub/models--someone--tiny-model");
  }

  private Path incomplete() {
    return cache().resolve("blobs/" + FakeHub.sha256(weights) + ".kernite.incomplete");
  }

  @Test
  void laysOutTheCacheAsHuggingFaceDoes() throws IOException {
    Path snapshot = client.hub().fetch(ID);
    assertEquals(cache().resolve("snapshots").resolve(FakeHub.COMMIT), snapshot);
    assertEquals(FakeHub.COMMIT, Files.readString(cache().resolve("refs/main")));
    assertEquals(
        Path.of("../../blobs", FakeHub.sha256(weights)),
        Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
    assertEquals(
        Path.of("../../../blobs", FakeHub.gitHash(files.get("1_Pooling/config.json"))),
        Files.readSymbolicLink(snapshot.resolve("1_Pooling/config.json")));
    try (Stream<Path> blobs = Files.list(cache().resolve("blobs"))) {
      assertEquals(4, blobs.count());
    }
    assertEquals(BYTES, client.progress().getLast());
  }

  @Test
  void fetchesOnlyWhatTheLoadersRead() throws IOException {
    Path snapshot = client.hub().fetch(ID);
    Set<String> wanted = Set.of("config.json", "tokenizer.json", "1_Pooling/config.json", WEIGHTS);
    for (String name : files.keySet()) {
      assertEquals(wanted.contains(name), Files.exists(snapshot.resolve(name)), name);
      if (wanted.contains(name)) {
        assertArrayEquals(files.get(name), Files.readAllBytes(snapshot.resolve(name)), name);
      }
    }
    assertTrue(
        server.requests().stream().noneMatch(r -> r.target().matches(".*(\\.bin|README.md)")),
        () -> server.requests().toString());
  }

  @Test
  void aCutConnectionIsResumedWhereItWasCut() throws IOException {
    server.failing(Fault.cut(100_000, End.CLOSED).when(Request::cdn));
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(
        List.of(0, 100_000, 200_000),
        server.downloads().stream().map(Request::rangeStart).toList());
  }

  @Test
  void whatASilentServerSentIsKept() throws IOException {
    server.failing(Fault.cut(123_456, End.SILENT).times(1).when(Request::cdn));
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(
        List.of(0, 123_456), server.downloads().stream().map(Request::rangeStart).toList());
  }

  @Test
  void aSecondRunGoesOnWhereTheFirstFailed() throws IOException {
    Fault cut = Fault.cut(100_000, End.CLOSED).when(Request::cdn);
    Fault broken = Fault.status(500).when(r -> r.cdn() && r.rangeStart() > 0);
    server.failing((request, right) -> broken.answer(request, r -> cut.answer(r, right)));
    ModelException failure = assertThrows(ModelException.class, () -> client.hub().fetch(ID));
    assertTrue(failure.getMessage().contains("answered 500"), failure.getMessage());
    assertEquals(100_000, Files.size(incomplete()));
    assertFalse(Files.exists(cache().resolve("refs/main")), "the revision is not whole");

    server.failing(Fault.none());
    server.requests().clear();
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(List.of(100_000), server.downloads().stream().map(Request::rangeStart).toList());
    assertFalse(Files.exists(incomplete()));
  }

  @Test
  void aServerThatIgnoresRangesMakesItStartOver() throws IOException {
    Fault cut = Fault.cut(200_000, End.CLOSED).times(3).when(Request::cdn);
    server.failing((request, right) -> cut.answer(request.without("Range"), right));
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(4, server.downloads().size());
  }

  @Test
  void whatIsLongerThanTheFileIsThrownAway() throws IOException {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), new byte[BYTES + 1]);
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
  }

  @Test
  void aWrongBeginningIsFoundOutByTheHash() throws IOException {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), new byte[100_000]);
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(
        List.of(100_000, 0), server.downloads().stream().map(Request::rangeStart).toList());
  }

  @Test
  void contentThatIsAlwaysWrongIsRefused() {
    server.failing(Fault.damaged(1234).when(Request::cdn));
    ModelException failure = assertThrows(ModelException.class, () -> client.hub().fetch(ID));
    assertTrue(failure.getMessage().contains("another content"), failure.getMessage());
    assertFalse(Files.exists(cache().resolve("blobs/" + FakeHub.sha256(weights))));
  }

  @Test
  void gitHashesAreCheckedToo() {
    server.failing(Fault.damaged(3).when(r -> r.target().contains("resolve-cache")));
    ModelException failure = assertThrows(ModelException.class, () -> client.hub().fetch(ID));
    assertTrue(failure.getMessage().contains("SHA-1"), failure.getMessage());
  }

  @Test
  void aFileThatChangesMeanwhileIsAskedAboutAgain() throws IOException {
    byte[] other = "{\"model_type\": \"bert\"}".getBytes(StandardCharsets.UTF_8);
    server.failing(
        (request, right) -> {
          if (request.is("GET", "/config.json") && request.target().contains("resolve/")) {
            server.with(MODEL, with("config.json", other));
          }
          return right.apply(request);
        });
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(other, Files.readAllBytes(snapshot.resolve("config.json")));
  }

  private Map<String, byte[]> with(String name, byte[] content) {
    Map<String, byte[]> changed = new HashMap<>(files);
    changed.put(name, content);
    return changed;
  }

  @Test
  void aLengthThatNobodyTellsIsDoneWithout() throws IOException {
    server.failing(
        (request, right) ->
            request.target().contains("resolve-cache")
                ? right.apply(request).declaring(-1)
                : right.apply(request));
    Path snapshot = client.hub().fetch(ID);
    assertArrayEquals(
        files.get("config.json"), Files.readAllBytes(snapshot.resolve("config.json")));
  }

  @Test
  void shardsAreFetchedByTheirIndex() throws IOException {
    String index =
        "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\","
            + " \"b\": \"model-00002-of-00002.safetensors\"}}";
    Map<String, byte[]> sharded =
        with("model.safetensors.index.json", index.getBytes(StandardCharsets.UTF_8));
    sharded.put("model-00001-of-00002.safetensors", weights);
    sharded.put("model-00002-of-00002.safetensors", new byte[5000]);
    sharded.remove(WEIGHTS);
    server.with(MODEL, sharded);
    Path snapshot = client.hub().fetch(ID);
    try (Stream<Path> all = Files.list(snapshot)) {
      assertEquals(
          Set.of(
              "config.json",
              "tokenizer.json",
              "1_Pooling",
              "model.safetensors.index.json",
              "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors"),
          all.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
    }
  }

  @Test
  void shardsOutsideTheModelAreRefused() {
    for (String shard : List.of("../../../evil.safetensors", "/etc/passwd", "pytorch_model.bin")) {
      String index = "{\"weight_map\": {\"a\": \"%s\"}}".formatted(shard);
      Map<String, byte[]> sharded =
          with("model.safetensors.index.json", index.getBytes(StandardCharsets.UTF_8));
      sharded.remove(WEIGHTS);
      server.with("someone/" + shard.length(), sharded);
      ModelId id = ModelId.parse("someone/" + shard.length());
      ModelException failure = assertThrows(ModelException.class, () -> client.hub().fetch(id));
      assertTrue(failure.getMessage().contains("shard"), failure.getMessage());
    }
  }

  @Test
  void withoutSymbolicLinksTheFilesThemselvesLieInTheSnapshot() throws IOException {
    client.set("HF_HUB_DISABLE_SYMLINKS", "1");
    Path snapshot = client.hub().fetch(ID);
    assertTrue(Files.isRegularFile(snapshot.resolve(WEIGHTS), LinkOption.NOFOLLOW_LINKS));
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    server.requests().clear();
    client.hub().fetch(ID);
    assertEquals(1, server.requests().size());
  }
}
