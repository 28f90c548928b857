package dev.kernite.models;

/**
 * What a model, its checkpoint or its training cannot do; the message says what was wrong and what
 * to do.
 */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what went wrong and what to do about it
   */
  public ModelException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message what went wrong and what to do about it
   * @param cause the failure underneath
   */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
