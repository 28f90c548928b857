package dev.kernite.engine;

/** What a tensor operation cannot do; the message says what was wrong and what to do. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what went wrong and what to do about it
   */
  public EngineException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message what went wrong and what to do about it
   * @param cause the failure underneath
   */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
