package dev.kernite.models.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What names one content of a file: the hash that the hub has for it. Of large files (Git LFS) that
 * is the SHA-256 of the content, of others Git's hash of a blob, SHA-1 of {@code "blob LENGTH\0"}
 * and the content. It is the blob's name in the cache.
 *
 * @param text without quotes and {@code W/}
 */
record Etag(String text) {
  /**
   * Of a header.
   *
   * @param header null or the value of {@code ETag} or {@code X-Linked-Etag}
   * @return null if there is none, or one that cannot be the name of a file
   */
  static Etag of(String header) {
    if (header == null) {
      return null;
    }
    String text = header.strip().replaceFirst("^W/", "").replace("\"", "");
    return text.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}") ? new Etag(text) : null;
  }

  /** What the hash is called; null if the text is no hash that is known. */
  String algorithm() {
    return text.matches("[0-9a-f]{64}") ? "SHA-256" : text.matches("[0-9a-f]{40}") ? "SHA-1" : null;
  }

  /** Whether a file has this content, as far as an etag that may be no hash can tell. */
  boolean matches(Path file) throws IOException {
    String algorithm = algorithm();
    if (algorithm == null) {
      return true;
    }
    MessageDigest digest = digest(algorithm);
    if (algorithm.equals("SHA-1")) {
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    byte[] block = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).equals(text);
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
