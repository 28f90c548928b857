package dev.kernite.engine;

/**
 * How to open an engine.
 *
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda-host}
 * @param threads worker threads on the CPU, 0 for one a processor
 * @param seed seed of the engine's random stream
 * @param matmulPrecision how exactly matrix products are computed
 */
public record EngineOptions(
    String device, int threads, long seed, MatmulPrecision matmulPrecision) {
  /** The best device, all processors, seed 0, float32. */
  public static final EngineOptions DEFAULT =
      new EngineOptions("auto", 0, 0, MatmulPrecision.FLOAT32);

  /** These options with another device. */
  public EngineOptions withDevice(String device) {
    return new EngineOptions(device, threads, seed, matmulPrecision);
  }

  /** These options with another number of threads. */
  public EngineOptions withThreads(int threads) {
    return new EngineOptions(device, threads, seed, matmulPrecision);
  }

  /** These options with another seed. */
  public EngineOptions withSeed(long seed) {
    return new EngineOptions(device, threads, seed, matmulPrecision);
  }

  /** These options with matrix products of another precision. */
  public EngineOptions withMatmulPrecision(MatmulPrecision precision) {
    return new EngineOptions(device, threads, seed, precision);
  }
}
