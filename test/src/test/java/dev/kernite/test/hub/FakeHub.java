package dev.kernite.test.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Plays the hub on this machine, and on another port the place where it keeps large files. Answers
 * as huggingface.co does: the JSON of a repository, a relative redirect for what is in Git, one to
 * the other host for what is in LFS, {@code X-} headers, codes of errors. A {@link Fault} makes it
 * misbehave.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  static final String TOKEN = "hf_secretsecretsecret";

  private static final int LARGE = 2000;

  private final RawServer hub;
  private final RawServer cdn;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
  private final Map<String, byte[]> large = new ConcurrentHashMap<>(); // by hash
  private volatile String gated = "";
  private volatile String commit = COMMIT;
  private volatile Fault fault = Fault.none();

  FakeHub() throws IOException {
    hub = new RawServer(false, this::answer).start();
    cdn = new RawServer(true, this::answer).start();
  }

  /** Puts a model there; files of more than a few kilobytes are in LFS. */
  FakeHub with(String repository, Map<String, byte[]> files) {
    repositories.put(repository, new TreeMap<>(files));
    files.values().stream()
        .filter(content -> content.length > LARGE)
        .forEach(content -> large.put(sha256(content), content));
    return this;
  }

  FakeHub gated(String repository) {
    gated = repository;
    return this;
  }

  FakeHub at(String newCommit) {
    commit = newCommit;
    return this;
  }

  FakeHub failing(Fault how) {
    fault = how;
    return this;
  }

  String address() {
    return hub.address();
  }

  /** All so far, of both servers. */
  List<Request> requests() {
    return requests;
  }

  /** Those for the content of a large file. */
  List<Request> downloads() {
    return requests.stream().filter(Request::cdn).toList();
  }

  private Reply answer(Request request) {
    requests.add(request);
    Reply reply = fault.answer(request, this::answerRightly);
    return request.method().equals("HEAD") ? reply.headOnly() : reply;
  }

  private Reply answerRightly(Request request) {
    if (request.cdn()) {
      return content(request);
    }
    for (Map.Entry<String, Map<String, byte[]>> repository : repositories.entrySet()) {
      String id = repository.getKey();
      String api = "/api/models/" + id + "/revision/";
      String files = "/" + id + "/resolve/" + commit + "/";
      String cached = "/api/resolve-cache/models/" + id + "/" + commit + "/";
      String target = request.target().replace("/resolve/main/", "/resolve/" + commit + "/");
      if (!target.startsWith(api) && !target.startsWith(files) && !target.startsWith(cached)) {
        continue;
      }
      if (id.equals(gated) && !("Bearer " + TOKEN).equals(request.headers().get("Authorization"))) {
        return Reply.empty(401).with("X-Error-Code", "GatedRepo");
      }
      if (target.startsWith(api)) {
        return listing(id, target.substring(api.length()), repository.getValue());
      }
      boolean again = target.startsWith(cached);
      String name = target.substring((again ? cached : files).length());
      byte[] body = repository.getValue().get(name);
      return body == null
          ? Reply.empty(404).with("X-Error-Code", "EntryNotFound")
          : file(request, body, again ? null : cached + name);
    }
    return Reply.empty(401).with("X-Error-Code", "RepoNotFound");
  }

  private Reply listing(String id, String revision, Map<String, byte[]> files) {
    if (!List.of("main", "refs%2Fpr%2F1", commit).contains(revision)) {
      return Reply.empty(404).with("X-Error-Code", "RevisionNotFound");
    }
    String siblings =
        files.keySet().stream()
            .map(name -> "{\"rfilename\":\"" + name + "\"}")
            .collect(Collectors.joining(","));
    String json =
        "{\"id\":\"%s\",\"sha\":\"%s\",\"siblings\":[%s]}".formatted(id, commit, siblings);
    return Reply.of(200, json.getBytes(StandardCharsets.UTF_8));
  }

  private Reply file(Request request, byte[] body, String elsewhere) {
    if (body.length > LARGE) {
      return Reply.of(302, "Found".getBytes(StandardCharsets.US_ASCII))
          .with("X-Repo-Commit", commit)
          .with("X-Linked-Etag", "\"" + sha256(body) + "\"")
          .with("X-Linked-Size", Integer.toString(body.length))
          .with("Location", cdn.address() + "/" + sha256(body) + "?signature=x");
    }
    if (elsewhere != null) {
      return Reply.empty(307).with("X-Repo-Commit", commit).with("Location", elsewhere);
    }
    Reply whole =
        Reply.of(200, body).with("X-Repo-Commit", commit).with("ETag", "\"" + gitHash(body) + "\"");
    return request.rangeStart() == 0 ? whole : whole.from(request.rangeStart());
  }

  /** What the other place serves, by hash. */
  private Reply content(Request request) {
    String hash = request.target().replaceFirst("/", "").replaceFirst("\\?.*", "");
    byte[] body = large.get(hash);
    if (body == null) {
      return Reply.empty(404);
    }
    Reply whole = Reply.of(200, body).with("ETag", "\"of-the-store\"");
    int from = request.rangeStart();
    if (from >= body.length) {
      return Reply.empty(416).with("Content-Range", "bytes */" + body.length);
    }
    return request.headers().containsKey("Range") ? whole.from(from) : whole;
  }

  static String sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  /** Git's name of a blob. */
  static String gitHash(byte[] content) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
    parts.add(content);
    return hash("SHA-1", parts.toArray(byte[][]::new));
  }

  private static String hash(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    hub.close();
    cdn.close();
  }
}
