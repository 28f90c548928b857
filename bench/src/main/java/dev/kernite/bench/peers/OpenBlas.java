package dev.kernite.bench.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.Workload;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** OpenBLAS, the build of the JavaCPP presets, by its CBLAS interface. */
public final class OpenBlas implements Peer {
  private static final int ROW_MAJOR = 101;
  private static final int AS_STORED = 111;
  private static final int TRANSPOSED = 112;
  private static final long LONGEST_TEXT = 1024;

  private final MethodHandle sgemm;
  private final MethodHandle sgemv;
  private final MethodHandle setThreads;
  private final String version;

  private OpenBlas(NativeLibrary library) {
    sgemm =
        library.procedure(
            "cblas_sgemm",
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_FLOAT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_FLOAT,
            JAVA_LONG,
            JAVA_INT);
    sgemv =
        library.procedure(
            "cblas_sgemv",
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_FLOAT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            JAVA_FLOAT,
            JAVA_LONG,
            JAVA_INT);
    setThreads = library.procedure("openblas_set_num_threads", JAVA_INT);
    MethodHandle config = library.function("openblas_get_config", ADDRESS);
    MethodHandle core = library.function("openblas_get_corename", ADDRESS);
    try {
      version =
          text((MemorySegment) config.invokeExact())
              + ", kernels for "
              + text((MemorySegment) core.invokeExact());
    } catch (Throwable e) {
      throw new PeerException("OpenBLAS does not tell its version: " + e, e);
    }
  }

  @SuppressWarnings("restricted")
  private static String text(MemorySegment pointer) {
    return pointer.reinterpret(LONGEST_TEXT).getString(0).strip();
  }

  /**
   * Loads the library.
   *
   * @param folder where it was unpacked
   */
  public static OpenBlas load(Path folder) {
    return new OpenBlas(NativeLibrary.load(folder, "libopenblas.so.0"));
  }

  @Override
  public String name() {
    return "OpenBLAS";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public void threads(int threads) {
    try {
      setThreads.invokeExact(threads);
    } catch (Throwable e) {
      throw new PeerException("openblas_set_num_threads: " + e, e);
    }
  }

  @Override
  public List<Entrant> entrants(Workload work) {
    if (!(work instanceof GemmWork g)) {
      return List.of();
    }
    List<Entrant> ways = new ArrayList<>();
    ways.add(new Entrant(name(), "sgemm", () -> product(g)));
    if (g.m() == 1) {
      ways.add(new Entrant(name(), "sgemv", () -> rowTimesMatrix(g)));
    }
    return ways;
  }

  private void product(GemmWork g) {
    int m = g.m();
    int n = g.n();
    int k = g.k();
    try {
      sgemm.invokeExact(
          ROW_MAJOR, AS_STORED, AS_STORED, m, n, k, 1f, g.a(), k, g.b(), n, 0f, g.c(), n);
    } catch (Throwable e) {
      throw new PeerException("cblas_sgemm: " + e, e);
    }
  }

  private void rowTimesMatrix(GemmWork g) {
    try {
      sgemv.invokeExact(
          ROW_MAJOR, TRANSPOSED, g.k(), g.n(), 1f, g.b(), g.n(), g.a(), 1, 0f, g.c(), 1);
    } catch (Throwable e) {
      throw new PeerException("cblas_sgemv: " + e, e);
    }
  }

  /** They hold nothing. */
  @Override
  public void release() {}
}
