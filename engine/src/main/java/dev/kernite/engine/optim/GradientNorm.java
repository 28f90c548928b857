package dev.kernite.engine.optim;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The Euclidean norm of all gradients together, and clipping by it (Pascanu et al. 2013). */
public final class GradientNorm {
  /** Keeps the factor finite when all gradients are zero; PyTorch's constant. */
  private static final double EPS = 1e-6;

  private GradientNorm() {}

  /**
   * The norm over every parameter that has a gradient: squares summed in float64, in a fixed order.
   */
  public static double of(Collection<Tensor> parameters) {
    List<Tensor> gradients = new ArrayList<>();
    for (Tensor p : parameters) {
      if (p.grad() != null) {
        gradients.add(p.grad());
      }
    }
    if (gradients.isEmpty()) {
      return 0;
    }
    double[] squares = new double[gradients.size()];
    Backend backend = gradients.getFirst().engine().backend();
    // The kernel writes float64, which no tensor type has: two int32 make room for one.
    try (Tensor sums =
        gradients.getFirst().engine().empty(DType.I32, Shape.of(2L * squares.length))) {
      for (int i = 0; i < squares.length; i++) {
        Tensor g = gradients.get(i);
        backend.reduce().sumOfSquares(g.address(), sums.address() + 8L * i, g.size());
      }
      sums.copyTo(MemorySegment.ofArray(squares));
    }
    double total = 0;
    for (double square : squares) {
      total += square;
    }
    return Math.sqrt(total);
  }

  /** The factor max / (norm + 1e-6) where that is below 1, else 1. */
  public static double clipFactor(double norm, double max) {
    double factor = max / (norm + EPS);
    return factor < 1 ? factor : 1;
  }

  /**
   * Scales the gradients in place so that their norm is at most {@code max}. A training step passes
   * the factor to the optimiser instead, which saves a pass over memory.
   *
   * @return the norm before
   */
  public static double clip(Collection<Tensor> parameters, double max) {
    double norm = of(parameters);
    float factor = (float) clipFactor(norm, max);
    if (factor < 1) {
      for (Tensor p : parameters) {
        Tensor g = p.grad();
        if (g != null) {
          long address = g.address();
          g.engine().backend().elementwise().scaleAdd(factor, address, 0, address, g.size());
        }
      }
    }
    return norm;
  }
}
