package dev.kernite.bench.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** A cuBLAS of any of the last versions, whose C interface is the same in all. */
final class CuBlasLibrary implements CuBlasCalls {
  private static final List<String> NAMES =
      List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11");
  private static final int AS_STORED = 0;

  private final MethodHandle sgemm;
  private final MemorySegment handle;
  private final MemorySegment one = Arena.global().allocateFrom(JAVA_FLOAT, 1);
  private final MemorySegment zero = Arena.global().allocateFrom(JAVA_FLOAT, 0);
  private final String version;

  private CuBlasLibrary(NativeLibrary library) {
    MethodHandle create = library.function("cublasCreate_v2", JAVA_INT, ADDRESS);
    MethodHandle ask = library.function("cublasGetVersion_v2", JAVA_INT, ADDRESS, ADDRESS);
    sgemm =
        library.function(
            "cublasSgemm_v2",
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_INT);
    MemorySegment place = Arena.global().allocate(ADDRESS);
    MemorySegment number = Arena.global().allocate(JAVA_INT);
    try {
      CuBlas.require("cublasCreate", (int) create.invokeExact(place));
      handle = place.get(ADDRESS, 0);
      CuBlas.require("cublasGetVersion", (int) ask.invokeExact(handle, number));
    } catch (PeerException e) {
      throw e;
    } catch (Throwable e) {
      throw new PeerException("cublasCreate: " + e, e);
    }
    version = number.get(JAVA_INT, 0) + ", called directly";
  }

  /** Opens the newest that is installed; its handle lives as long as the process. */
  static CuBlasLibrary open() {
    return new CuBlasLibrary(NativeLibrary.installed(NAMES.toArray(String[]::new)));
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public int sgemm(int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
    try {
      return (int)
          sgemm.invokeExact(
              handle, AS_STORED, AS_STORED, m, n, k, one, a, lda, b, ldb, zero, c, ldc);
    } catch (Throwable e) {
      throw new PeerException("cublasSgemm: " + e, e);
    }
  }
}
