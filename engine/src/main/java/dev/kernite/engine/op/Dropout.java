package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Backend;

/**
 * Inverted dropout (Srivastava et al. 2014): zeroes each value with probability p and scales the
 * rest by 1 / (1 - p). The mask is never stored: backward draws it again.
 *
 * @param p probability of zero, 0 .. 1
 * @param training false passes x through
 * @param seed key of the Philox stream
 * @param offset first block of the stream
 */
@Named("dropout")
@Input("x")
public record Dropout(
    @Default("0.5") float p,
    @Default("true") boolean training,
    @Default("0") long seed,
    @Default("0") long offset)
    implements Op {

  /** Checks the probability. */
  public Dropout {
    if (!(p >= 0 && p <= 1)) {
      throw new EngineException("dropout: p must be in [0, 1], not " + p);
    }
  }

  @Override
  public Shape shape(Shape... in) {
    return in[0];
  }

  @Override
  public void forward(Call c) {
    run(c.backend(), c.address(0), c.output().address(), c.output().size());
  }

  @Override
  public void backward(Gradient g) {
    run(g.backend(), g.upstream().address(), g.result(0).address(), g.output().size());
  }

  private void run(Backend backend, long x, long y, long n) {
    if (training) {
      backend.random().dropout(x, y, n, p, seed, offset);
    } else {
      backend.memory().copy(x, y, 4 * n);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(1, in[0].size(), 2);
  }
}
