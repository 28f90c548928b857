package dev.kernite.models.hub;

import java.time.Duration;

/** Why something did not come from the hub, and what that means for what may be tried next. */
final class HubFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What may be tried next. */
  enum Kind {
    /** Another try may work: the network, a busy server, a connection that was cut. */
    PASSING,
    /** The hub will not let us; a copy in the cache may be used. */
    DENIED,
    /** The file is another one than when it was asked about. */
    CHANGED,
    /** Nothing helps. */
    FINAL
  }

  private final Kind kind;
  private final Duration retryAfter;

  private HubFailure(Kind kind, String message, Duration retryAfter, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  static HubFailure of(Kind kind, String message) {
    return new HubFailure(kind, message, Duration.ZERO, null);
  }

  static HubFailure passing(String message, Throwable cause) {
    return new HubFailure(Kind.PASSING, message, Duration.ZERO, cause);
  }

  /**
   * A server that is busy.
   *
   * @param retryAfter what it asks us to wait; zero if it does not say
   */
  static HubFailure busy(String message, Duration retryAfter) {
    return new HubFailure(Kind.PASSING, message, retryAfter, null);
  }

  /** The same with more to say. */
  HubFailure saying(String message) {
    return new HubFailure(kind, message, retryAfter, this);
  }

  Kind kind() {
    return kind;
  }

  Duration retryAfter() {
    return retryAfter;
  }
}
