package dev.kernite.models.metrics;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van
 * Loan, Matrix Computations, 8.5). Slower than the methods of a linear algebra library, but short,
 * and as exact; 256 dimensions take about a second, and the one use here is once an epoch, so no
 * library is brought in for it.
 *
 * @param values in no order
 * @param vectors [n, n], row i belongs to value i
 */
record SymmetricEigen(double[] values, double[] vectors) {
  private static final int MAX_SWEEPS = 50;

  /** Reads the upper triangle of a matrix [n, n]. */
  static SymmetricEigen of(double[] matrix, int n) {
    double[] a = matrix.clone();
    double[] vectors = new double[n * n];
    for (int i = 0; i < n; i++) {
      vectors[i * n + i] = 1;
      for (int j = 0; j < i; j++) {
        a[i * n + j] = a[j * n + i];
      }
    }
    for (int sweep = 0; sweep < MAX_SWEEPS && !isDiagonal(a, n); sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          if (a[p * n + q] != 0) {
            rotate(a, vectors, n, p, q);
          }
        }
      }
    }
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = a[i * n + i];
    }
    return new SymmetricEigen(values, vectors);
  }

  /** Whether what is off the diagonal is lost in the rounding of the whole. */
  private static boolean isDiagonal(double[] a, int n) {
    double off = 0;
    double all = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double square = a[i * n + j] * a[i * n + j];
        all += square;
        off += i == j ? 0 : square;
      }
    }
    return off <= all * 0x1p-104;
  }

  /** Makes a[p][q] zero by the smaller of the two rotations that do. */
  private static void rotate(double[] a, double[] vectors, int n, int p, int q) {
    double tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = Math.copySign(1 / (Math.abs(tau) + Math.sqrt(1 + tau * tau)), tau);
    double c = 1 / Math.sqrt(1 + t * t);
    double s = t * c;
    for (int k = 0; k < n; k++) {
      double kp = a[k * n + p];
      double kq = a[k * n + q];
      a[k * n + p] = c * kp - s * kq;
      a[k * n + q] = s * kp + c * kq;
    }
    rotateRows(a, n, p, q, c, s);
    rotateRows(vectors, n, p, q, c, s);
    a[p * n + q] = 0;
    a[q * n + p] = 0;
  }

  private static void rotateRows(double[] m, int n, int p, int q, double c, double s) {
    for (int k = 0; k < n; k++) {
      double pk = m[p * n + k];
      double qk = m[q * n + k];
      m[p * n + k] = c * pk - s * qk;
      m[q * n + k] = s * pk + c * qk;
    }
  }
}
