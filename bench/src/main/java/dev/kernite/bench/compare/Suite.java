package dev.kernite.bench.compare;

import dev.kernite.bench.peers.Entrant;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.WeightType;
import dev.kernite.models.measure.AttentionWork;
import dev.kernite.models.measure.ConvWork;
import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.ImageWork;
import dev.kernite.models.measure.RowWork;
import dev.kernite.models.measure.RowWork.Function;
import dev.kernite.models.measure.Workload;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The kernels that are compared, in shapes that GPT-2 124M has.
 *
 * @param backend ours
 * @param contest runs one
 * @param arguments which, and how long
 * @param report takes each result as it comes
 */
record Suite(Backend backend, Contest contest, Arguments arguments, Consumer<Result> report) {
  /** Columns and depth: the four projections of a block and the language head. */
  private static final int[][] PROJECTIONS = {
    {2304, 768}, {768, 768}, {3072, 768}, {768, 3072}, {50257, 768}
  };

  private static final int[][] QUICK_PROJECTIONS = {{2304, 768}, {768, 3072}};
  private static final int FEW_ROWS = 8;
  private static final int[] ROWS = {1, 8, 64, 128, 512, 1024};

  void gemm() {
    for (int[] nk : arguments.quick() ? QUICK_PROJECTIONS : PROJECTIONS) {
      for (int m : ROWS) {
        String kind = m == 1 || m == 8 ? "gemm M=" + m : m < 512 ? "gemm M=64-128" : "gemm M>=512";
        run("gemm", kind, "gemm %dx%dx%d".formatted(m, nk[0], nk[1]), () -> gemm(m, nk));
      }
    }
  }

  private GemmWork gemm(int m, int[] nk) {
    return new GemmWork(backend, m, nk[0], nk[1]);
  }

  void ops() {
    rows(Function.GELU_TANH, 1024, 3072);
    rows(Function.SOFTMAX, 1024, 1024);
    rows(Function.LOG_SOFTMAX, 1024, 4096);
    rows(Function.LAYER_NORM, 1024, 768);
    rows(Function.CROSS_ENTROPY, arguments.quick() ? 128 : 1024, 50257);
    attention("attention", false);
    attention("attention backward", true);
    for (ConvWork.Direction direction : ConvWork.Direction.values()) {
      convolution(direction);
    }
    for (ImageWork.Function function : ImageWork.Function.values()) {
      images(function);
    }
  }

  private void images(ImageWork.Function function) {
    String kind = function.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    run("ops", kind, kind + " 64x64x28x28", () -> new ImageWork(backend, function, 64, 64, 28));
  }

  /** In the middle of a discriminator of 28 x 28 pixels. */
  private void convolution(ConvWork.Direction direction) {
    String kind = "conv2d " + direction.name().toLowerCase(Locale.ROOT);
    String label = kind + " 64x64x14x14";
    run("ops", kind, label, () -> new ConvWork(backend, direction, 64, 64, 128, 14));
  }

  private void rows(Function function, int rows, int cols) {
    String name = function.name().toLowerCase(Locale.ROOT);
    String label = "%s %dx%d".formatted(name, rows, cols);
    run("ops", name, label, () -> new RowWork(backend, function, rows, cols));
  }

  private void attention(String name, boolean backward) {
    String label = name + " 12x1024x64";
    run("ops", name, label, () -> new AttentionWork(backend, backward, 12, 1024, 64));
  }

  private void run(String group, String kind, String label, Supplier<Workload> source) {
    if (!arguments.match().matcher(label).find()) {
      return;
    }
    try (Workload work = source.get()) {
      var stopwatch = arguments.shortWork(contest.threads());
      report.accept(contest.run(group, kind, work, ours(work), stopwatch));
    }
  }

  /** Our further ways to do a piece of work, each a row of its own: weights packed beforehand. */
  private static List<Entrant> ours(Workload work) {
    if (!(work instanceof GemmWork g)) {
      return List.of();
    }
    Entrant packed = new Entrant(Score.OURS, "packed", g.packed(WeightType.FLOAT32));
    if (g.m() > FEW_ROWS) {
      return List.of(packed);
    }
    // Where reading the weights is what takes time, narrow ones are the point.
    Entrant narrow = new Entrant(Score.OURS, "packed bf16", g.packed(WeightType.BFLOAT16));
    return List.of(packed, narrow.withBytes(g.packedBytes(WeightType.BFLOAT16)));
  }
}
