package dev.kernite.tokenizer;

/** What a tokenizer or its files cannot do; the message says what was wrong and what to do. */
public final class TokenizerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what went wrong and what to do about it
   */
  public TokenizerException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message what went wrong and what to do about it
   * @param cause the failure underneath
   */
  public TokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
