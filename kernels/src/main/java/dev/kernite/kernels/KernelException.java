package dev.kernite.kernels;

/** A kernel or its memory cannot do what was asked; the message says what, and what to do. */
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what went wrong and what to do about it
   */
  public KernelException(String message) {
    super(message);
  }
}
