package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;

/**
 * One matrix product C = f(A B + bias), or C += A B. Strides count bytes.
 *
 * @param aRow from one row of A to the next
 * @param aStep from one summand of A to the next
 * @param b the matrix as stored, row-major; 0 if B comes packed
 * @param bRow from one stored row of B to the next
 * @param transposeB B is stored [n, k]
 * @param bias n values, or 0
 * @param activation f, or null
 * @param cRow from one row of C to the next
 * @param tileRows rows to take at a time; see {@link Tiles#nextRows}
 */
record GemmProduct(
    long m,
    long n,
    long k,
    long a,
    long aRow,
    long aStep,
    long b,
    long bRow,
    boolean transposeB,
    long bias,
    Lanes.Kernel1 activation,
    long c,
    long cRow,
    boolean accumulate,
    int tileRows) {

  /** One entry of a batch. */
  static GemmProduct of(Gemm.Shape s, long a, long b, long bias, long c, long entry) {
    return new GemmProduct(
        s.m(),
        s.n(),
        s.k(),
        a + 4 * entry * s.strideA(),
        4 * (s.transposeA() ? 1 : s.lda()),
        4 * (s.transposeA() ? s.lda() : 1),
        b + 4 * entry * s.strideB(),
        4 * s.ldb(),
        s.transposeB(),
        bias,
        null,
        c + 4 * entry * s.strideC(),
        4 * s.ldc(),
        s.accumulate(),
        WarmUp.tileRows());
  }

  /** Some rows of this product. */
  GemmProduct rows(long first, long count) {
    return new GemmProduct(
        count,
        n,
        k,
        a + first * aRow,
        aRow,
        aStep,
        b,
        bRow,
        transposeB,
        bias,
        activation,
        c + first * cRow,
        cRow,
        accumulate,
        tileRows);
  }

  double flops() {
    return 2.0 * m * n * k;
  }
}
