package dev.kernite.test.hub;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * HTTP on a bare socket, one request a connection: a real server would never send a wrong length,
 * or half an answer.
 */
final class RawServer implements AutoCloseable {
  private final boolean cdn;
  private final Function<Request, Reply> answers;
  private final ServerSocket socket;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  RawServer(boolean cdn, Function<Request, Reply> answers) throws IOException {
    this.cdn = cdn;
    this.answers = answers;
    this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  RawServer start() {
    Thread.ofVirtual().start(this::accept);
    return this;
  }

  String address() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        open.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException e) {
      // closed: the test is over
    }
  }

  private void serve(Socket connection) {
    try {
      String head = head(connection.getInputStream());
      if (!head.isEmpty()) {
        Reply reply = answers.apply(Request.of(cdn, head));
        write(reply, new BufferedOutputStream(connection.getOutputStream()));
        switch (reply.end()) {
          case CLOSED -> connection.shutdownOutput();
          case RESET -> connection.setSoLinger(true, 0);
          case SILENT -> {
            return;
          }
        }
      }
      connection.close();
      open.remove(connection);
    } catch (IOException e) {
      // the client has gone
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int c = in.read();
      if (c < 0) {
        return "";
      }
      head.append((char) c);
    }
    return head.toString();
  }

  private static void write(Reply reply, OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " X\r\n");
    reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (reply.declared() >= 0) {
      head.append("Content-Length: " + reply.declared() + "\r\n");
    }
    out.write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.write(reply.body(), 0, reply.sent());
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : open) {
      connection.close();
    }
  }
}
