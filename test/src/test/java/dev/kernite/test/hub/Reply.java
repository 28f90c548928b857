package dev.kernite.test.hub;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server answers, and how it ends.
 *
 * @param body what would be sent
 * @param declared the value of {@code Content-Length}; negative for none
 * @param sent how many bytes of the body are sent
 * @param end what comes then
 */
record Reply(
    int status, Map<String, String> headers, byte[] body, long declared, int sent, End end) {
  /** How a connection ends. */
  enum End {
    CLOSED,
    /** As by a machine that lost its power: the receiver gets an error. */
    RESET,
    /** It stays open and nothing comes. */
    SILENT
  }

  static Reply of(int status, byte[] body) {
    return new Reply(status, Map.of(), body, body.length, body.length, End.CLOSED);
  }

  static Reply empty(int status) {
    return of(status, new byte[0]);
  }

  Reply with(String header, String value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new Reply(status, all, body, declared, sent, end);
  }

  /** As an answer to HEAD: the length, and nothing of it. */
  Reply headOnly() {
    return new Reply(status, headers, body, declared, 0, end);
  }

  Reply endingAfter(int bytes, End how) {
    return new Reply(status, headers, body, declared, Math.min(bytes, sent), how);
  }

  Reply declaring(long length) {
    return new Reply(status, headers, body, length, sent, end);
  }

  /** As many bytes, of which one is another. */
  Reply damaged(int at) {
    if (body.length == 0) {
      return this;
    }
    byte[] other = body.clone();
    other[at % other.length] ^= 1;
    return new Reply(status, headers, other, declared, sent, end);
  }

  /** The part from a byte on. */
  Reply from(int start) {
    byte[] part = Arrays.copyOfRange(body, start, body.length);
    return new Reply(206, headers, part, part.length, part.length, end)
        .with("Content-Range", "bytes %d-%d/%d".formatted(start, body.length - 1, body.length));
  }
}
