package dev.kernite.models.hub;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of a response, read as it comes by a thread that will not wait forever: the client's own
 * time-out ends with the headers, so a server that then falls silent would hold a reader for good.
 * A piece is asked for when the one before is taken, so memory is bounded.
 */
final class TimedBody implements BodySubscriber<TimedBody>, AutoCloseable {
  /** What stands in the queue: pieces of the body, or how it ended. */
  private sealed interface Event {
    record Pieces(List<ByteBuffer> buffers) implements Event {}

    record End(Throwable failure) implements Event {}
  }

  private final Duration stall;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();

  TimedBody(Duration stall) {
    this.stall = stall;
  }

  /** The body is this object, from the moment the headers are there. */
  @Override
  public CompletionStage<TimedBody> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Subscription s) {
    subscription.complete(s);
    s.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Event.Pieces(buffers));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event.End(failure));
  }

  @Override
  public void onComplete() {
    events.add(new Event.End(null));
  }

  /**
   * The next pieces.
   *
   * @return null at the end of the body
   * @throws SocketTimeoutException if nothing comes for too long
   * @throws IOException if the connection breaks before the end
   */
  List<ByteBuffer> next() throws IOException, InterruptedException {
    Event event = events.poll(stall.toNanos(), TimeUnit.NANOSECONDS);
    return switch (event) {
      case null -> throw new SocketTimeoutException("nothing came for " + stall.toSeconds() + " s");
      case Event.Pieces(List<ByteBuffer> buffers) -> {
        subscription.join().request(1);
        yield buffers;
      }
      case Event.End(Throwable failure) when failure == null -> null;
      case Event.End(Throwable failure) -> throw new IOException(failure);
    };
  }

  /** Gives up the rest, and the connection with it. */
  @Override
  public void close() {
    subscription.thenAccept(Subscription::cancel);
  }
}
