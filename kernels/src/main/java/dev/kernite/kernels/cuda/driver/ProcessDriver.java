package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;

/**
 * The driver library of this process. It is chosen once: JCuda links to whichever {@code
 * libcuda.so.1} was loaded first, and cannot be linked again.
 */
final class ProcessDriver {
  private static Driver chosen;
  private static SharedLibrary library;

  private ProcessDriver() {}

  /**
   * Chooses the library, unless that is done.
   *
   * @throws KernelException with the reason if it does not work here, or the other one was chosen
   */
  static synchronized void choose(Driver driver) {
    requireChoice(driver);
    if (chosen != null) {
      return;
    }
    SharedLibrary opened = DriverProbe.open(driver);
    try {
      JCudaNatives.load();
    } catch (KernelException e) {
      opened.close();
      throw e;
    }
    library = opened;
    chosen = driver;
  }

  /** Fails if the other library was chosen. */
  static synchronized void requireChoice(Driver driver) {
    if (chosen != null && chosen != driver) {
      throw new KernelException(
          "this process runs on %s, and the two driver libraries exclude each other; start another process for %s"
              .formatted(chosen.device(), driver.device()));
    }
  }

  /** The library chosen. */
  static synchronized SharedLibrary library() {
    if (library == null) {
      throw new IllegalStateException("no driver library has been chosen");
    }
    return library;
  }
}
