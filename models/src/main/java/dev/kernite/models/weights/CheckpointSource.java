package dev.kernite.models.weights;

import dev.kernite.engine.DType;
import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Engine;
import dev.kernite.engine.PackedMatrix;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.StoredTensor;
import dev.kernite.models.checkpoint.TensorFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Brings the parameters of a checkpoint into an engine, and holds what it made until it is closed.
 */
public final class CheckpointSource implements WeightSource {
  private final Engine engine;
  private final Checkpoint checkpoint;
  private final Use use;
  private final UnaryOperator<String> stored;
  private final UnaryOperator<String> known;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<PackedMatrix> packed = new ArrayList<>();

  /**
   * Reads nothing yet.
   *
   * @param checkpoint open while parameters are asked for
   * @param stored from the name a model asks for to the name in the checkpoint
   * @param known from the name a model asks for to the one its parameters are listed by
   */
  public CheckpointSource(
      Engine engine,
      Checkpoint checkpoint,
      Use use,
      UnaryOperator<String> stored,
      UnaryOperator<String> known) {
    this.engine = engine;
    this.checkpoint = checkpoint;
    this.use = use;
    this.stored = stored;
    this.known = known;
  }

  /** Copied, with a gradient if it is to be trained. */
  @Override
  public Tensor tensor(String name, long... shape) {
    Tensor t = TensorFiles.floats(engine, raw(name, shape)).disown().named(known.apply(name));
    tensors.put(known.apply(name), t);
    return use == Use.TRAINING ? t.requireGrad() : t.freeze();
  }

  /** Packed as narrow as it is stored, or copied if gradients flow to it or through it. */
  @Override
  public WeightMatrix matrix(String name, WeightLayout layout, long... shape) {
    if (use != Use.INFERENCE) {
      return new DenseMatrix(tensor(name, shape), layout);
    }
    StoredTensor tensor = checkpoint.stored(stored.apply(name));
    RawTensor raw = tensor.raw();
    requireShape(raw.where(), tensor.shape(), shape);
    PackedMatrix matrix =
        TensorFiles.packed(
            engine, raw, packedAs(raw), tensor.transposed() ? layout.transposed() : layout);
    packed.add(matrix);
    return matrix;
  }

  /** What a matrix of a file is packed as: as it is, but float64 as float32. */
  public static DType packedAs(RawTensor raw) {
    return switch (raw.info().dtype()) {
      case BF16 -> DType.BF16;
      case F16 -> DType.F16;
      default -> DType.F32;
    };
  }

  private RawTensor raw(String name, long[] shape) {
    RawTensor raw = checkpoint.tensor(stored.apply(name));
    requireShape(raw.where(), raw.info().shape(), shape);
    return raw;
  }

  private static void requireShape(String where, long[] stored, long[] wanted) {
    if (!Arrays.equals(stored, wanted)) {
      throw new ModelException(
          where
              + " has shape "
              + Arrays.toString(stored)
              + ", the config asks for "
              + Arrays.toString(wanted)
              + "; config.json and the checkpoint are not of the same model");
    }
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void close() {
    tensors.values().forEach(t -> t.close("its model was closed"));
    packed.forEach(PackedMatrix::close);
  }
}
