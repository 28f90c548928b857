package dev.kernite.bench.compare;

import dev.kernite.bench.peers.Entrant;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.KernelSet;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cuda.CudaBackend;
import dev.kernite.models.measure.AdamWork;
import dev.kernite.models.measure.AttentionWork;
import dev.kernite.models.measure.ConvWork;
import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.RowGradientWork;
import dev.kernite.models.measure.RowWork;
import dev.kernite.models.measure.TrafficWork;
import dev.kernite.models.measure.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The kernels that are compared on a CUDA device: in shapes that fill one and that its second-level
 * cache does not hold, in those of GPT-2 124M, and the steps of the ladders beside the kernels that
 * they lead to.
 *
 * @param backend ours
 * @param contest runs one
 * @param arguments which, and how long
 * @param report takes each result as it comes
 */
record DeviceSuite(
    CudaBackend backend, Contest contest, Arguments arguments, Consumer<Result> report) {
  private static final int FEW_ROWS = 8;

  /** Columns and depth: the four projections of a block and the language head. */
  private static final int[][] PROJECTIONS = {
    {2304, 768}, {768, 768}, {3072, 768}, {768, 3072}, {50257, 768}
  };

  /** Images, channels in and out, pixels along a side. */
  private static final int[] CONVOLUTION = {256, 128, 256, 32};

  /** Heads, time, head size. */
  private static final int[][] ATTENTIONS = {{12, 1024, 64}, {32, 2048, 64}, {16, 2048, 128}};

  void gemm() {
    if (arguments.quick()) {
      square(64);
      projection(1, new int[] {96, 64});
      return;
    }
    for (int side : new int[] {1024, 2048, 4096, 8192}) {
      square(side);
    }
    for (int m : new int[] {1, FEW_ROWS, 512, 4096}) {
      for (int[] nk : PROJECTIONS) {
        projection(m, nk);
      }
    }
  }

  private void square(int side) {
    product("gemm square", side, side, side);
  }

  private void projection(int m, int[] nk) {
    product("gemm M=" + m, m, nk[0], nk[1]);
  }

  private void product(String kind, int m, int n, int k) {
    String label = "gemm %dx%dx%d".formatted(m, n, k);
    run("gemm", kind, label, () -> new GemmWork(backend, m, n, k), DeviceSuite::packed);
  }

  /** Where reading the weights is what takes time, narrow ones are the point. */
  private static List<Entrant> packed(GemmWork g) {
    if (g.m() > FEW_ROWS) {
      return List.of();
    }
    Entrant narrow = new Entrant(Score.OURS, "packed bf16", g.packed(WeightType.BFLOAT16));
    return List.of(narrow.withBytes(g.packedBytes(WeightType.BFLOAT16)));
  }

  void ops() {
    int rows = arguments.quick() ? 64 : 16384;
    int cols = arguments.quick() ? 96 : 4096;
    for (RowWork.Function f : RowWork.Function.values()) {
      row(f, rows, cols);
    }
    row(RowWork.Function.SOFTMAX, 4 * rows, cols / 4);
    row(RowWork.Function.LAYER_NORM, 4 * rows, 768);
    row(RowWork.Function.CROSS_ENTROPY, rows / 4, arguments.quick() ? 333 : 50257);
    for (RowGradientWork.Function f : RowGradientWork.Function.values()) {
      plain(name(f) + " backward", rows, cols, (r, c) -> new RowGradientWork(backend, f, r, c));
    }
    for (TrafficWork.Kind kind : TrafficWork.Kind.values()) {
      plain(name(kind), rows, cols, (r, c) -> new TrafficWork(backend, kind, r, c));
    }
    int parameters = rows * cols;
    run("ops", "adamw", "adamw " + parameters, () -> new AdamWork(backend, parameters));
    for (int[] s : arguments.quick() ? new int[][] {{2, 40, 16}} : ATTENTIONS) {
      attention("attention", false, s);
      attention("attention backward", true, s);
    }
    for (ConvWork.Direction direction : ConvWork.Direction.values()) {
      convolution(direction, arguments.quick() ? new int[] {2, 3, 5, 6} : CONVOLUTION);
    }
  }

  private void convolution(ConvWork.Direction direction, int[] s) {
    String kind = "conv2d " + name(direction);
    String label = "%s %dx%dx%dx%d".formatted(kind, s[0], s[1], s[3], s[3]);
    run("ops", kind, label, () -> new ConvWork(backend, direction, s[0], s[1], s[2], s[3]));
  }

  private void row(RowWork.Function f, int rows, int cols) {
    plain(name(f), rows, cols, (r, c) -> new RowWork(backend, f, r, c));
  }

  private void plain(
      String kind, int rows, int cols, BiFunction<Integer, Integer, Workload> source) {
    run("ops", kind, "%s %dx%d".formatted(kind, rows, cols), () -> source.apply(rows, cols));
  }

  private void attention(String kind, boolean backward, int[] s) {
    String label = "%s %dx%dx%d".formatted(kind, s[0], s[1], s[2]);
    run("ops", kind, label, () -> new AttentionWork(backend, backward, s[0], s[1], s[2]));
  }

  private static String name(Enum<?> kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Each step of the ladders as a way of ours to do what the product kernel does. */
  void ladder() {
    int side = arguments.quick() ? 64 : 4096;
    run(
        "ladder",
        "ladder matmul",
        "ladder matmul",
        () -> new GemmWork(backend, side, side, side),
        g -> steps("matmul", kernels -> g.run(kernels.gemm())));
    int rows = arguments.quick() ? 16 : 16384;
    int cols = arguments.quick() ? 96 : 4096;
    run(
        "ladder",
        "ladder softmax",
        "ladder softmax",
        () -> new RowWork(backend, RowWork.Function.SOFTMAX, rows, cols),
        r -> steps("softmax", kernels -> r.run(kernels.softmax())));
    int time = arguments.quick() ? 40 : 1024;
    run(
        "ladder",
        "ladder attention",
        "ladder attention",
        () -> new AttentionWork(backend, false, 12, time, 64),
        a -> steps("attention", kernels -> a.run(kernels.attention())));
  }

  private List<Entrant> steps(String operation, Consumer<KernelSet> work) {
    List<Entrant> steps = new ArrayList<>();
    for (String step : CudaBackend.variants(operation)) {
      KernelSet kernels = backend.with(operation, step);
      steps.add(new Entrant(Score.OURS, step, () -> work.accept(kernels)));
    }
    return steps;
  }

  private void run(String group, String kind, String label, Supplier<Workload> source) {
    run(group, kind, label, source, work -> List.of());
  }

  private <W extends Workload> void run(
      String group,
      String kind,
      String label,
      Supplier<W> source,
      Function<W, List<Entrant>> more) {
    if (!arguments.match().matcher(label).find()) {
      return;
    }
    try (W work = source.get()) {
      report.accept(contest.run(group, kind, work, more.apply(work), arguments.shortWork(0)));
    } catch (KernelException e) {
      System.out.println(label + " is left out: " + e.getMessage()); // too large for this device
    }
  }
}
