package dev.kernite.bench.peers;

/** A peer cannot be used; the message says why. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public PeerException(String message) {
    super(message);
  }

  /** With the reason and what was behind it. */
  public PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
