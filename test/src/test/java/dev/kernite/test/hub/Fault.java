package dev.kernite.test.hub;

import dev.kernite.test.hub.Reply.End;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

/** How a server misbehaves: in between a request and what would be right. */
@FunctionalInterface
interface Fault {
  Reply answer(Request request, Function<Request, Reply> server);

  static Fault none() {
    return (request, server) -> server.apply(request);
  }

  /** The body ends too early. */
  static Fault cut(int after, End how) {
    return (request, server) -> server.apply(request).endingAfter(after, how);
  }

  static Fault status(int code) {
    return (request, server) -> Reply.empty(code);
  }

  static Fault busy(int code, String retryAfter) {
    return (request, server) -> Reply.empty(code).with("Retry-After", retryAfter);
  }

  static Fault redirect(String location) {
    return (request, server) -> Reply.empty(302).with("Location", location);
  }

  /** Always the whole file, from its first byte. */
  static Fault ignoringRanges() {
    return (request, server) -> server.apply(request.without("Range"));
  }

  static Fault damaged(int at) {
    return (request, server) -> server.apply(request).damaged(at);
  }

  /** This for some requests, the right answer for others. */
  default Fault when(Predicate<Request> which) {
    return (request, server) ->
        which.test(request) ? answer(request, server) : server.apply(request);
  }

  /** Only the first so many times that it is asked. */
  default Fault times(int most) {
    AtomicInteger count = new AtomicInteger();
    return (request, server) ->
        count.getAndIncrement() < most ? answer(request, server) : server.apply(request);
  }

  /** One of all of them, anywhere in the body. */
  static Fault any(Random random) {
    int at = random.nextInt(100_000);
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> cut(at, End.CLOSED);
      case 3, 4 -> cut(at, End.RESET);
      case 5 -> cut(at, End.SILENT);
      case 6 -> status(new int[] {401, 403, 404}[random.nextInt(3)]);
      case 7 -> busy(429, "0");
      case 8 -> status(new int[] {408, 500, 502, 503, 504}[random.nextInt(5)]);
      case 9 -> ignoringRanges();
      // No hash vouches for a listing: TLS does.
      case 10 -> damaged(at).when(request -> !request.target().contains("/revision/"));
      case 11 ->
          (request, server) -> {
            Reply right = server.apply(request);
            return right.declaring(Math.max(0, right.declared() + random.nextInt(200) - 100));
          };
      case 12 -> redirect(new String[] {"/elsewhere", "", "http://[", "ftp://a/b"}[at % 4]);
      default -> (request, server) -> Reply.empty(416);
    };
  }
}
