package dev.kernite.models.measure;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Strides;
import dev.kernite.kernels.Backend;

/**
 * Causal scaled dot-product attention of one sequence, q, k, v and the result each a dense [heads,
 * time, headDim]: the output, or the three gradients.
 */
public final class AttentionWork implements Workload {
  private static final double TOLERANCE = 2e-5;

  private final Backend backend;
  private final Operands operands;
  private final boolean backward;
  private final int heads;
  private final int time;
  private final int headDim;
  private final Attention.Shape shape;
  private final long q;
  private final long k;
  private final long v;
  private final long out;
  private final long lse;
  private final long dout;
  private final long dq;
  private final long dk;
  private final long dv;

  /**
   * Allocates and fills the operands.
   *
   * @param backward whether {@link #run} computes the gradients, not the output
   */
  public AttentionWork(Backend backend, boolean backward, int heads, int time, int headDim) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.backward = backward;
    this.heads = heads;
    this.time = time;
    this.headDim = headDim;
    Strides dense = new Strides(values(), (long) time * headDim, headDim);
    shape =
        new Attention.Shape(
            1,
            heads,
            time,
            time,
            headDim,
            dense,
            dense,
            dense,
            dense,
            ScoreStrides.NONE,
            ScoreStrides.NONE,
            true,
            (float) (1 / Math.sqrt(headDim)));
    q = operands.normal(values());
    k = operands.normal(values());
    v = operands.normal(values());
    out = backward ? operands.normal(values()) : operands.output(values());
    lse = backward ? operands.normal((long) heads * time) : operands.output((long) heads * time);
    dout = backward ? operands.normal(values()) : 0;
    dq = backward ? operands.output(values()) : 0;
    dk = backward ? operands.output(values()) : 0;
    dv = backward ? operands.output(values()) : 0;
    if (backward) {
      backend.attention().forward(shape, q, k, v, 0, 0, out, lse);
    }
  }

  private long values() {
    return (long) heads * time * headDim;
  }

  /** Whether the gradients are computed. */
  public boolean backward() {
    return backward;
  }

  /** Number of heads. */
  public int heads() {
    return heads;
  }

  /** Queries and keys of each head. */
  public int time() {
    return time;
  }

  /** Values of a query, key or value. */
  public int headDim() {
    return headDim;
  }

  /** Address of the queries. */
  public long q() {
    return q;
  }

  /** Address of the keys. */
  public long k() {
    return k;
  }

  /** Address of the values. */
  public long v() {
    return v;
  }

  /** Address of the output. */
  public long out() {
    return out;
  }

  /** Address of the log-sum-exp of each query's scores, [heads, time]. */
  public long lse() {
    return lse;
  }

  /** Address of the upstream gradient; 0 for the forward pass, like the three that follow. */
  public long dout() {
    return dout;
  }

  /** Address of the gradient of the queries. */
  public long dq() {
    return dq;
  }

  /** Address of the gradient of the keys. */
  public long dk() {
    return dk;
  }

  /** Address of the gradient of the values. */
  public long dv() {
    return dv;
  }

  @Override
  public String op() {
    return backward ? "attention backward" : "attention";
  }

  @Override
  public String shape() {
    return heads + "x" + time + "x" + headDim + " causal";
  }

  /** Two products forward, five backward, each over the half of the scores that may be seen. */
  @Override
  public double flops() {
    return (backward ? 5 : 2) * 2.0 * heads * time * (time / 2.0) * headDim;
  }

  @Override
  public double bytes() {
    return (backward ? 8 : 4) * 4.0 * values();
  }

  @Override
  public void run() {
    run(backend.attention());
  }

  /** The same by other kernels on the same memory. */
  public void run(Attention attention) {
    if (!backward) {
      attention.forward(shape, q, k, v, 0, 0, out, lse);
      return;
    }
    long bytes = values() * Float.BYTES;
    backend.memory().zero(dq, bytes); // the kernel adds to what is there
    backend.memory().zero(dk, bytes);
    backend.memory().zero(dv, bytes);
    attention.backward(shape, q, k, v, 0, 0, out, lse, dout, dq, dk, dv, 0);
  }

  @Override
  public void settle() {
    backend.memory().synchronize();
  }

  @Override
  public void spoil() {
    operands.spoil();
  }

  /** Checks the first and the last head whole. */
  @Override
  public void check() {
    for (int head : new int[] {0, heads - 1}) {
      check(head);
    }
  }

  private void check(int head) {
    double[] hq = head(q, head);
    double[] hk = head(k, head);
    double[] hv = head(v, head);
    double[] p = new double[time * time];
    for (int i = 0; i < time; i++) {
      probabilities(hq, hk, i, p);
    }
    double[] o = new double[time * headDim];
    multiply(p, hv, o);
    if (!backward) {
      requireClose(out, head, o);
      return;
    }
    // With dP = dO V^T and D_i = dO_i . O_i: dS = P (dP - D), dQ = dS K, dK = dS^T Q, dV = P^T dO.
    double[] upstream = head(dout, head);
    double[] ds = new double[time * time];
    for (int i = 0; i < time; i++) {
      double d = dot(upstream, i, o, i);
      for (int j = 0; j <= i; j++) {
        ds[i * time + j] = p[i * time + j] * (dot(upstream, i, hv, j) - d) / Math.sqrt(headDim);
      }
    }
    double[] expected = new double[time * headDim];
    multiply(ds, hk, expected);
    requireClose(dq, head, expected);
    multiplyTransposed(ds, hq, expected);
    requireClose(dk, head, expected);
    multiplyTransposed(p, upstream, expected);
    requireClose(dv, head, expected);
  }

  private double[] head(long address, int head) {
    int values = time * headDim;
    return operands.readDoubles(address, (long) head * values, values);
  }

  private double dot(double[] a, int i, double[] b, int j) {
    double sum = 0;
    for (int e = 0; e < headDim; e++) {
      sum += a[i * headDim + e] * b[j * headDim + e];
    }
    return sum;
  }

  private void probabilities(double[] hq, double[] hk, int i, double[] p) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j <= i; j++) {
      p[i * time + j] = dot(hq, i, hk, j) / Math.sqrt(headDim);
      max = Math.max(max, p[i * time + j]);
    }
    double sum = 0;
    for (int j = 0; j <= i; j++) {
      p[i * time + j] = Math.exp(p[i * time + j] - max);
      sum += p[i * time + j];
    }
    for (int j = 0; j <= i; j++) {
      p[i * time + j] /= sum;
    }
  }

  /** {@code c = a b}, a lower triangular [time, time], b and c [time, headDim]. */
  private void multiply(double[] a, double[] b, double[] c) {
    for (int i = 0; i < time; i++) {
      double[] sum = new double[headDim];
      for (int j = 0; j <= i; j++) {
        for (int e = 0; e < headDim; e++) {
          sum[e] += a[i * time + j] * b[j * headDim + e];
        }
      }
      System.arraycopy(sum, 0, c, i * headDim, headDim);
    }
  }

  /** {@code c = a^T b}, likewise. */
  private void multiplyTransposed(double[] a, double[] b, double[] c) {
    for (int j = 0; j < time; j++) {
      double[] sum = new double[headDim];
      for (int i = j; i < time; i++) {
        for (int e = 0; e < headDim; e++) {
          sum[e] += a[i * time + j] * b[i * headDim + e];
        }
      }
      System.arraycopy(sum, 0, c, j * headDim, headDim);
    }
  }

  private void requireClose(long address, int head, double[] expected) {
    double[] actual = head(address, head);
    for (int i = 0; i < expected.length; i++) {
      Operands.requireClose(
          "%s %s [%d, %d, %d]".formatted(op(), shape(), head, i / headDim, i % headDim),
          actual[i],
          expected[i],
          TOLERANCE * Math.max(1, Math.abs(expected[i])));
    }
  }

  @Override
  public void close() {
    operands.close();
  }
}
