package dev.kernite.bench.peers;

import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;

/** JCublas, which needs the version of cuBLAS that it was built for. */
final class JCublasCalls implements CuBlasCalls {
  private final cublasHandle handle = new cublasHandle();
  private final Pointer one = Pointer.to(new float[] {1});
  private final Pointer zero = Pointer.to(new float[] {0});
  private final String version;

  /** Opens it; its handle lives as long as the process. */
  JCublasCalls() {
    int[] number = new int[1];
    try {
      CuBlas.require("cublasCreate", JCublas2.cublasCreate(handle));
      CuBlas.require("cublasGetVersion", JCublas2.cublasGetVersion(handle, number));
    } catch (LinkageError e) {
      throw new PeerException("JCublas cannot be loaded: " + e.getMessage());
    }
    version = number[0] + ", through JCublas";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public int sgemm(int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
    int asStored = cublasOperation.CUBLAS_OP_N;
    return JCublas2.cublasSgemm(
        handle, asStored, asStored, m, n, k, one, at(a), lda, at(b), ldb, zero, at(c), ldc);
  }

  private static Pointer at(long address) {
    return new Pointer().withByteOffset(address);
  }
}
