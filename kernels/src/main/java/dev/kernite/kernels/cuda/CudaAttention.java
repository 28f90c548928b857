package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Attention on the device: {@code attention.cu} for many queries, {@code attention_decode.cu} for a
 * few, {@code attention_backward.cu}. Heads have up to {@value #LARGEST_HEAD} values; each kernel
 * is made for 64, 128 and 256.
 */
final class CudaAttention implements Attention {
  private static final int LARGEST_HEAD = 256;
  static final int SMALLEST_HEAD = 64;
  private static final int HEAD_SIZES = 3;
  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;
  private static final int WARP = 32;

  // Geometry of attention.cuh and its users.
  private static final int THREADS = 128;
  private static final int TILE_GAP = 4;
  private static final int KEY_BLOCK = 64;
  private static final int DECODE_WARPS = 8;
  private static final int APPEND_THREADS = 256;
  private static final int DELTA_THREADS = 256;
  private static final int SCORE_THREADS = 256;

  /** Most queries that are answered one by one. */
  private static final int FEW_QUERIES = 8;

  /** A block a query and head is enough where there are this many of them a multiprocessor. */
  private static final int BLOCKS_A_MULTIPROCESSOR = 2;

  private static final long SHAPE_BYTES = 8 * 20 + 4 * 8;
  private static final long OPERANDS_BYTES = 8 * 8;

  private final Kernels kernels;
  private final Scratch scratch;
  private final Softmax softmax;
  private final Kernel[] forward = new Kernel[HEAD_SIZES];
  private final Kernel[] decode = new Kernel[HEAD_SIZES];
  private final Kernel[] gradQ = new Kernel[HEAD_SIZES];
  private final Kernel[] gradKv = new Kernel[HEAD_SIZES];
  private final Kernel[] gradBias = new Kernel[HEAD_SIZES];
  private final Kernel append;
  private final Kernel merge;
  private final Kernel scores;
  private final Kernel delta;

  // Structs of the launch in preparation; a launch copies them.
  private final MemorySegment shapeStruct = Arena.ofAuto().allocate(SHAPE_BYTES, 8);
  private final MemorySegment operandsStruct = Arena.ofAuto().allocate(OPERANDS_BYTES, 8);

  /**
   * Prepares the launches.
   *
   * @param softmax turns scores into weights for {@link #weights}
   */
  CudaAttention(Kernels kernels, Scratch scratch, Softmax softmax) {
    this.kernels = kernels;
    this.scratch = scratch;
    this.softmax = softmax;
    for (int i = 0; i < HEAD_SIZES; i++) {
      int size = SMALLEST_HEAD << i;
      forward[i] = kernels.kernel("attention", "attention_" + size);
      decode[i] = kernels.kernel("attention_decode", "attention_decode_" + size);
      gradQ[i] = kernels.kernel("attention_backward", "attention_grad_q_" + size);
      gradKv[i] = kernels.kernel("attention_backward", "attention_grad_kv_" + size);
      gradBias[i] = kernels.kernel("attention_backward", "attention_grad_bias_" + size);
    }
    append = kernels.kernel("attention_decode", "attention_append");
    merge = kernels.kernel("attention_decode", "attention_merge");
    scores = kernels.kernel("attention", "attention_scores");
    delta = kernels.kernel("attention_backward", "attention_delta");
  }

  /** Which of the head sizes that kernels are made for. */
  private static int sizeIndex(Shape s) {
    if (s.headDim() > LARGEST_HEAD) {
      throw new KernelException(
          "attention: heads of %d values; the kernels on this device have up to %d"
              .formatted(s.headDim(), LARGEST_HEAD));
    }
    int i = 0;
    while (SMALLEST_HEAD << i < s.headDim()) {
      i++;
    }
    return i;
  }

  private static boolean empty(Shape s) {
    return s.batch() * s.heads() * s.queries() * s.headDim() == 0;
  }

  private static boolean aligned(long address, Strides strides) {
    return address % VECTOR_BYTES == 0
        && (strides.batch() % VECTOR | strides.head() % VECTOR | strides.token() % VECTOR) == 0;
  }

  /** Fills {@code AttentionShape} of attention.cuh. */
  MemorySegment struct(Shape s, boolean aligned) {
    long at = 0;
    for (Strides strides : new Strides[] {s.q(), s.k(), s.v(), s.out()}) {
      at = put(at, strides.batch(), strides.head(), strides.token());
    }
    for (ScoreStrides strides : new ScoreStrides[] {s.mask(), s.bias()}) {
      at = put(at, strides.batch(), strides.head(), strides.query(), strides.key());
    }
    int[] numbers = {
      Math.toIntExact(s.batch()),
      Math.toIntExact(s.heads()),
      Math.toIntExact(s.queries()),
      Math.toIntExact(s.keys()),
      Math.toIntExact(s.headDim()),
      s.causal() ? 1 : 0,
      aligned ? 1 : 0
    };
    for (int number : numbers) {
      shapeStruct.set(ValueLayout.JAVA_INT, at, number);
      at += Integer.BYTES;
    }
    shapeStruct.set(ValueLayout.JAVA_FLOAT, at, s.scale());
    return shapeStruct;
  }

  private long put(long at, long... values) {
    for (long value : values) {
      shapeStruct.set(ValueLayout.JAVA_LONG, at, value);
      at += Long.BYTES;
    }
    return at;
  }

  @Override
  public void forward(Shape s, long q, long k, long v, long mask, long bias, long out, long lse) {
    if (empty(s)) {
      return;
    }
    if (s.queries() <= FEW_QUERIES) {
      few(s, q, k, v, 0, mask, bias, out, lse);
      return;
    }
    int size = sizeIndex(s);
    forwardTiles(forward[size], size, s, q, k, v, mask, bias, out, lse);
  }

  /** Launches a kernel of attention_forward.cuh, made for the size with this index. */
  void forwardTiles(
      Kernel kernel,
      int size,
      Shape s,
      long q,
      long k,
      long v,
      long mask,
      long bias,
      long out,
      long lse) {
    int d = SMALLEST_HEAD << size;
    int tile = d <= 128 ? 64 : 32;
    int staged = d == 64 ? KEY_BLOCK : KEY_BLOCK / 2;
    int shared = (tile + staged) * (d + TILE_GAP) + tile * (KEY_BLOCK + TILE_GAP);
    long tiles = (s.queries() + tile - 1) / tile;
    boolean aligned = aligned(q, s.q()) && aligned(k, s.k()) && aligned(v, s.v());
    kernel
        .arg(struct(s, aligned))
        .arg(q)
        .arg(k)
        .arg(v)
        .arg(mask)
        .arg(bias)
        .arg(out)
        .arg(lse)
        .launch(s.batch() * s.heads() * tiles, 1, 1, THREADS, 1, Float.BYTES * shared);
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
    long size = s.batch() * s.heads() * s.headDim();
    if (size == 0) {
      return;
    }
    append
        .arg(struct(s, false))
        .arg(fresh.batch())
        .arg(fresh.head())
        .arg(newKeys)
        .arg(newValues)
        .arg(keys)
        .arg(values)
        .arg(position)
        .arg(size)
        .launch((size + APPEND_THREADS - 1) / APPEND_THREADS, APPEND_THREADS);
    few(s, q, keys, values, position, 0, bias, out, 0);
  }

  /**
   * Answers queries one by one.
   *
   * @param last address of the number of the last key, or 0: {@code s.keys()} is then the most
   *     there can be, which grid and partial results are made for
   */
  private void few(
      Shape s, long q, long k, long v, long last, long mask, long bias, long out, long lse) {
    boolean aligned = aligned(q, s.q()) && aligned(k, s.k()) && aligned(v, s.v());
    MemorySegment shape = struct(s, aligned);
    long lines = s.batch() * s.heads() * s.queries();
    long blocks = (s.keys() + KEY_BLOCK - 1) / KEY_BLOCK;
    boolean enough = lines >= (long) BLOCKS_A_MULTIPROCESSOR * kernels.multiprocessors();
    boolean spread = blocks > DECODE_WARPS && !enough;
    int splits = spread ? Math.toIntExact((blocks + DECODE_WARPS - 1) / DECODE_WARPS) : 1;
    long partial = spread ? scratch.bytes(Float.BYTES * lines * blocks * (s.headDim() + 2)) : 0;
    try {
      decode[sizeIndex(s)]
          .arg(shape)
          .arg(q)
          .arg(k)
          .arg(v)
          .arg(last)
          .arg(mask)
          .arg(bias)
          .arg(out)
          .arg(lse)
          .arg(partial)
          .arg(splits)
          .launch(lines * splits, DECODE_WARPS * WARP);
      if (spread) {
        int threads = (int) ((s.headDim() + WARP - 1) / WARP * WARP);
        merge.arg(shape).arg(last).arg(partial).arg(out).arg(lse).launch(lines, threads);
      }
    } finally {
      scratch.release(partial);
    }
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
    if (empty(s) || s.keys() == 0 || (dq | dk | dv | dbias) == 0) {
      return;
    }
    boolean aligned =
        aligned(q, s.q()) && aligned(k, s.k()) && aligned(v, s.v()) && aligned(dout, s.out());
    MemorySegment shape = struct(s, aligned);
    long lines = s.batch() * s.heads() * s.queries();
    long products = scratch.bytes(Float.BYTES * lines);
    try {
      int warps = DELTA_THREADS / WARP;
      delta
          .arg(shape)
          .arg(out)
          .arg(dout)
          .arg(products)
          .arg(lines)
          .launch((lines + warps - 1) / warps, DELTA_THREADS);
      Gradients pass = new Gradients(s, shape, operands(q, k, v, mask, bias, lse, products, dout));
      if (dq != 0) {
        pass.query(dq);
      }
      boolean together =
          pass.shared(s.k().batch()) == pass.shared(s.v().batch())
              && pass.shared(s.k().head()) == pass.shared(s.v().head());
      if (dk != 0) {
        pass.keysAndValues(s.k(), dk, together ? dv : 0);
      }
      if (dv != 0 && (dk == 0 || !together)) {
        pass.keysAndValues(s.v(), 0, dv);
      }
      if (dbias != 0) {
        pass.bias(dbias);
      }
    } finally {
      scratch.release(products);
    }
  }

  /** Fills {@code BackwardOperands} of attention_backward.cu. */
  private MemorySegment operands(long... addresses) {
    for (int i = 0; i < addresses.length; i++) {
      operandsStruct.setAtIndex(ValueLayout.JAVA_LONG, i, addresses[i]);
    }
    return operandsStruct;
  }

  /** The launches of one backward pass. */
  private final class Gradients {
    private final Shape s;
    private final MemorySegment shape;
    private final MemorySegment operands;
    private final int size;
    private final int side;
    private final int tiles; // floats of shared memory for the tiles of q, dout, k, v
    private final int scoreTile;

    Gradients(Shape s, MemorySegment shape, MemorySegment operands) {
      this.s = s;
      this.shape = shape;
      this.operands = operands;
      size = sizeIndex(s);
      int d = SMALLEST_HEAD << size;
      side = d <= 128 ? 32 : 16;
      tiles = 4 * side * (d + TILE_GAP);
      scoreTile = side * (side + TILE_GAP);
    }

    /** Whether all indices of an axis have the same memory. */
    private boolean shared(long stride) {
      return stride == 0;
    }

    private long groups(long batchStride, long headStride) {
      return (shared(batchStride) ? 1 : s.batch()) * (shared(headStride) ? 1 : s.heads());
    }

    private long tiles(long length) {
      return (length + side - 1) / side;
    }

    void query(long dq) {
      gradQ[size]
          .arg(shape)
          .arg(operands)
          .arg(shared(s.q().batch()) ? 1 : 0)
          .arg(shared(s.q().head()) ? 1 : 0)
          .arg(dq)
          .launch(
              groups(s.q().batch(), s.q().head()) * tiles(s.queries()),
              1,
              1,
              THREADS,
              1,
              Float.BYTES * (tiles + scoreTile));
    }

    /** The gradients of keys and values, or of one of them, whose strides are given. */
    void keysAndValues(Strides strides, long dk, long dv) {
      gradKv[size]
          .arg(shape)
          .arg(operands)
          .arg(shared(strides.batch()) ? 1 : 0)
          .arg(shared(strides.head()) ? 1 : 0)
          .arg(dk)
          .arg(dv)
          .launch(
              groups(strides.batch(), strides.head()) * tiles(s.keys()),
              1,
              1,
              THREADS,
              1,
              Float.BYTES * (tiles + 2 * scoreTile));
    }

    void bias(long dbias) {
      ScoreStrides b = s.bias();
      gradBias[size]
          .arg(shape)
          .arg(operands)
          .arg(dbias)
          .launch(
              groups(b.batch(), b.head())
                  * (shared(b.query()) ? 1 : tiles(s.queries()))
                  * (shared(b.key()) ? 1 : tiles(s.keys())),
              1,
              1,
              THREADS,
              1,
              Float.BYTES * (tiles + scoreTile));
    }
  }

  @Override
  public void weights(Shape s, long q, long k, long mask, long bias, long weights) {
    long size = s.batch() * s.heads() * s.queries() * s.keys();
    if (size == 0) {
      return;
    }
    scores
        .arg(struct(s, false))
        .arg(q)
        .arg(k)
        .arg(mask)
        .arg(bias)
        .arg(weights)
        .arg(size)
        .launch((size + SCORE_THREADS - 1) / SCORE_THREADS, SCORE_THREADS);
    softmax.softmax(weights, weights, size / s.keys(), s.keys(), 1);
  }
}
