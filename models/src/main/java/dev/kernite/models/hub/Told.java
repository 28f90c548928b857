package dev.kernite.models.hub;

import java.net.http.HttpHeaders;

/**
 * What the hub tells about a file in the headers of its answers. Large files lie elsewhere: the hub
 * then answers with a redirect, which tells of the file in {@code X-Linked-} headers.
 *
 * @param commit of the repository; null if not told
 * @param etag null if not told
 * @param bytes negative if not told
 */
record Told(String commit, Etag etag, long bytes) {
  static final Told NOTHING = new Told(null, null, -1);

  /** With what one more answer of the hub tells; a later one tells better. */
  Told with(int status, HttpHeaders headers) {
    String plain = headers.firstValue("ETag").orElse(null);
    Etag told = Etag.of(headers.firstValue("X-Linked-Etag").orElse(plain));
    long length = status == 200 ? number(headers, "Content-Length") : -1;
    long linked = number(headers, "X-Linked-Size");
    return new Told(
        headers.firstValue("X-Repo-Commit").orElse(commit),
        told == null ? etag : told,
        linked >= 0 ? linked : length >= 0 ? length : bytes);
  }

  private static long number(HttpHeaders headers, String name) {
    return headers
        .firstValue(name)
        .filter(text -> text.matches("\\d{1,18}"))
        .map(Long::parseLong)
        .orElse(-1L);
  }
}
