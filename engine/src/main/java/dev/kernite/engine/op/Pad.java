package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import java.util.List;

/**
 * x with a border of constant values.
 *
 * @param pads for each axis, how many values to put before and after
 * @param value what the border holds
 */
@Named(value = "shape", op = "pad")
@Input("x")
public record Pad(List<List<Long>> pads, @Default("0") float value) implements Op {

  /** Checks the widths. */
  public Pad {
    for (List<Long> pair : pads) {
      if (pair.size() != 2 || pair.get(0) < 0 || pair.get(1) < 0) {
        throw new EngineException("pad: pads must be pairs of widths of 0 or more, not " + pads);
      }
    }
  }

  @Override
  public Shape shape(Shape... in) {
    long[] d = in[0].toArray();
    if (d.length != pads.size()) {
      throw Op.misfit(this, "pads " + pads + " need one pair an axis", in);
    }
    try {
      for (int i = 0; i < d.length; i++) {
        d[i] = Math.addExact(d[i], Math.addExact(pads.get(i).get(0), pads.get(i).get(1)));
      }
    } catch (ArithmeticException e) {
      throw Op.misfit(this, "pads " + pads + " are too wide", in);
    }
    return Shape.of(d);
  }

  /** Position of x's first value in the result. */
  private long offset(Shape y) {
    long[] strides = y.strides();
    long offset = 0;
    for (int i = 0; i < strides.length; i++) {
      offset += pads.get(i).get(0) * strides[i];
    }
    return offset;
  }

  @Override
  public void forward(Call c) {
    Shape x = c.input(0).shape();
    Shape y = c.output().shape();
    long out = c.output().address();
    c.backend().elementwise().fill(out, y.size(), value);
    c.backend()
        .layout()
        .copy(c.address(0), x.strides(), out + 4 * offset(y), y.strides(), x.toArray(), 4);
  }

  @Override
  public void backward(Gradient g) {
    Shape x = g.input(0).shape();
    Shape y = g.output().shape();
    g.backend()
        .layout()
        .copy(
            g.upstream().address() + 4 * offset(y),
            y.strides(),
            g.result(0).address(),
            x.strides(),
            x.toArray(),
            4);
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(0, 4.0 * (in[0].size() + shape(in).size()));
  }
}
