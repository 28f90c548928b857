package dev.kernite.bench.compare;

import dev.kernite.bench.peers.CuBlas;
import dev.kernite.bench.peers.LibTorch;
import dev.kernite.bench.peers.OpenBlas;
import dev.kernite.bench.peers.Peer;
import dev.kernite.bench.peers.PeerException;
import dev.kernite.bench.peers.PyTorch;
import dev.kernite.bench.tokenizer.HuggingFace;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuProbe;
import dev.kernite.kernels.cuda.CudaBackend;
import dev.kernite.models.checkpoint.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * Compares Kernite with other engines in one process, on the same buffers, in turns, and sets every
 * figure against the roofs of the machine, measured before and after.
 */
public final class Compare {
  private static final Path RESULTS = Path.of("bench/results");
  private static final Path PEERS = Path.of("bench/target/peers");
  private static final Path PROGRAM = Path.of("target/kernite");
  private static final Path MINILM = PROGRAM.resolve("models/minilm");
  private static final String LANGCHAIN4J = "langchain4j";

  private final Arguments arguments;
  private Machine machine = Machine.here();
  private final List<Peer> peers = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<Integer, Roofs> roofs = new LinkedHashMap<>();
  private final List<Result> results = new ArrayList<>();

  private Compare(Arguments arguments) {
    this.arguments = arguments;
  }

  /**
   * Runs the comparison.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) throws IOException {
    if (List.of(args).contains("--help")) {
      System.out.print(Arguments.USAGE);
      return;
    }
    Arguments arguments;
    try {
      arguments = Arguments.of(args, RESULTS, PEERS);
    } catch (IllegalArgumentException e) {
      System.err.println("error: " + e.getMessage() + "\n" + Arguments.USAGE);
      System.exit(2);
      return;
    }
    Compare compare = new Compare(arguments);
    compare.notes.add("arguments: " + String.join(" ", args));
    compare.run();
  }

  private void run() throws IOException {
    System.out.printf(
        "%s, %d processors, load %.2f%n", machine.cpu(), machine.processors(), machine.load());
    ScratchFolder models = ScratchFolder.create("kernite-bench");
    // After Ctrl-C too: two models are most of a gigabyte.
    Runtime.getRuntime().addShutdownHook(new Thread(models::close));
    if (arguments.onCpu()) {
      measureCpu(models.path());
    } else {
      measureDevice(models.path());
    }
    report();
  }

  private void measureCpu(Path models) {
    if (arguments.peers() != null) {
      loadPeers();
    }
    if (wanted("encoders") && !encodes()) {
      notes.add("no %s: its rows are left out; `make models` fetches it".formatted(MINILM));
    }
    notes.forEach(System.out::println);
    for (int threads : arguments.threads()) {
      measure(threads, models);
    }
  }

  private void measureDevice(Path models) {
    boolean gpu = arguments.device().equals("cuda");
    Contest contest = new Contest(0, peers);
    try (CudaBackend backend = gpu ? CudaBackend.open() : CudaBackend.openHost()) {
      machine = machine.with(backend.description());
      System.out.println(backend.description());
      if (!gpu) {
        notes.add("cuda-host is the CPU: it has no peers, and its figures say nothing about a GPU");
      } else if (arguments.peers() != null) {
        load("cuBLAS", CuBlas::load);
        load("PyTorch", () -> PyTorch.start("python3"));
      }
      notes.forEach(System.out::println);
      kernels(backend, contest);
    } catch (KernelException e) {
      System.err.println("error: " + e.getMessage());
      System.exit(1);
    }
    models(contest, models);
  }

  private void kernels(CudaBackend backend, Contest contest) {
    Roofs before = backend.measureRoofs();
    roofs.put(contest.threads(), before);
    System.out.printf(
        "FMA peak %.1f GF/s, copy bandwidth %.1f GB/s%n%n",
        before.flops() / 1e9, before.bytes() / 1e9);
    DeviceSuite suite = new DeviceSuite(backend, contest, arguments, this::take);
    if (wanted("gemm")) {
      suite.gemm();
    }
    if (wanted("ops")) {
      suite.ops();
    }
    if (wanted("ladder")) {
      suite.ladder();
    }
    roofs.put(contest.threads(), before.or(backend.measureRoofs()));
  }

  private void models(Contest contest, Path folder) {
    if (wanted("models")) {
      new ModelSuite(contest, arguments, folder, this::take).run();
    }
  }

  private void load(String name, Supplier<Peer> loader) {
    try {
      Peer peer = loader.get();
      peers.add(peer);
      notes.add("peer: %s %s".formatted(peer.name(), peer.version()));
    } catch (PeerException e) {
      notes.add("no peer %s: %s; its rows are left out".formatted(name, e.getMessage()));
    }
  }

  /** Those that the groups of work need: the threads of others would only be in the way. */
  private void loadPeers() {
    if (wanted("gemm") || wanted("ops")) {
      load("OpenBLAS", () -> OpenBlas.load(arguments.peers()));
      load("LibTorch", () -> LibTorch.load(arguments.peers()));
    }
    if (wanted("tokenizers")) {
      load("HF-tokenizers", HuggingFace::new);
    }
    if (encodes() || wanted("models")) {
      loadServices();
    }
  }

  private boolean encodes() {
    return wanted("encoders") && Files.exists(MINILM.resolve("model.onnx"));
  }

  /** Peers that are Java libraries: those on the class path. */
  private void loadServices() {
    System.setProperty(Peer.FOLDER, arguments.peers().toString());
    try {
      for (Peer peer : ServiceLoader.load(Peer.class)) {
        load(peer.name(), () -> peer);
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      notes.add("a peer cannot be loaded: %s; its rows are left out".formatted(why));
    }
    if (!hasPeer(LANGCHAIN4J)) {
      notes.add("no Java libraries in %s: their rows are left out".formatted(javaPeers()));
    }
  }

  private boolean hasPeer(String name) {
    return peers.stream().anyMatch(peer -> peer.name().equals(name));
  }

  private Path javaPeers() {
    return arguments.peers().resolve("java");
  }

  private boolean wanted(String group) {
    return arguments.groups().contains(group);
  }

  private void measure(int threads, Path models) {
    Roofs before = CpuProbe.measure(threads);
    roofs.put(threads, before);
    System.out.printf(
        "%n%d threads: FMA peak %.1f GF/s, read bandwidth %.1f GB/s%n",
        threads, before.flops() / 1e9, before.bytes() / 1e9);
    Contest contest = new Contest(threads, peers);
    try (Backend backend = CpuBackend.open(CpuOptions.defaults().withThreads(threads))) {
      System.out.println(backend.description());
      Suite suite = new Suite(backend, contest, arguments, this::take);
      if (wanted("gemm")) {
        suite.gemm();
      }
      if (wanted("ops")) {
        suite.ops();
      }
    }
    models(contest, models);
    if (wanted("tokenizers") && threads == 1) {
      new TokenizerSuite(contest, arguments, MINILM, models, this::take).run();
    }
    if (encodes()) {
      encoders(contest);
    }
    roofs.put(threads, before.or(CpuProbe.measure(threads)));
  }

  private void encoders(Contest contest) {
    new EncoderSuite(contest, arguments, MINILM, this::take).run();
    boolean all = contest.threads() == machine.processors(); // a new process takes them all
    if (all && arguments.match().matcher(FirstEmbedding.OP).find()) {
      Path peer = hasPeer(LANGCHAIN4J) ? javaPeers() : null;
      int rounds = arguments.longWork().rounds();
      take(FirstEmbedding.measure(PROGRAM, peer, contest.threads(), rounds));
    }
  }

  private void take(Result result) {
    results.add(result);
    for (Result.Row row : result.rows()) {
      System.out.println(Report.terminal(row, roofs.get(result.threads())));
    }
  }

  private void report() throws IOException {
    Report report = new Report(LocalDate.now().toString(), machine, notes, roofs, results);
    System.out.println();
    for (Summary s : Summary.of(results)) {
      System.out.printf(
          "%-24s %s against %-13s %2d rows: geometric mean %.2f (%.2f to %.2f)%n",
          s.kind(), Report.threads(s.threads()), s.peer(), s.rows(), s.mean(), s.worst(), s.best());
    }
    if (arguments.out() == null) {
      return;
    }
    Files.createDirectories(arguments.out());
    String name = report.date() + "-" + machine.slug();
    Files.writeString(arguments.out().resolve(name + ".csv"), report.csv());
    Files.writeString(arguments.out().resolve(name + ".md"), report.markdown(name + ".svg"));
    Files.writeString(arguments.out().resolve(name + ".svg"), Picture.of(report));
    System.out.println("written: " + arguments.out().resolve(name) + ".csv, .md, .svg");
  }
}
