package dev.kernite.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.Workload;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * cuBLAS on the device of the calling thread: through JCublas where there is the library that it
 * was built for, else through the Foreign Function & Memory API. Float32 products without TF32.
 */
public final class CuBlas implements Peer {
  private static final String DRIVER = "libcuda.so.1";

  private final CuBlasCalls calls;
  private final MethodHandle synchronize;

  private CuBlas(CuBlasCalls calls, MethodHandle synchronize) {
    this.calls = calls;
    this.synchronize = synchronize;
  }

  /**
   * Loads the library. The device's context must be current on this thread.
   *
   * @throws PeerException with the reason if there is none
   */
  public static CuBlas load() {
    MethodHandle wait = NativeLibrary.installed(DRIVER).function("cuCtxSynchronize", JAVA_INT);
    try {
      return new CuBlas(new JCublasCalls(), wait);
    } catch (PeerException e) {
      return new CuBlas(CuBlasLibrary.open(), wait);
    }
  }

  @Override
  public String name() {
    return "cuBLAS";
  }

  @Override
  public String version() {
    return calls.version();
  }

  /** It has none: the device schedules itself. */
  @Override
  public void threads(int threads) {}

  @Override
  public List<Entrant> entrants(Workload work) {
    return work instanceof GemmWork g
        ? List.of(new Entrant(name(), "sgemm", () -> product(g)).withSettled(this::synchronize))
        : List.of();
  }

  /** Row-major C = A B is column-major C^T = B^T A^T, and that is how the arrays lie. */
  private void product(GemmWork g) {
    require(
        "cublasSgemm", calls.sgemm(g.n(), g.m(), g.k(), g.b(), g.n(), g.a(), g.k(), g.c(), g.n()));
  }

  private void synchronize() {
    try {
      require("cuCtxSynchronize", (int) synchronize.invokeExact());
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new PeerException("cuCtxSynchronize: " + e, e);
    }
  }

  static void require(String call, int status) {
    if (status != 0) {
      throw new PeerException(call + " failed with status " + status);
    }
  }

  /** They hold nothing. */
  @Override
  public void release() {}
}
