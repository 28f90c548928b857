package dev.kernite.models.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The last answer to a request, after the redirects that were followed.
 *
 * @param status 200, 206, 416, or a redirect that was not to be followed
 * @param body to be closed
 * @param told what the hub's own answers on the way told
 */
record Answer(int status, HttpHeaders headers, TimedBody body, Told told) implements AutoCloseable {
  /** The whole body, which must not be larger than {@code most} bytes. */
  byte[] bytes(int most) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (List<ByteBuffer> pieces; (pieces = body.next()) != null; ) {
      for (ByteBuffer piece : pieces) {
        if (all.size() + piece.remaining() > most) {
          throw new IOException("the answer has more than " + most + " bytes");
        }
        byte[] part = new byte[piece.remaining()];
        piece.get(part);
        all.write(part);
      }
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    body.close();
  }
}
