package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Products with packed weights on the device. A packed matrix is [k, pitch], row-major, the pitch a
 * multiple of {@value #PITCH_UNIT} values with zeros past n: one aligned load per lane,
 * neighbouring lanes side by side, for tiles and for single rows alike.
 */
final class CudaPackedGemm implements PackedGemm {
  private static final int PITCH_UNIT = 8;

  // Geometry of pack.cu.
  private static final int PACK_TILE = 32;
  private static final int PACK_ROWS = 8;
  private static final int GATHER_THREADS = 256;

  private final MatmulKernels kernels;
  private final Scratch scratch;
  private final Memory memory;
  private final Elementwise elementwise;
  private final Kernel pack;
  private final Kernel gather;

  /**
   * Prepares the launches.
   *
   * @param memory for the one value that packing reads back
   * @param elementwise for activations that the products do not apply themselves
   */
  CudaPackedGemm(Kernels kernels, Scratch scratch, Memory memory, Elementwise elementwise) {
    this.kernels = new MatmulKernels(kernels);
    this.scratch = scratch;
    this.memory = memory;
    this.elementwise = elementwise;
    pack = kernels.kernel("pack", "pack_weights");
    gather = kernels.kernel("pack", "gather_packed");
  }

  @Override
  public long bytes(WeightType type, long k, long n) {
    return type.bytes() * k * pitch(n);
  }

  private static long pitch(long n) {
    return (n + PITCH_UNIT - 1) / PITCH_UNIT * PITCH_UNIT;
  }

  @Override
  public boolean pack(WeightType from, long source, boolean transposed, Matrix b) {
    long pitch = pitch(b.n());
    long tilesN = (pitch + PACK_TILE - 1) / PACK_TILE;
    long tilesK = (b.k() + PACK_TILE - 1) / PACK_TILE;
    if (tilesN * tilesK == 0) {
      return true;
    }
    long refused = scratch.bytes(Integer.BYTES);
    try {
      memory.zero(refused, Integer.BYTES);
      pack.arg(source)
          .arg(from.ordinal())
          .arg(transposed ? 1 : 0)
          .arg(b.address())
          .arg(b.type().ordinal())
          .arg(Math.toIntExact(b.k()))
          .arg(Math.toIntExact(b.n()))
          .arg(pitch)
          .arg(refused)
          .launch(tilesN * tilesK, 1, 1, PACK_TILE, PACK_ROWS, 0);
      return b.type() != WeightType.FLOAT16 || read(refused) == 0;
    } finally {
      scratch.release(refused);
    }
  }

  private int read(long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      memory.copyOut(address, value);
      return value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  @Override
  public void multiply(
      Matrix b, long m, long a, long lda, long bias, UnaryFunction activation, long c) {
    long pitch = pitch(b.n());
    Gemm.Shape shape =
        new Gemm.Shape(false, false, m, b.n(), b.k(), lda, pitch, b.n(), 1, 0, 0, 0, false);
    boolean fused = activation != null && fused(activation);
    int number = fused ? activation.ordinal() : MatmulKernels.NO_ACTIVATION;
    kernels.multiply(shape, b.type(), pitch, a, b.address(), bias, number, c);
    if (activation != null && !fused) {
      elementwise.unary(activation, c, c, m * b.n(), 0, 0);
    }
  }

  /** What activation.cuh knows. */
  private static boolean fused(UnaryFunction f) {
    return switch (f) {
      case RELU, GELU_TANH, GELU_ERF, SILU, SIGMOID, TANH -> true;
      default -> false;
    };
  }

  @Override
  public void gather(Matrix b, long indices, long count, long out) {
    if (count == 0 || b.k() == 0) {
      return;
    }
    gather
        .arg(b.address())
        .arg(b.type().ordinal())
        .arg(indices)
        .arg(out)
        .arg(count)
        .arg(Math.toIntExact(b.k()))
        .arg(pitch(b.n()))
        .launch(count * ((b.k() + GATHER_THREADS - 1) / GATHER_THREADS), GATHER_THREADS);
  }
}
