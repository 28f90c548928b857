package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Optim;
import dev.kernite.models.ModelException;

/** One step of AdamW over an array of parameters, again and again with the same gradients. */
public final class AdamWork implements Workload {
  private static final double LR = 1e-3;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPS = 1e-8;
  private static final double DECAY = 0.01;

  /** Four arrays are read, three written. */
  private static final double VALUES_EACH = 7;

  private static final double FLOPS_EACH = 14;
  private static final int CHECKED = 64;

  private final Backend backend;
  private final Operands operands;
  private final int n;
  private final long start;
  private final long p;
  private final long g;
  private final long m;
  private final long v;
  private long steps;

  /** Allocates and fills the operands: n parameters. */
  public AdamWork(Backend backend, int n) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.n = n;
    start = operands.normal(n);
    g = operands.normal(n);
    p = operands.output(n);
    m = operands.output(n);
    v = operands.output(n);
    begin();
  }

  private void begin() {
    long bytes = (long) n * Float.BYTES;
    backend.memory().copy(start, p, bytes);
    backend.memory().zero(m, bytes);
    backend.memory().zero(v, bytes);
    steps = 0;
  }

  /** Address of the parameters. */
  public long p() {
    return p;
  }

  @Override
  public String op() {
    return "adamw";
  }

  @Override
  public String shape() {
    return "" + n;
  }

  @Override
  public double flops() {
    return FLOPS_EACH * n;
  }

  @Override
  public double bytes() {
    return VALUES_EACH * Float.BYTES * n;
  }

  @Override
  public void run() {
    steps++;
    backend.optim().adam(p, g, m, v, 0, n, constants());
  }

  private Optim.Adam constants() {
    return new Optim.Adam(LR, BETA1, BETA2, EPS, DECAY, true, steps, 1);
  }

  @Override
  public void settle() {
    backend.memory().synchronize();
  }

  /** Begins anew. */
  @Override
  public void spoil() {
    begin();
  }

  /** Follows some parameters through all steps so far. */
  @Override
  public void check() {
    if (steps == 0) {
      throw new ModelException("adamw: no step was made");
    }
    for (int i = 0; i < CHECKED; i++) {
      int at = (int) ((long) i * (n - 1) / (CHECKED - 1));
      double gradient = operands.read(g, at, 1)[0];
      double expected = operands.read(start, at, 1)[0];
      double first = 0;
      double second = 0;
      for (int step = 1; step <= steps; step++) {
        first = BETA1 * first + (1 - BETA1) * gradient;
        second = BETA2 * second + (1 - BETA2) * gradient * gradient;
        double root = Math.sqrt(second / (1 - Math.pow(BETA2, step))) + EPS;
        expected *= 1 - LR * DECAY;
        expected -= LR * first / (1 - Math.pow(BETA1, step)) / root;
      }
      double tolerance = 1e-6 * steps * Math.max(1, Math.abs(expected));
      Operands.requireClose("adamw [" + at + "]", operands.read(p, at, 1)[0], expected, tolerance);
    }
  }

  @Override
  public void close() {
    operands.close();
  }
}
