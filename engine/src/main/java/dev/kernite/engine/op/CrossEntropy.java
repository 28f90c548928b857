package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.ReduceFunction;

/**
 * Cross-entropy of logits against class indices or distributions; softmax and logarithm are fused
 * and probabilities never stored. x is [..., classes], the class axis last; y is [...] (indices) or
 * [..., classes] (probabilities).
 *
 * <p>The mean divides by the summed class weights of the samples that count (by their number
 * without weights; with distributions, by the number of samples); over nothing it is NaN, as in
 * PyTorch.
 *
 * @param reduction what becomes of the losses
 * @param ignoreIndex class index of samples that do not count
 * @param labelSmoothing share of the target given to all classes evenly (Szegedy et al. 2016)
 * @param targets what y holds
 */
@Named("cross_entropy")
@Input("x")
@Input(value = "y", kind = Input.Kind.INDEX_OR_FLOAT, gradient = false)
@Input(value = "weight", optional = true, gradient = false)
public record CrossEntropy(
    @Default("mean") Reduction reduction,
    @Default("-100") int ignoreIndex,
    @Default("0") float labelSmoothing,
    @Default("indices") Targets targets)
    implements Op {

  /** Kinds of targets. */
  public enum Targets {
    /** int32 class indices. */
    INDICES,
    /** float32 distributions over the classes. */
    PROBABILITIES
  }

  /** Against indices, -100 ignored, no smoothing. */
  public CrossEntropy(Reduction reduction) {
    this(reduction, -100, 0, Targets.INDICES);
  }

  private boolean indices() {
    return targets == Targets.INDICES;
  }

  @Override
  public Shape shape(Shape... in) {
    if (in[0].rank() < 1) {
      throw Op.misfit(this, "x needs a class axis", in);
    }
    Shape samples = in[0].without(-1);
    if (!in[1].equals(indices() ? samples : in[0])) {
      throw Op.misfit(this, "y must have shape " + (indices() ? samples : in[0]), in);
    }
    if (in.length > 2 && in[2] != null && !in[2].equals(Shape.of(in[0].dim(-1)))) {
      throw Op.misfit(this, "the weight needs one value a class", in);
    }
    return reduction == Reduction.NONE ? samples : Shape.SCALAR;
  }

  @Override
  public void forward(Call c) {
    long classes = c.input(0).shape().dim(-1);
    long rows = c.input(0).shape().outer(-1);
    Tensor lse = c.save(DType.F32, Shape.of(rows));
    boolean reduced = reduction != Reduction.NONE;
    Tensor loss = reduced ? c.scratch(DType.F32, Shape.of(rows)) : c.output();
    double count = rows;
    if (indices()) {
      Op.requireType(this, "y", c.input(1), DType.I32);
      count = countOf(c, classes);
      c.backend()
          .loss()
          .crossEntropy(
              c.address(0),
              c.address(1),
              c.address(2),
              loss.address(),
              lse.address(),
              rows,
              classes,
              ignoreIndex,
              labelSmoothing);
    } else {
      Op.requireType(this, "y", c.input(1), DType.F32);
      c.backend()
          .loss()
          .softCrossEntropy(
              c.address(0),
              c.address(1),
              c.address(2),
              loss.address(),
              lse.address(),
              rows,
              classes,
              labelSmoothing);
    }
    if (reduced) {
      long y = c.output().address();
      c.backend().reduce().reduce(ReduceFunction.SUM, loss.address(), y, 1, rows, 1, 0);
      loss.close();
      Tensor divisor = c.save(DType.F32, Shape.SCALAR);
      float by = reduction == Reduction.MEAN ? (float) count : 1f;
      c.backend().elementwise().fill(divisor.address(), 1, by);
      long[] none = {};
      c.backend()
          .elementwise()
          .binary(BinaryFunction.DIV, y, none, divisor.address(), none, y, none);
    }
  }

  /** Summed weight of the samples that count, after checking that their classes exist. */
  private double countOf(Call c, long classes) {
    int[] y = Indices.checked(c.input(1), classes, ignoreIndex, "cross_entropy");
    float[] weight = c.input(2) == null ? null : c.input(2).toFloats();
    double count = 0;
    for (int label : y) {
      if (label != ignoreIndex) {
        count += weight == null ? 1 : weight[label];
      }
    }
    return count;
  }

  @Override
  public void backward(Gradient g) {
    long classes = g.input(0).shape().dim(-1);
    long rows = g.input(0).shape().outer(-1);
    Tensor scale = g.upstream();
    if (reduction != Reduction.NONE) {
      scale = g.scratch(DType.F32, Shape.of(rows));
      long[] all = {rows};
      long[] repeat = {0};
      g.backend()
          .elementwise()
          .binary(
              BinaryFunction.DIV,
              g.upstream().address(),
              repeat,
              g.saved(1).address(),
              repeat,
              scale.address(),
              all);
    }
    long dx = g.result(0).address();
    var kernel = g.backend().loss();
    if (indices()) {
      kernel.crossEntropyGrad(
          g.address(0),
          g.address(1),
          g.address(2),
          g.saved(0).address(),
          scale.address(),
          dx,
          rows,
          classes,
          ignoreIndex,
          labelSmoothing);
    } else {
      kernel.softCrossEntropyGrad(
          g.address(0),
          g.address(1),
          g.address(2),
          g.saved(0).address(),
          scale.address(),
          dx,
          rows,
          classes,
          labelSmoothing);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(4.0 * in[0].size(), 4.0 * (in[0].size() + in[1].size()));
  }
}
