package dev.kernite.kernels;

/** Work that can be run again; made by {@link Backend#record}. */
public interface Recording extends AutoCloseable {
  /** Submits the work once more. */
  void run();

  /** Frees what the device holds for it; it must not be run any more. */
  @Override
  void close();
}
