package dev.kernite.kernels;

/**
 * Products with a right operand that is packed once and used often: the weights of a frozen model.
 * The layout of the packed values is the backend's own.
 *
 * <p>Results have the bits that {@link Gemm#multiply} gives for the same weights in float32:
 * narrower types are widened, which is exact, and summed in the same order.
 */
public interface PackedGemm {
  /**
   * A packed matrix B.
   *
   * @param type how its values are stored
   * @param k rows: length of each dot product
   * @param n columns: outputs
   * @param address of the packed values
   */
  record Matrix(WeightType type, long k, long n, long address) {}

  /** Size of a packed matrix in bytes. */
  long bytes(WeightType type, long k, long n);

  /**
   * Packs a matrix, narrowing to the nearest value (ties to even) where the target's type is
   * narrower.
   *
   * @param from type of the source
   * @param source values, row-major
   * @param transposed the source is stored [n, k] instead of [k, n]
   * @param target where to; its address has room for {@link #bytes}
   * @return false if a value is not finite and the target cannot store that ({@link
   *     WeightType#FLOAT16}): the packed values are then of no use
   */
  boolean pack(WeightType from, long source, boolean transposed, Matrix target);

  /**
   * {@code C = f(A B + bias)}.
   *
   * @param b the packed matrix [k, n]
   * @param m rows of A and C
   * @param a left operand [m, k]
   * @param lda row stride of A
   * @param bias n values added to every row, or 0
   * @param activation f, a function without parameters, or null for none
   * @param c result [m, n], dense; must not overlap A
   */
  void multiply(Matrix b, long m, long a, long lda, long bias, UnaryFunction activation, long c);

  /**
   * Gathers columns of B as rows, in float32: {@code out[i, j] = B[j, indices[i]]}. For a tied
   * language head this is the token embedding.
   *
   * @param indices int32 [count], each below n
   * @param out float32 [count, k]
   */
  void gather(Matrix b, long indices, long count, long out);
}
