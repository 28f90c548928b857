package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.util.List;

/**
 * One step of the attention ladder, {@code ladder/attention}: the forward pass. Gradients, weights
 * and decoding are the product's.
 */
final class LadderAttention implements Attention {
  static final List<String> STEPS = List.of("01_materialised", "02_tiled", "03_online");

  private static final String IMAGES = "ladder/attention/";
  private static final int THREADS = 256;
  private static final int WARPS = 8;

  /** Queries of a block of step 2, and the longest heads it takes. */
  private static final int SIDE = 16;

  private static final int LONGEST_TILED_HEAD = 128;

  private final String step;
  private final Scratch scratch;
  private final CudaAttention product;
  private final Kernel scores;
  private final Kernel softmax;
  private final Kernel values;
  private final Kernel whole; // of the steps that are one kernel

  LadderAttention(Kernels kernels, Scratch scratch, String step, CudaAttention product) {
    this.step = step;
    this.scratch = scratch;
    this.product = product;
    scores = kernels.kernel(IMAGES + STEPS.getFirst(), "attention_01_scores");
    softmax = kernels.kernel(IMAGES + STEPS.getFirst(), "attention_01_softmax");
    values = kernels.kernel(IMAGES + STEPS.getFirst(), "attention_01_values");
    whole = kernels.kernel(IMAGES + step, "attention_" + step);
  }

  @Override
  public void forward(Shape s, long q, long k, long v, long mask, long bias, long out, long lse) {
    if (s.batch() * s.heads() * s.queries() * s.headDim() == 0) {
      return;
    }
    switch (step) {
      case "01_materialised" -> materialised(s, q, k, v, mask, bias, out, lse);
      case "02_tiled" -> tiled(s, q, k, v, mask, bias, out, lse);
      default -> {
        require(s, CudaAttention.SMALLEST_HEAD);
        product.forwardTiles(whole, 0, s, q, k, v, mask, bias, out, lse);
      }
    }
  }

  @Override
  public void decode(
      Shape s,
      long q,
      Strides fresh,
      long newKeys,
      long newValues,
      long keys,
      long values,
      long position,
      long bias,
      long out) {
    product.decode(s, q, fresh, newKeys, newValues, keys, values, position, bias, out);
  }

  private void require(Shape s, long longest) {
    if (s.headDim() > longest) {
      throw new KernelException(
          "attention step %s: heads of %d values, it takes up to %d"
              .formatted(step, s.headDim(), longest));
    }
  }

  private void materialised(
      Shape s, long q, long k, long v, long mask, long bias, long out, long lse) {
    long lines = s.batch() * s.heads() * s.queries();
    long size = lines * s.keys();
    long table = scratch.bytes(Float.BYTES * Math.max(1, size));
    try {
      var shape = product.struct(s, false);
      if (size > 0) {
        scores
            .arg(shape)
            .arg(q)
            .arg(k)
            .arg(mask)
            .arg(bias)
            .arg(table)
            .arg(size)
            .launch((size + THREADS - 1) / THREADS, THREADS);
      }
      softmax
          .arg(shape)
          .arg(table)
          .arg(lse)
          .arg(lines)
          .launch((lines + WARPS - 1) / WARPS, THREADS);
      long elements = lines * s.headDim();
      values
          .arg(shape)
          .arg(table)
          .arg(v)
          .arg(out)
          .arg(elements)
          .launch((elements + THREADS - 1) / THREADS, THREADS);
    } finally {
      scratch.release(table);
    }
  }

  private void tiled(Shape s, long q, long k, long v, long mask, long bias, long out, long lse) {
    require(s, LONGEST_TILED_HEAD);
    long tiles = (s.queries() + SIDE - 1) / SIDE;
    whole
        .arg(product.struct(s, false))
        .arg(q)
        .arg(k)
        .arg(v)
        .arg(mask)
        .arg(bias)
        .arg(out)
        .arg(lse)
        .launch(s.batch() * s.heads() * tiles, 1, 1, SIDE, SIDE, 0);
  }

  @Override
  public void backward(
      Shape s,
      long q,
      long k,
      long v,
      long mask,
      long bias,
      long out,
      long lse,
      long dout,
      long dq,
      long dk,
      long dv,
      long dbias) {
    product.backward(s, q, k, v, mask, bias, out, lse, dout, dq, dk, dv, dbias);
  }

  @Override
  public void weights(Shape s, long q, long k, long mask, long bias, long weights) {
    product.weights(s, q, k, mask, bias, weights);
  }
}
