package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.engine.autograd.Node;
import java.util.Arrays;

/**
 * An operation of the catalogue: a record whose components are its attributes. Its file tells all
 * about it: name, inputs, shape rule, forward, backward (the vector-Jacobian product), cost. The
 * test module holds, under the same name, its float64 oracle, samples and tolerance.
 *
 * <p>Everything that needs a list of operations enumerates the permitted classes of this interface.
 */
public sealed interface Op
    permits Activation,
        AddLayerNorm,
        AddRmsNorm,
        Attention,
        BatchNorm,
        Binary,
        Concat,
        Convolution,
        CrossEntropy,
        Cumsum,
        Dropout,
        Embedding,
        Gather,
        IndexSelect,
        LayerNorm,
        Linear,
        LogSoftmax,
        Logsumexp,
        MaskedFill,
        Matmul,
        Pad,
        PairwiseLoss,
        Pooling,
        Rearrangement,
        Reduce,
        RmsNorm,
        Softmax,
        Stack,
        Tril,
        UpsampleNearest,
        Where {

  /**
   * The result's shape.
   *
   * @param inputs shapes of the inputs, null where an optional one is absent
   * @throws EngineException if they do not fit; the message names the operation and the shapes
   */
  Shape shape(Shape... inputs);

  /** Fills in {@code call.output()}. */
  void forward(Call call);

  /** Gives the gradient of each wanted input. */
  void backward(Gradient gradient);

  /** The least work for inputs of these shapes. */
  Cost cost(Shape... inputs);

  /** Type of the result. */
  default DType resultType() {
    return DType.F32;
  }

  /** Name in the catalogue. */
  default String name() {
    return getClass().getAnnotation(Named.class).value();
  }

  /** What errors call the operation: its name, or which member of its family it is. */
  default String label() {
    Named n = getClass().getAnnotation(Named.class);
    return n.op().isEmpty() ? n.value() : n.op();
  }

  /** Runs the operation, recording it where gradients are wanted. */
  default Tensor apply(Tensor... inputs) {
    return Node.run(this, inputs).output();
  }

  /**
   * Checks count, types and layout of the inputs.
   *
   * @return their engine
   * @throws EngineException naming the operation and the input
   */
  default Engine check(Tensor... inputs) {
    Input[] declared = getClass().getAnnotationsByType(Input.class);
    boolean any = declared[0].value().equals(Input.ANY_NUMBER);
    if (inputs.length == 0 || (!any && inputs.length > declared.length)) {
      String wanted = any ? "at least one input" : declared.length + " inputs";
      throw new EngineException(label() + " takes " + wanted + ", got " + inputs.length);
    }
    for (int i = 0; i < Math.max(inputs.length, any ? 1 : declared.length); i++) {
      Input d = any ? declared[0] : declared[i];
      Tensor t = i < inputs.length ? inputs[i] : null;
      String label = label() + ": input '" + (any ? "#" + i : d.value()) + "'";
      if (t == null) {
        if (!d.optional()) {
          throw new EngineException(label + " is missing");
        }
        continue;
      }
      boolean fits =
          switch (d.kind()) {
            case FLOAT -> t.dtype() == DType.F32;
            case INDEX -> t.dtype() == DType.I32;
            case MASK -> t.dtype() == DType.BOOL;
            case MASK_OR_FLOAT -> t.dtype() == DType.BOOL || t.dtype() == DType.F32;
            case INDEX_OR_FLOAT -> t.dtype() == DType.I32 || t.dtype() == DType.F32;
          };
      if (!fits) {
        throw new EngineException(label + " is " + t.dtype() + ", needs " + d.kind());
      }
      if (!d.gradient() && t.requiresGrad() && t.engine().isRecording()) {
        throw new EngineException(label + " has no gradient; pass it detached");
      }
      if (!d.strided()) {
        t.requireDense(label);
      }
      if (t.engine() != inputs[0].engine()) {
        throw new EngineException(label + " lives in another engine than the first input");
      }
    }
    return inputs[0].engine();
  }

  /** Fails unless an input has the type that the operation's attributes ask for. */
  static void requireType(Op op, String input, Tensor t, DType type) {
    if (t.dtype() != type) {
      throw new EngineException(
          op.label() + ": input '" + input + "' is " + t.dtype() + ", needs " + type);
    }
  }

  /** The error for inputs whose shapes do not fit. */
  static EngineException misfit(Op op, String why, Shape... inputs) {
    return new EngineException(op.label() + ": " + why + "; shapes " + Arrays.toString(inputs));
  }
}
