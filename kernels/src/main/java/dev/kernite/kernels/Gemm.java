package dev.kernite.kernels;

/**
 * General matrix product.
 *
 * <p>Every output element is summed in the same way whatever the number of rows, so that one row
 * alone gives the same bits as that row among others: k is cut into blocks of a length that the
 * device fixes ({@link #K_BLOCK} on the CPU, 64 with CUDA); each block is a chain of fused
 * multiply-adds in ascending k that starts at zero; block sums are added in ascending order; the
 * old C (when accumulating) or else the bias is added last.
 */
public interface Gemm {
  /** Length of a summation block along k on the CPU. */
  int K_BLOCK = 512;

  /**
   * {@code C[i] = op(A[i]) op(B[i]) + bias}, or {@code C[i] += op(A[i]) op(B[i])}, for each batch
   * entry i. k = 0 gives zeros (plus bias).
   *
   * @param shape sizes, leading dimensions, batch strides, transposition
   * @param a left operands
   * @param b right operands
   * @param bias n values added to every row, or 0; must be 0 when accumulating
   * @param c results; must not overlap the operands
   */
  void multiply(Shape shape, long a, long b, long bias, long c);

  /**
   * One (batched) product. Leading dimensions are the row strides of the matrices as stored.
   *
   * @param transposeA A is stored [k, m] instead of [m, k]
   * @param transposeB B is stored [n, k] instead of [k, n]
   * @param m rows of C
   * @param n columns of C
   * @param k length of each dot product
   * @param lda row stride of A
   * @param ldb row stride of B
   * @param ldc row stride of C
   * @param batch number of products
   * @param strideA from one A to the next; 0 shares one A
   * @param strideB from one B to the next; 0 shares one B
   * @param strideC from one C to the next
   * @param accumulate add to C instead of overwriting it
   */
  record Shape(
      boolean transposeA,
      boolean transposeB,
      long m,
      long n,
      long k,
      long lda,
      long ldb,
      long ldc,
      long batch,
      long strideA,
      long strideB,
      long strideC,
      boolean accumulate) {

    /** A single dense product {@code [m, k] x [k, n]}, the operands transposed as stored or not. */
    public static Shape dense(boolean transposeA, boolean transposeB, long m, long n, long k) {
      return new Shape(
          transposeA,
          transposeB,
          m,
          n,
          k,
          transposeA ? m : k,
          transposeB ? k : n,
          n,
          1,
          0,
          0,
          0,
          false);
    }

    /** The same product, repeated {@code batch} times with these strides. */
    public Shape batched(long batch, long strideA, long strideB, long strideC) {
      return new Shape(
          transposeA,
          transposeB,
          m,
          n,
          k,
          lda,
          ldb,
          ldc,
          batch,
          strideA,
          strideB,
          strideC,
          accumulate);
    }

    /** The same product of operands with other row strides. */
    public Shape withOperands(long lda, long ldb) {
      return new Shape(
          transposeA,
          transposeB,
          m,
          n,
          k,
          lda,
          ldb,
          ldc,
          batch,
          strideA,
          strideB,
          strideC,
          accumulate);
    }

    /** The same product into a matrix with another row stride. */
    public Shape withResult(long ldc) {
      return new Shape(
          transposeA,
          transposeB,
          m,
          n,
          k,
          lda,
          ldb,
          ldc,
          batch,
          strideA,
          strideB,
          strideC,
          accumulate);
    }

    /** The same product, added to C. */
    public Shape accumulating() {
      return new Shape(
          transposeA, transposeB, m, n, k, lda, ldb, ldc, batch, strideA, strideB, strideC, true);
    }
  }
}
