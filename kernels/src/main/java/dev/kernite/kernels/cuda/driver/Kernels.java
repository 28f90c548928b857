package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;

/** The kernels of one context: what a launcher gets. Images are loaded when first used. */
public final class Kernels {
  /** Dynamic shared memory that every kernel may have; more must be asked for. */
  static final int SHARED_WITHOUT_ASKING = 48 << 10;

  private final Context context;
  private final Images images;

  Kernels(Context context) {
    this.context = context;
    this.images = new Images(context);
  }

  /**
   * A kernel, to be kept by its launcher. Nothing is loaded before its first use.
   *
   * @param image which image it is in: the name of the .cu file, such as {@code softmax}
   * @param name its name there
   */
  public Kernel kernel(String image, String name) {
    return new Kernel(this, image, name);
  }

  /** Multiprocessors of the device. */
  public int multiprocessors() {
    return context.device().multiprocessors();
  }

  /** Most shared memory in bytes that a block may have, static and dynamic together. */
  public int maxSharedBytesPerBlock() {
    return context.device().maxSharedBytesPerBlock();
  }

  void close() {
    images.close();
  }

  int maxThreadsPerBlock() {
    return context.device().maxThreadsPerBlock();
  }

  void requireSubmitter() {
    context.requireSubmitter();
  }

  long function(String image, String name) {
    return images.function(image, name);
  }

  /** Sizes in bytes of a function's parameters, or null where the driver does not tell. */
  int[] parameterSizes(long function) {
    return DriverCalls.parameterSizes(function);
  }

  /** Lets a function have this much dynamic shared memory. */
  int raiseShared(long function, String name, int bytes) {
    if (bytes > maxSharedBytesPerBlock()) {
      throw new KernelException(
          "kernel %s: %d bytes of shared memory asked for, the device has %d a block"
              .formatted(name, bytes, maxSharedBytesPerBlock()));
    }
    context
        .faults()
        .check(
            DriverCalls.allowShared(function, bytes),
            "cuFuncSetAttribute of " + name + " for " + bytes + " bytes of shared memory");
    return bytes;
  }

  void launch(
      Kernel kernel,
      long function,
      long pointers,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int sharedBytes) {
    context.launches().add(kernel, gridX, gridY, gridZ, blockX, blockY, sharedBytes);
    int status =
        DriverCalls.launch(
            function,
            gridX,
            gridY,
            gridZ,
            blockX,
            blockY,
            sharedBytes,
            context.stream().handle(),
            pointers);
    if (status != Faults.SUCCESS) {
      throw context.faults().launchFailure(status);
    }
  }
}
