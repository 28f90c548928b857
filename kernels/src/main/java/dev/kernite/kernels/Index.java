package dev.kernite.kernels;

/** Reads and adds along an axis by int32 indices, which the engine has range-checked. */
public interface Index {
  /**
   * Rows by index: {@code out[i, :] = table[ids[i], :]}.
   *
   * @param ids int32, n values
   * @param cols values a row
   */
  void gatherRows(long table, long ids, long out, long n, long cols);

  /**
   * {@code dtable[ids[i], :] += dy[i, :]} in ascending i for each row, so the sum is deterministic.
   *
   * @param skip index whose row gets nothing, or -1
   * @param tableRows rows of the table
   */
  void scatterAddRows(long dy, long ids, long dtable, long n, long cols, long tableRows, long skip);

  /**
   * Element-wise gather along the middle axis: {@code out[o, j, i] = x[o, index[o, j, i], i]}.
   *
   * @param n length of that axis in x
   * @param m length of that axis in index and out
   */
  void gather(long x, long index, long out, long outer, long n, long m, long inner);

  /** {@code dx[o, index[o, j, i], i] += dy[o, j, i]} in ascending j. */
  void scatterAdd(long dy, long index, long dx, long outer, long n, long m, long inner);
}
