package dev.kernite.bench.peers;

/** The calls of cuBLAS that are compared, by whatever way they are made. */
interface CuBlasCalls {
  /** Version of the library and how it is called, in one line. */
  String version();

  /**
   * {@code C[m, n] = A[m, k] B[k, n]}, column-major with leading dimensions, float32; queued on the
   * default stream.
   *
   * @return the status, 0 for success
   */
  int sgemm(int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc);
}
