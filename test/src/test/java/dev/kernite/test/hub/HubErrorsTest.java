package dev.kernite.test.hub;

import static dev.kernite.test.hub.HubFixture.MODEL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.hub.HubSettings;
import dev.kernite.models.hub.ModelId;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a hub refuses, and what a client must: one clear line each, and no token in it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HubErrorsTest {
  private static final String TOKEN = FakeHub.TOKEN;

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

  private void fails(String id, String... parts) {
    ModelException failure =
        assertThrows(ModelException.class, () -> client.hub().fetch(ModelId.parse(id)));
    for (String part : parts) {
      assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }
    assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      assertFalse(cause.toString().contains(TOKEN), cause.toString());
    }
  }

  @Test
  void aModelThatIsNotThereMayBePrivate() {
    fails("someone/other", "someone/other: there is no such model", "HF_TOKEN", "(401)");
    client.set("HF_TOKEN", "hf_wrong");
    fails("someone/other", "does not take the token", "(401)");
  }

  @Test
  void aGatedModelNeedsATokenWhichNobodyElseSees() {
    server.gated(MODEL);
    fails(MODEL, "gated", server.address() + "/" + MODEL, "HF_TOKEN");
    server.requests().clear();
    client.set("HF_TOKEN", TOKEN);
    client.hub().fetch(ModelId.parse(MODEL));
    assertFalse(server.downloads().isEmpty());
    for (Request request : server.requests()) {
      String expected = request.cdn() ? null : "Bearer " + TOKEN;
      assertEquals(expected, request.headers().get("Authorization"), request.toString());
    }
  }

  @Test
  void theTokenMayLieInAFile() throws IOException {
    server.gated(MODEL);
    Files.writeString(folder.resolve("token"), TOKEN + "\n");
    client.hub().fetch(ModelId.parse(MODEL));
    client.set("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    fails(MODEL + "@refs/pr/1", "gated");
  }

  @Test
  void aTokenIsNeverShown() {
    HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", TOKEN));
    assertFalse(settings.toString().contains(TOKEN), settings.toString());
    ModelException broken =
        assertThrows(
            ModelException.class, () -> HubSettings.of(Map.of("HF_TOKEN", "hf_se\u00e9cret")));
    assertFalse(broken.getMessage().contains("cret"), broken.getMessage());
  }

  @Test
  void aRevisionThatIsNotThere() {
    fails(MODEL + "@v9", "no revision 'v9'", "(404)");
    client.hub().fetch(ModelId.parse(MODEL + "@refs/pr/1"));
  }

  @Test
  void weightsInAPickleAreNotFetched() {
    Map<String, byte[]> pickled = HubFixture.files(10_000);
    pickled.remove(HubFixture.WEIGHTS);
    server.with(MODEL, pickled);
    fails(MODEL, "pytorch_model.bin", "run code", "safetensors/convert", MODEL + "@refs/pr/");
    pickled.remove("pytorch_model.bin");
    server.with(MODEL, pickled);
    fails(MODEL, "has no weights", "model.safetensors");
    pickled.remove("config.json");
    server.with(MODEL, pickled);
    fails(MODEL, "config.json");
  }

  @Test
  void aBusyHubIsAskedAgainWhenItSays() {
    server.failing(Fault.busy(429, "0").times(2));
    client.hub().fetch(ModelId.parse(MODEL));
    assertEquals(
        3,
        server.requests().stream()
            .filter(r -> r.target().contains("/api/models/someone/tiny-model/rev"))
            .count());
    server.failing(Fault.busy(429, "100000"));
    fails(MODEL + "@refs/pr/1", "answered 429 (too many requests)", "HF_TOKEN", "100000 s");
    String date =
        ZonedDateTime.now(ZoneOffset.UTC).plusDays(1).format(DateTimeFormatter.RFC_1123_DATE_TIME);
    server.failing(Fault.busy(503, date));
    fails(MODEL + "@refs/pr/1", "answered 503 (unavailable)", "s, it says");
  }

  @Test
  void aWaitIsAsLongAsTheServerAsks() {
    server.failing(Fault.busy(503, "1").times(1));
    long began = System.nanoTime();
    client.hub().fetch(ModelId.parse(MODEL));
    assertTrue(System.nanoTime() - began >= 1_000_000_000L);
  }

  @Test
  void aBrokenHubIsGivenUp() {
    server.failing(Fault.status(500));
    fails(MODEL, "answered 500", "tried 4 times");
    server.failing(Fault.status(418));
    fails(MODEL, "answered 418");
  }

  @Test
  void redirectsThatLeadNowhere() {
    server.failing(Fault.redirect("/a"));
    fails(MODEL, "redirected to where it is asked for");
    server.failing(
        (request, right) ->
            Reply.empty(302).with("Location", request.target().equals("/a") ? "/b" : "/a"));
    fails(MODEL, "in a circle");
    server.failing(Fault.redirect("file:///etc/passwd"));
    fails(MODEL, "not of the web");
    server.failing(Fault.redirect("http://["));
    fails(MODEL, "no address");
    server.failing((request, right) -> Reply.empty(302));
    fails(MODEL, "or nowhere");
  }

  @Test
  void anAnswerThatIsNoHubs() {
    for (String answer : List.of("<html>", "[]", "{\"siblings\": 3}", "{\"sha\": \"../x\"}", "")) {
      server.failing((request, right) -> Reply.of(200, answer.getBytes(StandardCharsets.UTF_8)));
      fails(MODEL, MODEL);
    }
    server.failing(
        (request, right) ->
            request.method().equals("HEAD") ? Reply.empty(200) : right.apply(request));
    fails(MODEL, "ETag");
    server.failing(
        (request, right) ->
            request.method().equals("HEAD")
                ? Reply.empty(200).with("ETag", "\"../../x\"")
                : right.apply(request));
    fails(MODEL, "ETag");
  }

  @Test
  void namesThatLeadElsewhereAreNeverUsed() {
    String siblings = "\"siblings\":[{\"rfilename\":\"../../../config.json\"}]";
    server.failing(
        (request, right) ->
            Reply.of(
                200,
                "{\"sha\":\"%s\",%s}"
                    .formatted(FakeHub.COMMIT, siblings)
                    .getBytes(StandardCharsets.UTF_8)));
    fails(MODEL, "has no config.json");
    assertEquals(1, server.requests().size());
  }

  @Test
  void whereNobodyListens() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    client.set("HF_ENDPOINT", "http://127.0.0.1:" + port);
    fails(
        MODEL, MODEL, "127.0.0.1 cannot be reached", "HF_ENDPOINT", "nor is it whole in the cache");
    client.set("HF_ENDPOINT", "http://no-such-host.invalid");
    fails(MODEL, "no-such-host.invalid cannot be reached (its name is not known)");
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() {
    server.failing(
        (request, right) -> new Reply(200, Map.of(), new byte[9], 100, 3, Reply.End.SILENT));
    fails(MODEL, "nothing came for");
  }

  @Test
  void aFullDiskIsToldBeforeAnythingIsFetched() {
    server.failing(
        (request, right) ->
            request.method().equals("HEAD") && request.target().endsWith("model.safetensors")
                ? right.apply(request).with("X-Linked-Size", "9000000000000000")
                : right.apply(request));
    fails(MODEL, "needs 9000000000.0 MB more", "HF_HOME");
    assertTrue(server.downloads().isEmpty());
  }

  @Test
  void settingsThatCannotBeUsed() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("HF_ENDPOINT", "ftp://hub"),
            Map.of("HF_ENDPOINT", "hub"),
            Map.of("HF_ENDPOINT", "http://user:password@hub"),
            Map.of("HF_ENDPOINT", "http://a b"),
            Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "soon"))) {
      ModelException failure =
          assertThrows(ModelException.class, () -> HubSettings.of(wrong), wrong::toString);
      assertTrue(failure.getMessage().startsWith("HF_"), failure.getMessage());
      assertFalse(failure.getMessage().contains("password"), failure.getMessage());
    }
  }

  @Test
  void whatIsAnId() {
    for (String id :
        List.of("gpt2", "a/b", "google-t5/t5-base", "a_b/c.d-e", "a/b@v1.0", "a@refs/pr/3")) {
      assertEquals(id, ModelId.find(id).orElseThrow().toString());
    }
    for (String other :
        List.of(
            "",
            "/a",
            "a/",
            "a/b/c",
            "./a",
            "../a",
            "a..b",
            "a--b",
            "a/.b",
            "a\\b",
            "a b",
            "a.git",
            "a/b@",
            "a@../x",
            "a@/x",
            "a@b//c",
            "a@x.lock",
            "C:\\m",
            "x".repeat(97),
            "\u00e9",
            "a/b@c@d")) {
      assertEquals(Optional.empty(), ModelId.find(other), other);
      assertThrows(ModelException.class, () -> ModelId.parse(other), other);
    }
  }
}
