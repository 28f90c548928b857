package dev.kernite.test.kernels;

import dev.kernite.kernels.Backend;
import dev.kernite.test.devices.Device;
import java.util.Random;

/** The CUDA device of the process, open for good, and values for its kernels. */
final class CudaDevice {
  private static Backend open;

  private CudaDevice() {}

  static synchronized Backend backend() {
    if (open == null) {
      open = Device.any().open(1, false);
    }
    return open;
  }

  /** Values whose sums of some thousand products are exact in float32. */
  static float[] integers(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(17) - 8;
    }
    return values;
  }

  /** Standard normal values. */
  static float[] normal(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** One of these. */
  static int pick(Random random, int... from) {
    return from[random.nextInt(from.length)];
  }
}
