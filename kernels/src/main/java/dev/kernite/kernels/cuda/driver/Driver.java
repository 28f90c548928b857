package dev.kernite.kernels.cuda.driver;

/** The two driver libraries that this package can run on; one process runs on one of them. */
public enum Driver {
  /** NVIDIA's {@code libcuda.so.1}, which comes with the GPU's driver. */
  CUDA("cuda"),
  /** The driver library of this project, whose device is the CPU. */
  CUDA_HOST("cuda-host");

  private final String device;

  Driver(String device) {
    this.device = device;
  }

  /** The device's name on the command line. */
  public String device() {
    return device;
  }
}
