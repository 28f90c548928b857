package dev.kernite.engine;

import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.Indices;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.WeightType;
import java.lang.foreign.MemorySegment;

/**
 * A frozen weight matrix in the layout its device multiplies fastest with. The values exist once,
 * here: what they were packed from is not needed any more. They are stored as float32, bfloat16 or
 * float16 and computed with in float32, so that a model gives the same bits packed or not. Any
 * thread may use it, and whoever closes it sees to it that none does any more; no gradient flows
 * through it.
 */
public final class PackedMatrix implements WeightMatrix, AutoCloseable {
  private final Engine engine;
  private final Storage storage;
  private final PackedGemm.Matrix matrix;

  private PackedMatrix(Engine engine, Storage storage, PackedGemm.Matrix matrix) {
    this.engine = engine;
    this.storage = storage;
    this.matrix = matrix;
  }

  /**
   * Packs a matrix. It lives until it is closed, or its engine is.
   *
   * @param name for errors and reports
   * @param values row-major, native memory; not needed afterwards
   * @param dtype what the values are: F32, BF16 or F16
   * @param stored what to keep them as; narrowing rounds to nearest, ties to even. Values that are
   *     not finite in F16 make it F32
   * @param in length of the vectors to map
   * @param out length of the results
   * @param layout order of the axes in {@code values}
   * @throws EngineException if the values do not fill the shape or a type cannot be packed
   */
  public static PackedMatrix of(
      Engine engine,
      String name,
      MemorySegment values,
      DType dtype,
      DType stored,
      long in,
      long out,
      WeightLayout layout) {
    if (values.byteSize() != Shape.of(in, out).size() * dtype.bytes()) {
      throw new EngineException(
          "%s: %d bytes do not fill a %s matrix of %d x %d"
              .formatted(name, values.byteSize(), dtype, in, out));
    }
    Memory memory = engine.backend().memory();
    Memory.Buffer source = memory.adopt(values);
    try {
      WeightType from = type(dtype);
      PackedMatrix packed = empty(engine, name, type(stored), in, out);
      boolean whole = false;
      try {
        boolean transposed = layout == WeightLayout.OUT_IN;
        PackedGemm gemm = engine.backend().packedGemm();
        whole = gemm.pack(from, source.address(), transposed, packed.matrix);
      } finally {
        if (!whole) {
          packed.close();
        }
      }
      if (whole) {
        return packed;
      }
    } finally {
      memory.release(source);
    }
    return of(engine, name, values, dtype, DType.F32, in, out, layout);
  }

  private static PackedMatrix empty(
      Engine engine, String name, WeightType type, long in, long out) {
    Memory memory = engine.backend().memory();
    long bytes = engine.backend().packedGemm().bytes(type, in, out);
    Storage storage = new Storage(memory, memory.allocate(bytes));
    storage.name = name;
    storage.thread = null;
    engine.elsewhere().add(storage);
    return new PackedMatrix(
        engine, storage, new PackedGemm.Matrix(type, in, out, storage.buffer.address()));
  }

  private static WeightType type(DType dtype) {
    return switch (dtype) {
      case F32 -> WeightType.FLOAT32;
      case BF16 -> WeightType.BFLOAT16;
      case F16 -> WeightType.FLOAT16;
      case I32, BOOL -> throw new EngineException("weights are floats, not " + dtype);
    };
  }

  /** What the values are stored as. */
  public DType dtype() {
    return switch (matrix.type()) {
      case FLOAT32 -> DType.F32;
      case BFLOAT16 -> DType.BF16;
      case FLOAT16 -> DType.F16;
    };
  }

  /** Size in memory, rounding up to whole panels included. */
  public long bytes() {
    return storage.buffer.bytes();
  }

  @Override
  public long in() {
    return matrix.k();
  }

  @Override
  public long out() {
    return matrix.n();
  }

  @Override
  public Tensor apply(Tensor x, Tensor bias, Activation f) {
    require(x, "x", "linear");
    requireFloats(x, "x");
    if (x.shape().rank() < 1 || x.shape().dim(-1) != in()) {
      throw new EngineException(
          "linear: x " + x.shape() + " needs " + in() + " features on its last axis");
    }
    if (bias != null && !bias.shape().equals(Shape.of(out()))) {
      throw new EngineException(
          "linear: the bias needs shape [" + out() + "], not " + bias.shape());
    }
    if (bias != null) {
      require(bias, "bias", "linear");
      requireFloats(bias, "bias");
    }
    boolean fused = f != null && f.p() == 0 && f.q() == 0;
    Tensor y = engine.empty(DType.F32, x.shape().with(-1, out()));
    engine
        .backend()
        .packedGemm()
        .multiply(
            live(),
            x.shape().outer(-1),
            x.address(),
            in(),
            bias == null ? 0 : bias.address(),
            fused ? f.function() : null,
            y.address());
    return f == null || fused ? y : f.apply(y);
  }

  @Override
  public Tensor rows(Tensor ids) {
    require(ids, "ids", "embedding");
    Indices.require(ids, out(), "embedding");
    long[] dims = java.util.Arrays.copyOf(ids.shape().toArray(), ids.shape().rank() + 1);
    dims[dims.length - 1] = in();
    Tensor y = engine.empty(DType.F32, Shape.of(dims));
    engine.backend().packedGemm().gather(live(), ids.address(), ids.size(), y.address());
    return y;
  }

  private static void requireFloats(Tensor t, String input) {
    if (t.dtype() != DType.F32) {
      throw new EngineException("linear: input '" + input + "' is " + t.dtype() + ", needs F32");
    }
  }

  private void require(Tensor t, String input, String operation) {
    t.requireDense(operation + ": input '" + input + "'");
    if (t.engine() != engine) {
      throw new EngineException(
          operation + ": input '" + input + "' lives in another engine than the weights");
    }
    if (engine.isRecording() && t.requiresGrad()) {
      throw new EngineException(
          operation
              + ": '"
              + storage.name
              + "' is packed and frozen, no gradient flows through it; load the model for training,"
              + " or compute inside noGrad");
    }
  }

  /** The matrix, if it was not closed. */
  private PackedGemm.Matrix live() {
    storage.address();
    return matrix;
  }

  @Override
  public void close() {
    storage.close("close() was called");
  }
}
