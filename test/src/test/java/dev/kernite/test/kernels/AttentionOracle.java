package dev.kernite.test.kernels;

import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Attention.Strides;

/**
 * Attention and its gradients in float64, written straight from the formulas: {@code softmax(scale
 * q k^T + bias, masked) v}. Arrays are addressed with the strides of the shape.
 */
final class AttentionOracle {
  /** A sum, and the sum of the magnitudes of its summands, to which rounding errors relate. */
  record Sum(double[] value, double[] magnitude) {
    Sum(int length) {
      this(new double[length], new double[length]);
    }

    void add(int at, double summand, double size) {
      value[at] += summand;
      magnitude[at] += size;
    }
  }

  final Sum out;
  final double[] lse; // [batch, heads, queries]
  final double[] weights; // [batch, heads, queries, keys]
  final Sum dq;
  final Sum dk;
  final Sum dv;
  final Sum dbias;

  /** Computes everything; {@code mask} and {@code bias} may be null. */
  AttentionOracle(
      Shape s, float[] q, float[] k, float[] v, byte[] mask, float[] bias, float[] dout) {
    int keys = (int) s.keys();
    int d = (int) s.headDim();
    out = new Sum(dout.length);
    lse = new double[(int) (s.batch() * s.heads() * s.queries())];
    weights = new double[lse.length * keys];
    dq = new Sum(q.length);
    dk = new Sum(k.length);
    dv = new Sum(v.length);
    dbias = new Sum(bias == null ? 0 : bias.length);
    int row = 0;
    for (int b = 0; b < s.batch(); b++) {
      for (int h = 0; h < s.heads(); h++) {
        for (int i = 0; i < s.queries(); i++, row++) {
          int visible = s.causal() ? (int) (keys - s.queries() + i + 1) : keys;
          double[] score = new double[keys];
          double max = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < keys; j++) {
            score[j] = Double.NEGATIVE_INFINITY;
            if (j < visible && (mask == null || mask[at(s.mask(), b, h, i, j)] != 0)) {
              double dot = 0;
              for (int c = 0; c < d; c++) {
                dot += (double) q[at(s.q(), b, h, i) + c] * k[at(s.k(), b, h, j) + c];
              }
              score[j] = s.scale() * dot + (bias == null ? 0 : bias[at(s.bias(), b, h, i, j)]);
            }
            max = Math.max(max, score[j]);
          }
          double sum = 0;
          for (int j = 0; j < keys; j++) {
            sum += Math.exp(score[j] - max);
          }
          lse[row] = max == Double.NEGATIVE_INFINITY ? max : max + Math.log(sum);
          double mean = 0;
          double meanSize = 0;
          double[] dp = new double[keys];
          double[] dpSize = new double[keys];
          for (int j = 0; j < keys; j++) {
            double p = Math.exp(score[j] - max) / sum;
            weights[row * keys + j] = p;
            if (j >= visible) {
              continue; // not even a NaN of a query without keys gets there
            }
            for (int c = 0; c < d; c++) {
              double up = dout[at(s.out(), b, h, i) + c];
              double value = v[at(s.v(), b, h, j) + c];
              out.add(at(s.out(), b, h, i) + c, p * value, p * Math.abs(value));
              dv.add(at(s.v(), b, h, j) + c, p * up, p * Math.abs(up));
              dp[j] += up * value;
              dpSize[j] += Math.abs(up * value);
            }
            mean += p * dp[j];
            meanSize += p * dpSize[j];
          }
          for (int j = 0; j < visible; j++) {
            double p = weights[row * keys + j];
            double ds = p * (dp[j] - mean);
            double dsSize = p * (dpSize[j] + meanSize);
            if (bias != null) {
              dbias.add(at(s.bias(), b, h, i, j), ds, dsSize);
            }
            for (int c = 0; c < d; c++) {
              double key = s.scale() * k[at(s.k(), b, h, j) + c];
              double query = s.scale() * q[at(s.q(), b, h, i) + c];
              dq.add(at(s.q(), b, h, i) + c, ds * key, dsSize * Math.abs(key));
              dk.add(at(s.k(), b, h, j) + c, ds * query, dsSize * Math.abs(query));
            }
          }
        }
      }
    }
  }

  static int at(Strides s, int batch, int head, int token) {
    return (int) (batch * s.batch() + head * s.head() + token * s.token());
  }

  static int at(ScoreStrides s, int batch, int head, int query, int key) {
    return (int) (batch * s.batch() + head * s.head() + query * s.query() + key * s.key());
  }
}
