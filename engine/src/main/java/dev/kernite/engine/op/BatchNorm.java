package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Backend;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) of x [batch, channels, ...]: each channel is brought
 * to mean 0 and variance 1, times weight [channels], plus bias [channels].
 *
 * <p>In training mean and (biased) variance are those of the batch, and running statistics move
 * towards them, {@code (1 - momentum) running + momentum batch}, with the unbiased variance; an
 * empty batch leaves them. Otherwise the running statistics are what x is normalised by. Either way
 * the running statistics after the call are further results, {@code new_running_mean} and {@code
 * new_running_var}, if they were given.
 *
 * @param training normalise by the batch
 * @param momentum weight of the batch in the running statistics, 0 to 1
 * @param eps added to the variance
 */
@Named("batch_norm")
@Input("x")
@Input(value = "weight", optional = true)
@Input(value = "bias", optional = true)
@Input(value = "running_mean", optional = true, gradient = false)
@Input(value = "running_var", optional = true, gradient = false)
public record BatchNorm(
    @Default("false") boolean training, @Default("0.1") float momentum, @Default("1e-5") float eps)
    implements Op {
  private static final int WEIGHT = 1;
  private static final int BIAS = 2;
  private static final int RUNNING_MEAN = 3;
  private static final int RUNNING_VAR = 4;

  /** Checks the momentum. */
  public BatchNorm {
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new EngineException("batch_norm: momentum must be in [0, 1], not " + momentum);
    }
  }

  @Override
  public Shape shape(Shape... in) {
    Shape x = in[0];
    if (x.rank() < 2) {
      throw Op.misfit(this, "x must be [batch, channels, ...]", in);
    }
    for (int i = 1; i < in.length; i++) {
      if (in[i] != null && !in[i].equals(Shape.of(x.dim(1)))) {
        throw Op.misfit(this, "all but x need one value a channel, " + x.dim(1), in);
      }
    }
    boolean mean = in.length > RUNNING_MEAN && in[RUNNING_MEAN] != null;
    boolean variance = in.length > RUNNING_VAR && in[RUNNING_VAR] != null;
    if (mean != variance || (!training && !mean)) {
      String why = "running_mean and running_var come together; without training they must come";
      throw Op.misfit(this, why, in);
    }
    if (training && x.dim(0) * x.inner(1) == 1) {
      throw Op.misfit(this, "training needs more than one value a channel", in);
    }
    return x;
  }

  private static dev.kernite.kernels.BatchNorm.Shape sizes(Shape x) {
    return new dev.kernite.kernels.BatchNorm.Shape(x.dim(0), x.dim(1), x.inner(1));
  }

  @Override
  public void forward(Call c) {
    var sizes = sizes(c.input(0).shape());
    long mean = c.address(RUNNING_MEAN);
    long variance = c.address(RUNNING_VAR);
    if (training) {
      Shape channels = Shape.of(sizes.channels());
      mean = c.save(DType.F32, channels).address();
      variance = c.save(DType.F32, channels).address();
      c.backend().batchNorm().statistics(sizes, c.address(0), mean, variance);
    }
    if (c.input(RUNNING_MEAN) != null) {
      boolean moves = training && sizes.count() > 0;
      float share = moves ? momentum : 0;
      double unbiased = moves ? sizes.count() / (sizes.count() - 1.0) : 0;
      move(c, "new_running_mean", c.input(RUNNING_MEAN), share, mean);
      move(c, "new_running_var", c.input(RUNNING_VAR), share * unbiased, variance);
    }
    c.backend()
        .batchNorm()
        .normalise(
            sizes,
            c.address(0),
            mean,
            variance,
            c.address(WEIGHT),
            c.address(BIAS),
            eps,
            c.output().address());
  }

  /** A further result: the running statistics after the batch's have been added. */
  private void move(Call c, String name, Tensor running, double share, long batch) {
    long result = c.extra(name, running.shape()).address();
    Backend backend = c.backend();
    backend.memory().copy(running.address(), result, running.bytes());
    if (share != 0) {
      backend.elementwise().scaleAdd((float) share, batch, 1 - momentum, result, running.size());
    }
  }

  @Override
  public void backward(Gradient g) {
    g.backend()
        .batchNorm()
        .grad(
            sizes(g.input(0).shape()),
            training,
            g.address(0),
            training ? g.saved(0).address() : g.address(RUNNING_MEAN),
            training ? g.saved(1).address() : g.address(RUNNING_VAR),
            g.address(WEIGHT),
            eps,
            g.upstream().address(),
            g.resultAddress(0),
            g.resultAddress(WEIGHT),
            g.resultAddress(BIAS));
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(training ? 7 : 3, in[0].size(), training ? 3 : 2);
  }
}
