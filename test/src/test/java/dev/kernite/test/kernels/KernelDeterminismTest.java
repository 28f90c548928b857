package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.LossFunction;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.ReduceFunction;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel, on more than one chunk of data: the same bits run after run, on any threads. */
final class KernelDeterminismTest {
  private static final int ROWS = 700;
  private static final int COLS = 129;
  private static final int N = ROWS * COLS;

  /** Rows of the table that ids point into. */
  private static final int TABLE = 50;

  // Drawn once, not anew for every number of threads.
  private static final float[] X = Draw.values(new Random(1), N);
  private static final float[] DY = Draw.values(new Random(2), N);
  private static final float[] ROW = Draw.values(new Random(3), COLS);
  private static final float[] COLUMN = Draw.values(new Random(4), ROWS);
  private static final float[] LIKELY = probabilities(6);
  private static final float[] TARGETS = probabilities(7);
  private static final int[] IDS = Draw.indices(new Random(5), ROWS, TABLE);
  private static final int[] CLASSES = Draw.indices(new Random(5), ROWS, COLS);
  private static final int[] PLACES = Draw.indices(new Random(5), N, COLS);

  /** A kernel with fixed inputs. */
  @FunctionalInterface
  private interface Run {
    /** Runs it and returns its outputs. */
    List<Buffers.Array> outputs(CpuBackend cpu, Inputs in);
  }

  /** The arrays above, copied to where a kernel can read them. */
  private record Inputs(Buffers b) {
    long x() {
      return b.of(X).address();
    }

    long dy() {
      return b.of(DY).address();
    }

    long row() {
      return b.of(ROW).address();
    }

    long column() {
      return b.of(COLUMN).address();
    }

    long of(int[] indices) {
      return b.of(indices).address();
    }

    Buffers.Array out() {
      return b.out(N);
    }
  }

  static Stream<Arguments> kernels() {
    List<Arguments> all = new ArrayList<>();
    for (CpuOptions.Twin twin : List.of(CpuOptions.Twin.SCALAR, CpuOptions.Twin.VECTOR)) {
      for (UnaryFunction f : UnaryFunction.values()) {
        all.add(Arguments.of(twin, f.name(), (Run) (cpu, in) -> unary(cpu, in, f)));
      }
      for (BinaryFunction f : BinaryFunction.values()) {
        all.add(Arguments.of(twin, f.name(), (Run) (cpu, in) -> binary(cpu, in, f)));
      }
      for (ReduceFunction f : ReduceFunction.values()) {
        all.add(Arguments.of(twin, f + " rows", (Run) (c, in) -> reduce(c, in, f, ROWS, COLS, 1)));
        all.add(
            Arguments.of(twin, f + " columns", (Run) (c, in) -> reduce(c, in, f, 1, ROWS, COLS)));
        all.add(Arguments.of(twin, f + " all", (Run) (c, in) -> reduce(c, in, f, 1, N, 1)));
      }
      for (LossFunction f : LossFunction.values()) {
        all.add(Arguments.of(twin, f.name(), (Run) (cpu, in) -> loss(cpu, in, f)));
      }
      all.add(Arguments.of(twin, "sums of squares", (Run) KernelDeterminismTest::squares));
      all.add(Arguments.of(twin, "softmax", (Run) KernelDeterminismTest::softmax));
      all.add(Arguments.of(twin, "layer norm", (Run) KernelDeterminismTest::layerNorm));
      all.add(Arguments.of(twin, "cross-entropy", (Run) KernelDeterminismTest::crossEntropy));
      all.add(Arguments.of(twin, "index", (Run) KernelDeterminismTest::index));
      all.add(Arguments.of(twin, "random", (Run) KernelDeterminismTest::random));
      all.add(Arguments.of(twin, "adam", (Run) KernelDeterminismTest::adam));
      all.add(Arguments.of(twin, "layout", (Run) KernelDeterminismTest::layout));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("kernels")
  void sameBitsOnAnyThreads(CpuOptions.Twin twin, String name, Run kernel) {
    List<int[]> expected = bits(Cpus.of(twin, 1), kernel);
    for (int threads : Cpus.THREADS) {
      for (int repeat = 0; repeat < 2; repeat++) {
        List<int[]> actual = bits(Cpus.of(twin, threads), kernel);
        for (int i = 0; i < expected.size(); i++) {
          String what = "%s, output %d, %d threads, run %d".formatted(name, i, threads, repeat);
          assertArrayEquals(expected.get(i), actual.get(i), what);
        }
      }
    }
  }

  private static List<int[]> bits(CpuBackend cpu, Run kernel) {
    try (Buffers b = new Buffers()) {
      return kernel.outputs(cpu, new Inputs(b)).stream().map(Buffers.Array::bits).toList();
    }
  }

  private static List<Buffers.Array> unary(CpuBackend cpu, Inputs in, UnaryFunction f) {
    Buffers.Array y = in.out();
    Buffers.Array dx = in.out();
    long x = in.x();
    cpu.elementwise().unary(f, x, y.address(), N, 0.5f, 2);
    cpu.elementwise().unaryGrad(f, x, y.address(), in.dy(), dx.address(), N, 0.5f, 2);
    return List.of(y, dx);
  }

  private static List<Buffers.Array> binary(CpuBackend cpu, Inputs in, BinaryFunction f) {
    long[] sizes = {ROWS, COLS};
    long[] dense = {COLS, 1};
    long[] repeated = {0, 1};
    Buffers.Array out = in.out();
    Buffers.Array da = in.out();
    Buffers.Array db = in.out();
    long a = in.x();
    long b = in.row();
    cpu.elementwise().binary(f, a, dense, b, repeated, out.address(), sizes);
    cpu.elementwise()
        .binaryGrad(
            f, a, dense, b, repeated, out.address(), in.dy(), da.address(), db.address(), sizes);
    return List.of(out, da, db);
  }

  private static List<Buffers.Array> reduce(
      CpuBackend cpu, Inputs in, ReduceFunction f, int outer, int n, int inner) {
    Buffers.Array y = in.b.out((long) outer * inner);
    Buffers.Array dx = in.out();
    long x = in.x();
    long dy = in.dy();
    cpu.reduce().reduce(f, x, y.address(), outer, n, inner, 1);
    cpu.reduce().reduceGrad(f, x, y.address(), dy, dx.address(), outer, n, inner, 1, false);
    return List.of(y, dx);
  }

  private static List<Buffers.Array> squares(CpuBackend cpu, Inputs in) {
    Buffers.Array y = in.b.bytes(8);
    cpu.reduce().sumOfSquares(in.x(), y.address(), N);
    return List.of(y);
  }

  private static List<Buffers.Array> softmax(CpuBackend cpu, Inputs in) {
    long x = in.x();
    long dy = in.dy();
    var s = cpu.softmax();
    List<Buffers.Array> out = Stream.generate(in::out).limit(5).toList();
    s.softmax(x, out.get(0).address(), ROWS, COLS, 1);
    s.softmaxGrad(out.get(0).address(), dy, out.get(1).address(), ROWS, COLS, 1);
    s.logSoftmax(x, out.get(2).address(), ROWS, COLS, 1);
    s.logSoftmaxGrad(out.get(2).address(), dy, out.get(3).address(), ROWS, COLS, 1);
    s.softmax(x, out.get(4).address(), 1, ROWS, COLS);
    Buffers.Array lse = in.b.out(ROWS);
    s.logSumExp(x, lse.address(), ROWS, COLS, 1);
    return Stream.concat(out.stream(), Stream.of(lse)).toList();
  }

  private static List<Buffers.Array> layerNorm(CpuBackend cpu, Inputs in) {
    long x = in.x();
    long weight = in.row();
    long dy = in.dy();
    Buffers.Array y = in.out();
    Buffers.Array dx = in.out();
    Buffers.Array mean = in.b.out(ROWS);
    Buffers.Array rstd = in.b.out(ROWS);
    Buffers.Array dw = in.b.out(COLS);
    Buffers.Array db = in.b.out(COLS);
    long m = mean.address();
    long r = rstd.address();
    cpu.norm().layerNorm(x, weight, weight, y.address(), m, r, ROWS, COLS, 1e-5f);
    cpu.norm()
        .layerNormGrad(x, weight, m, r, dy, dx.address(), dw.address(), db.address(), ROWS, COLS);
    return List.of(y, mean, rstd, dx, dw, db);
  }

  private static List<Buffers.Array> crossEntropy(CpuBackend cpu, Inputs in) {
    long x = in.x();
    long targets = in.of(CLASSES);
    Buffers.Array loss = in.b.out(ROWS);
    Buffers.Array lse = in.b.out(ROWS);
    Buffers.Array dx = in.out();
    cpu.loss().crossEntropy(x, targets, 0, loss.address(), lse.address(), ROWS, COLS, 3, 0.1f);
    long scale = in.column();
    cpu.loss()
        .crossEntropyGrad(x, targets, 0, lse.address(), scale, dx.address(), ROWS, COLS, 3, 0.1f);
    return List.of(loss, lse, dx);
  }

  private static List<Buffers.Array> loss(CpuBackend cpu, Inputs in, LossFunction f) {
    long x = in.b.of(LIKELY).address();
    long y = in.b.of(TARGETS).address();
    Buffers.Array loss = in.out();
    Buffers.Array dx = in.out();
    cpu.loss().elementwise(f, 1, x, y, 0, 0, loss.address(), N);
    cpu.loss().elementwiseGrad(f, 1, x, y, 0, 0, in.dy(), dx.address(), 0, N);
    return List.of(loss, dx);
  }

  private static float[] probabilities(int seed) {
    Random random = new Random(seed);
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static List<Buffers.Array> index(CpuBackend cpu, Inputs in) {
    long ids = in.of(IDS);
    Buffers.Array out = in.out();
    Buffers.Array sums = in.b.of(new float[TABLE * COLS]);
    cpu.index().gatherRows(in.x(), ids, out.address(), ROWS, COLS);
    cpu.index().scatterAddRows(in.dy(), ids, sums.address(), ROWS, COLS, TABLE, 4);
    Buffers.Array gathered = in.out();
    Buffers.Array scattered = in.b.of(new float[N]);
    long each = in.of(PLACES);
    cpu.index().gather(in.x(), each, gathered.address(), ROWS, COLS, COLS, 1);
    cpu.index().scatterAdd(in.dy(), each, scattered.address(), ROWS, COLS, COLS, 1);
    return List.of(out, sums, gathered, scattered);
  }

  private static List<Buffers.Array> random(CpuBackend cpu, Inputs in) {
    Buffers.Array uniform = in.out();
    Buffers.Array normal = in.out();
    Buffers.Array dropped = in.out();
    cpu.random().uniform(uniform.address(), N, -1, 1, 9, 4);
    cpu.random().normal(normal.address(), N, 0, 1, 9, 4);
    cpu.random().dropout(in.x(), dropped.address(), N, 0.3f, 9, 4);
    return List.of(uniform, normal, dropped);
  }

  private static List<Buffers.Array> adam(CpuBackend cpu, Inputs in) {
    Buffers.Array p = in.b.of(X);
    Buffers.Array m = in.b.of(new float[N]);
    Buffers.Array v = in.b.of(new float[N]);
    Optim.Adam c = new Optim.Adam(1e-3, 0.9, 0.999, 1e-8, 0.01, true, 1, 1);
    cpu.optim().adam(p.address(), in.dy(), m.address(), v.address(), 0, N, c);
    return List.of(p, m, v);
  }

  private static List<Buffers.Array> layout(CpuBackend cpu, Inputs in) {
    long[] sizes = {ROWS, COLS};
    Buffers.Array turned = in.out();
    Buffers.Array sums = in.b.of(new float[COLS]);
    long[] dense = {COLS, 1};
    cpu.layout().copy(in.x(), dense, turned.address(), new long[] {1, ROWS}, sizes, 4);
    cpu.layout().add(in.x(), dense, sums.address(), new long[] {0, 1}, sizes);
    return List.of(turned, sums);
  }
}
