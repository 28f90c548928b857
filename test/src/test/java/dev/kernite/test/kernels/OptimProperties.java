package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Optim;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Optimiser steps against float64. */
@Tag("device")
final class OptimProperties {
  @Provide
  Arbitrary<Integer> lengths() {
    return Draw.lengths();
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void adam(
      @ForAll("lengths") int n,
      @ForAll boolean decoupled,
      @ForAll boolean amsgrad,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] p = Draw.values(random, n);
    float[] g = Draw.values(random, n);
    float[] m = Draw.values(random, n);
    float[] v = squares(random, n);
    float[] max = squares(random, n);
    double decay = random.nextInt(3) == 0 ? 0 : 0.1;
    int step = 1 + random.nextInt(20);
    Optim.Adam c = new Optim.Adam(0.01, 0.9, 0.99, 1e-8, decay, decoupled, step, 0.7);
    double[] newP = new double[n];
    double[] newM = new double[n];
    double[] newV = new double[n];
    double[] newMax = new double[n];
    for (int i = 0; i < n; i++) {
      double gradient = g[i] * c.gradScale() + (decoupled ? 0 : decay * p[i]);
      double kept = decoupled ? p[i] * (1 - c.lr() * decay) : p[i];
      newM[i] = c.beta1() * m[i] + (1 - c.beta1()) * gradient;
      newV[i] = c.beta2() * v[i] + (1 - c.beta2()) * gradient * gradient;
      newMax[i] = Math.max(newV[i], max[i]);
      double first = newM[i] / (1 - Math.pow(c.beta1(), step));
      double second = (amsgrad ? newMax[i] : newV[i]) / (1 - Math.pow(c.beta2(), step));
      newP[i] = kept - c.lr() * first / (Math.sqrt(second) + c.eps());
    }
    int[] first = null;
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array ps = b.of(p);
        Buffers.Array ms = b.of(m);
        Buffers.Array vs = b.of(v);
        Buffers.Array maxes = b.of(max);
        long top = amsgrad ? maxes.address() : 0;
        device.optim().adam(ps.address(), b.of(g).address(), ms.address(), vs.address(), top, n, c);
        Close.check("m", newM, ms.floats(), 3e-7, 3e-7);
        Close.check("v", newV, vs.floats(), 1e-6, 1e-9);
        Close.check("vMax", amsgrad ? newMax : Draw.wide(max), maxes.floats(), 1e-6, 1e-9);
        Close.check("p", newP, ps.floats(), 1e-6, 1e-6);
        first = first == null ? ps.bits() : first;
        assertArrayEquals(first, ps.bits(), "the twins' parameters, bit by bit");
      }
    }
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void adaptive(
      @ForAll("lengths") int n, @ForAll boolean sums, @ForAll boolean buffered, @ForAll long seed) {
    Random random = new Random(seed);
    float[] p = Draw.values(random, n);
    float[] g = Draw.values(random, n);
    float[] old = Draw.values(random, n);
    float[] squares = squares(random, n);
    double decay = random.nextInt(3) == 0 ? 0 : 0.05;
    double keep = sums ? 1 : 0.9;
    double add = sums ? 1 : 0.1;
    Optim.Adaptive c = new Optim.Adaptive(0.01, keep, add, 1e-6, 0.8, decay, 0.5);
    double[] newP = new double[n];
    double[] newSquares = new double[n];
    double[] newBuffer = Draw.wide(old);
    for (int i = 0; i < n; i++) {
      double gradient = g[i] * 0.5 + decay * p[i];
      newSquares[i] = keep * squares[i] + add * gradient * gradient;
      double step = gradient / (Math.sqrt(newSquares[i]) + 1e-6);
      newBuffer[i] = buffered ? 0.8 * old[i] + step : old[i];
      newP[i] = p[i] - 0.01 * (buffered ? newBuffer[i] : step);
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array ps = b.of(p);
        Buffers.Array ss = b.of(squares);
        Buffers.Array buffer = b.of(old);
        long momentum = buffered ? buffer.address() : 0;
        device.optim().adaptive(ps.address(), b.of(g).address(), ss.address(), momentum, n, c);
        Close.check("p", newP, ps.floats(), 1e-6, 1e-6);
        Close.check("squares", newSquares, ss.floats(), 1e-6, 1e-9);
        Close.check("buffer", newBuffer, buffer.floats(), 2e-6, 2e-6);
      }
    }
  }

  private static float[] squares(Random random, int n) {
    float[] values = Draw.values(random, n);
    for (int i = 0; i < n; i++) {
      values[i] = values[i] * values[i] + 1e-4f;
    }
    return values;
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void sgd(
      @ForAll("lengths") int n,
      @ForAll boolean nesterov,
      @ForAll boolean first,
      @ForAll boolean buffered,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] p = Draw.values(random, n);
    float[] g = Draw.values(random, n);
    float[] old = Draw.values(random, n);
    double decay = random.nextInt(3) == 0 ? 0 : 0.05;
    double lr = 0.1;
    double momentum = 0.9;
    double scale = 0.5;
    double[] newP = new double[n];
    double[] newBuffer = new double[n];
    for (int i = 0; i < n; i++) {
      double gradient = g[i] * scale + decay * p[i];
      newBuffer[i] = first ? gradient : momentum * old[i] + gradient;
      double step = nesterov ? gradient + momentum * newBuffer[i] : newBuffer[i];
      newP[i] = p[i] - lr * (buffered ? step : gradient);
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array ps = b.of(p);
        Buffers.Array buffer = first ? b.out(n) : b.of(old); // unread at first
        device
            .optim()
            .sgd(
                ps.address(),
                b.of(g).address(),
                buffered ? buffer.address() : 0,
                n,
                lr,
                momentum,
                decay,
                nesterov,
                first,
                scale);
        Close.check("p", newP, ps.floats(), 1e-6, 1e-6);
        if (buffered) {
          Close.check("buffer", newBuffer, buffer.floats(), 1e-6, 1e-6);
        }
      }
    }
  }
}
