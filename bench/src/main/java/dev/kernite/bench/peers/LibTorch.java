package dev.kernite.bench.peers;

import dev.kernite.bench.peers.Torch.Handle;
import dev.kernite.models.measure.AttentionWork;
import dev.kernite.models.measure.GemmWork;
import dev.kernite.models.measure.RowWork;
import dev.kernite.models.measure.Workload;
import java.nio.file.Path;
import java.util.List;

/** LibTorch on the CPU, the build of the Deep Java Library: which of its operators does what. */
public final class LibTorch implements Peer {
  private static final String NAME = "LibTorch";

  private final Torch torch;

  private LibTorch(Torch torch) {
    this.torch = torch;
  }

  /**
   * Loads the library.
   *
   * @param folder where it was unpacked
   */
  public static LibTorch load(Path folder) {
    return new LibTorch(new Torch(NativeLibrary.load(folder, "libtorch_cpu.so")));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "2.7.1 (ai.djl.pytorch:pytorch-native-cpu), MKL";
  }

  @Override
  public void threads(int threads) {
    torch.threads(threads);
  }

  @Override
  public List<Entrant> entrants(Workload work) {
    return switch (work) {
      case GemmWork g -> products(g);
      case RowWork r -> rows(r);
      case AttentionWork a -> List.of(a.backward() ? backward(a) : forward(a));
      default -> List.of();
    };
  }

  /** With B as it is, and as torch.nn.Linear keeps it: [n, k]. The faster one counts. */
  private List<Entrant> products(GemmWork g) {
    Handle a = torch.view(g.a(), g.m(), g.k());
    Handle b = torch.view(g.b(), g.k(), g.n());
    Handle c = torch.view(g.c(), g.m(), g.n());
    Handle linear = torch.transposedCopy(b, g.k(), g.n());
    return List.of(
        new Entrant(NAME, "mm", () -> torch.mm(c, a, b)),
        new Entrant(NAME, "mm, weight [n, k]", () -> torch.mm(c, a, linear)));
  }

  private List<Entrant> rows(RowWork r) {
    Handle x = torch.view(r.x(), r.rows(), r.cols());
    if (r.function() == RowWork.Function.CROSS_ENTROPY) {
      return losses(r, x);
    }
    Handle y = torch.view(r.y(), r.rows(), r.cols());
    return List.of(
        switch (r.function()) {
          case GELU_TANH -> new Entrant(NAME, "gelu_out", () -> torch.geluTanh(y, x));
          case SOFTMAX -> new Entrant(NAME, "softmax_out", () -> torch.softmax(y, x));
          case LOG_SOFTMAX -> new Entrant(NAME, "log_softmax_out", () -> torch.logSoftmax(y, x));
          case LAYER_NORM -> layerNorm(r, x, y);
          case CROSS_ENTROPY -> throw new IllegalArgumentException(r.op());
        });
  }

  private Entrant layerNorm(RowWork r, Handle x, Handle y) {
    Handle gain = torch.optional(torch.view(r.gain(), r.cols()));
    Handle bias = torch.optional(torch.view(r.bias(), r.cols()));
    Handle width = torch.symbolicInteger(r.cols());
    Handle result = torch.empty();
    return new Entrant(
        NAME,
        "layer_norm (allocates its result)",
        () -> torch.layerNorm(result, x, width, gain, bias, RowWork.EPS),
        () -> torch.copy(y, result));
  }

  /** The operator that users call, and its two halves on memory that is there already. */
  private List<Entrant> losses(RowWork r, Handle x) {
    Handle y = torch.view(r.y(), r.rows());
    Handle targets = torch.indices(r.classes());
    Handle none = torch.absent();
    Handle ignored = torch.symbolicInteger(-100);
    Handle result = torch.empty();
    Handle logits = torch.scratch(r.rows(), r.cols());
    return List.of(
        new Entrant(
            NAME,
            "cross_entropy_loss (allocates)",
            () -> torch.crossEntropy(result, x, targets, none, ignored),
            () -> torch.copy(y, result)),
        new Entrant(
            NAME,
            "log_softmax_out, nll_loss",
            () -> {
              torch.logSoftmax(logits, x);
              torch.negativeLogLikelihood(result, logits, targets, none, ignored);
            },
            () -> torch.copy(y, result)));
  }

  private Handle heads(long address, AttentionWork a) {
    return torch.view(address, 1, a.heads(), a.time(), a.headDim());
  }

  private Entrant forward(AttentionWork a) {
    Handle q = heads(a.q(), a);
    Handle k = heads(a.k(), a);
    Handle v = heads(a.v(), a);
    Handle out = heads(a.out(), a);
    Handle result = torch.empty();
    Handle lse = torch.empty();
    return new Entrant(
        NAME,
        "flash attention (allocates its result)",
        () -> torch.attention(result, lse, q, k, v),
        () -> torch.copy(out, result));
  }

  private Entrant backward(AttentionWork a) {
    Handle q = heads(a.q(), a);
    Handle k = heads(a.k(), a);
    Handle v = heads(a.v(), a);
    Handle dout = heads(a.dout(), a);
    Handle out = torch.empty();
    Handle lse = torch.empty();
    torch.attention(out, lse, q, k, v);
    Handle dq = torch.empty();
    Handle dk = torch.empty();
    Handle dv = torch.empty();
    return new Entrant(
        NAME,
        "flash attention backward (allocates its results)",
        () -> torch.attentionBackward(dq, dk, dv, dout, q, k, v, out, lse),
        () -> {
          torch.copy(heads(a.dq(), a), dq);
          torch.copy(heads(a.dk(), a), dk);
          torch.copy(heads(a.dv(), a), dv);
        });
  }

  @Override
  public void release() {
    torch.release();
  }
}
