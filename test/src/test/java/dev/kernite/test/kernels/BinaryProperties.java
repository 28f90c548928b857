package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.BinaryFunction;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.Test;

/** Functions of two broadcast values, selection, and scaled sums against float64. */
@Tag("device")
final class BinaryProperties {
  @Provide
  Arbitrary<Integer> lengths() {
    return Draw.lengths();
  }

  /** The definitions of {@link BinaryFunction}. */
  private static double oracle(BinaryFunction f, double a, double b) {
    return switch (f) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case POW -> {
        boolean one = a == 1 || (a == -1 && Double.isInfinite(b)); // IEEE 754, unlike Math.pow
        yield one ? 1 : Math.pow(a, b);
      }
    };
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(
      @ForAll BinaryFunction f, @ForAll long seed, @ForAll Draw.Kind kind) {
    Random random = new Random(seed);
    long[] sizes = Strided.shape(random);
    long[] stridesA = Strided.repeated(random, sizes);
    long[] stridesB = Strided.repeated(random, sizes);
    checkValues(f, random, kind, sizes, stridesA, stridesB);
  }

  /** Sizes beyond a chunk, in the shapes that training has: equal, a bias, a column, a constant. */
  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void longRunsMatchTheDefinition(@ForAll BinaryFunction f, @ForAll long seed) {
    Random random = new Random(seed);
    long rows = 1L + random.nextInt(90);
    long cols = 1L + random.nextInt(700);
    long[] sizes = {rows, cols};
    long[][] layouts = {{cols, 1}, {0, 1}, {1, 0}, {0, 0}, {1, rows}};
    long[] stridesA = layouts[random.nextInt(layouts.length)];
    long[] stridesB = layouts[random.nextInt(layouts.length)];
    checkValues(f, random, Draw.Kind.ORDINARY, sizes, stridesA, stridesB);
  }

  private static void checkValues(
      BinaryFunction f,
      Random random,
      Draw.Kind kind,
      long[] sizes,
      long[] stridesA,
      long[] stridesB) {
    int n = Strided.count(sizes);
    float[] a = Draw.values(random, Strided.span(sizes, stridesA), kind);
    float[] b = Draw.values(random, Strided.span(sizes, stridesB), kind);
    int shift = random.nextInt(16);
    for (Backend device : Backends.tested()) {
      try (Buffers buffers = new Buffers(device, shift)) {
        long left = buffers.of(a).address();
        long right = buffers.of(b).address();
        Buffers.Array out = buffers.out(n);
        device.elementwise().binary(f, left, stridesA, right, stridesB, out.address(), sizes);
        float[] actual = out.floats();
        for (int i = 0; i < n; i++) {
          float x = a[Strided.offset(i, sizes, stridesA)];
          float y = b[Strided.offset(i, sizes, stridesB)];
          String what = "%s(%s, %s), %s".formatted(f, x, y, device.description());
          Close.check(what, oracle(f, x, y), actual[i], 1.2e-7, 1e-44);
        }
      }
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchCentralDifferences(@ForAll BinaryFunction f, @ForAll long seed) {
    Random random = new Random(seed);
    long[] sizes = Strided.shape(random);
    long[] stridesA = Strided.repeated(random, sizes);
    long[] stridesB = Strided.repeated(random, sizes);
    int n = Strided.count(sizes);
    float[] a = Draw.values(random, Strided.span(sizes, stridesA));
    float[] b = Draw.values(random, Strided.span(sizes, stridesB));
    float[] dy = Draw.values(random, n);
    for (int i = 0; i < a.length && f == BinaryFunction.POW; i++) {
      a[i] = Math.abs(a[i]) + 0.1f;
    }
    for (int i = 0; i < b.length && f == BinaryFunction.DIV; i++) {
      b[i] += Math.copySign(0.2f, b[i]);
    }
    for (Backend device : Backends.tested()) {
      try (Buffers buffers = new Buffers(device, random.nextInt(16))) {
        Buffers.Array left = buffers.of(a);
        Buffers.Array right = buffers.of(b);
        Buffers.Array out = buffers.out(n);
        Buffers.Array upstream = buffers.of(dy);
        Buffers.Array da = buffers.out(n);
        Buffers.Array db = buffers.out(n);
        long l = left.address();
        long r = right.address();
        long o = out.address();
        device.elementwise().binary(f, l, stridesA, r, stridesB, o, sizes);
        grad(device, f, left, stridesA, right, stridesB, out, upstream, da.address(), 0, sizes);
        grad(device, f, left, stridesA, right, stridesB, out, upstream, 0, db.address(), sizes);
        float[] actualA = da.floats();
        float[] actualB = db.floats();
        for (int i = 0; i < n; i++) {
          double x = a[Strided.offset(i, sizes, stridesA)];
          double y = b[Strided.offset(i, sizes, stridesB)];
          boolean jump = f == BinaryFunction.MAXIMUM || f == BinaryFunction.MINIMUM;
          if (jump && Math.abs(x - y) < 1e-3) {
            continue;
          }
          double slopeA = dy[i] * Derivative.of(v -> oracle(f, v, y), x);
          double slopeB = dy[i] * Derivative.of(v -> oracle(f, x, v), y);
          Close.check(f + " a at " + x + ", " + y, slopeA, actualA[i], 1e-6, 1e-7);
          Close.check(f + " b at " + x + ", " + y, slopeB, actualB[i], 1e-6, 1e-7);
        }
      }
    }
  }

  private static void grad(
      Backend device,
      BinaryFunction f,
      Buffers.Array a,
      long[] stridesA,
      Buffers.Array b,
      long[] stridesB,
      Buffers.Array out,
      Buffers.Array dy,
      long da,
      long db,
      long[] sizes) {
    device
        .elementwise()
        .binaryGrad(
            f,
            a.address(),
            stridesA,
            b.address(),
            stridesB,
            out.address(),
            dy.address(),
            da,
            db,
            sizes);
  }

  @Test
  void tiesShareTheGradientAndPowersHaveLimits() {
    checkPair(BinaryFunction.MAXIMUM, 2, 2, 0.5, 0.5);
    checkPair(BinaryFunction.MINIMUM, 2, 2, 0.5, 0.5);
    checkPair(BinaryFunction.MAXIMUM, 3, 2, 1, 0);
    checkPair(BinaryFunction.MINIMUM, 3, 2, 0, 1);
    checkPair(BinaryFunction.POW, 0, 0, 0, 0);
    checkPair(BinaryFunction.POW, 0, 2, 0, 0);
    checkPair(BinaryFunction.POW, -2, 2, -4, Double.NaN);
    checkPair(BinaryFunction.POW, -2, 3, 12, Double.NaN);
    checkPair(BinaryFunction.POW, 0, -1, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  private static void checkPair(BinaryFunction f, float a, float b, double da, double db) {
    for (Backend device : Backends.tested()) {
      try (Buffers buffers = new Buffers(device)) {
        Buffers.Array left = buffers.of(a);
        Buffers.Array right = buffers.of(b);
        Buffers.Array out = buffers.out(1);
        Buffers.Array one = buffers.of(1f);
        Buffers.Array toA = buffers.out(1);
        Buffers.Array toB = buffers.out(1);
        long[] unit = {1};
        device
            .elementwise()
            .binary(f, left.address(), unit, right.address(), unit, out.address(), unit);
        grad(device, f, left, unit, right, unit, out, one, toA.address(), toB.address(), unit);
        Close.check(f + " da", da, toA.floats()[0], 1e-6, 0);
        Close.check(f + " db", db, toB.floats()[0], 1e-6, 0);
      }
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void selectTakesTheNamedSide(@ForAll long seed) {
    Random random = new Random(seed);
    long[] sizes = Strided.shape(random);
    long[] stridesC = Strided.repeated(random, sizes);
    long[] stridesA = Strided.repeated(random, sizes);
    long[] stridesB = Strided.repeated(random, sizes);
    int n = Strided.count(sizes);
    byte[] c = new byte[Strided.span(sizes, stridesC)];
    for (int i = 0; i < c.length; i++) {
      c[i] = (byte) (random.nextBoolean() ? 0 : random.nextInt(256));
    }
    float[] a = Draw.values(random, Strided.span(sizes, stridesA), Draw.Kind.EXTREME);
    float[] b = Draw.values(random, Strided.span(sizes, stridesB), Draw.Kind.EXTREME);
    boolean noA = random.nextInt(3) == 0;
    boolean noB = random.nextInt(3) == 0;
    float constant = random.nextBoolean() ? Float.NEGATIVE_INFINITY : -7f;
    for (Backend device : Backends.tested()) {
      try (Buffers buffers = new Buffers(device)) {
        Buffers.Array out = buffers.out(n);
        device
            .elementwise()
            .select(
                buffers.of(c).address(),
                stridesC,
                noA ? 0 : buffers.of(a).address(),
                stridesA,
                noB ? 0 : buffers.of(b).address(),
                stridesB,
                constant,
                out.address(),
                sizes);
        float[] actual = out.floats();
        for (int i = 0; i < n; i++) {
          boolean left = c[Strided.offset(i, sizes, stridesC)] != 0;
          float x = noA ? constant : a[Strided.offset(i, sizes, stridesA)];
          float y = noB ? constant : b[Strided.offset(i, sizes, stridesB)];
          int expected = Float.floatToRawIntBits(left ? x : y);
          assertEquals(expected, Float.floatToRawIntBits(actual[i]), "element " + i);
        }
      }
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void scaleAddAndFill(@ForAll("lengths") int n, @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, n);
    float[] y = Draw.values(random, n);
    float alpha = (float) random.nextGaussian();
    float beta = random.nextInt(3) == 0 ? 1 : (float) random.nextGaussian();
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long from = b.of(x).address();
        Buffers.Array sum = b.of(y);
        Buffers.Array scaled = b.out(n); // poisoned: beta = 0 must not read it
        Buffers.Array filled = b.out(n);
        device.elementwise().scaleAdd(alpha, from, beta, sum.address(), n);
        device.elementwise().scaleAdd(alpha, from, 0, scaled.address(), n);
        device.elementwise().fill(filled.address(), n, alpha);
        float[] expectedFill = new float[n];
        float[] expectedScaled = new float[n];
        double[] expectedSum = new double[n];
        for (int i = 0; i < n; i++) {
          expectedFill[i] = alpha;
          expectedScaled[i] = alpha * x[i];
          expectedSum[i] = (double) alpha * x[i] + (double) beta * y[i];
        }
        assertArrayEquals(expectedFill, filled.floats());
        assertArrayEquals(expectedScaled, scaled.floats());
        Close.check("scaleAdd", expectedSum, sum.floats(), 2e-7, 3e-6);
      }
    }
  }
}
