package dev.kernite.kernels.cpu;

import dev.kernite.kernels.KernelException;

/**
 * Which twin runs, and why.
 *
 * @param vector whether it is the vector twin
 * @param reason one phrase for people
 */
record TwinChoice(boolean vector, String reason) {
  private static final String MODULE = "jdk.incubator.vector";
  private static final int FEWEST_BITS = 128;

  static TwinChoice of(CpuOptions.Twin wanted) {
    if (wanted == CpuOptions.Twin.SCALAR) {
      return new TwinChoice(false, "plain Java, as asked for");
    }
    String refusal = refusal();
    if (refusal == null) {
      return new TwinChoice(true, "Vector API, " + VectorTwin.bits() + " bits");
    }
    if (wanted == CpuOptions.Twin.VECTOR) {
      throw new KernelException("the Vector API kernels cannot be used: " + refusal);
    }
    return new TwinChoice(false, "plain Java, many times slower than the Vector API: " + refusal);
  }

  /** Why the vector twin cannot run, or would crawl; null if it can. */
  private static String refusal() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return "module " + MODULE + " is not in this JVM; start java with --add-modules " + MODULE;
    }
    // Without C2, every vector operation is a call that allocates its result.
    String jvm = System.getProperty("java.vm.info", "");
    if (jvm.contains("interpreted mode")) {
      return "this JVM only interprets; start java without -Xint";
    }
    if (jvm.contains("emulated-client")) {
      return "this JVM runs without its C2 compiler; start java without -XX:TieredStopAtLevel or"
          + " -XX:CompilationMode";
    }
    int bits = VectorTwin.bits();
    if (bits < FEWEST_BITS) {
      return "vectors of "
          + bits
          + " bits are too narrow; start java without -XX:MaxVectorSize, or on a CPU with vectors"
          + " of "
          + FEWEST_BITS
          + " bits";
    }
    return null;
  }
}
