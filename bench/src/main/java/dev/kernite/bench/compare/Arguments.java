package dev.kernite.bench.compare;

import dev.kernite.models.measure.Stopwatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the command line asks for.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda-host}
 * @param groups which groups of work: {@code gemm}, {@code ops}, {@code ladder}, {@code models},
 *     {@code encoders}, {@code tokenizers}
 * @param threads numbers of threads, each a run of its own; none on a device
 * @param match only work whose operation and shape, {@code gemm 8x2304x768}, this is found in
 * @param quick few rounds and small sets: to see that it runs, not to quote
 * @param rounds turns of each engine; 0 for as many as {@code quick} says
 * @param out folder for the results, null for none
 * @param peers folder of the peers' libraries, null to leave them out
 */
record Arguments(
    String device,
    Set<String> groups,
    List<Integer> threads,
    Pattern match,
    boolean quick,
    int rounds,
    Path out,
    Path peers) {
  static final String USAGE =
      """
      make bench ARGS="[--device cpu|cuda|cuda-host] [--only GROUP,...] [--threads 1,2] [--match REGEX]
                       [--rounds N] [--quick] [--out DIR | --no-results] [--no-peers]"
        --device     what computes (default: cpu); a GPU is compared with cuBLAS and PyTorch
        --only       groups of work: gemm, ops, ladder (the steps of the CUDA kernels' ladders),
                     models, encoders, tokenizers (default: all that there are on the device)
        --threads    numbers of the CPU's threads, one after the other (default: 1 and all)
        --match      only what is found in 'op shape', for example 'gemm 8x' or attention
        --rounds     turns of each engine, two at least (default: 11; 7 where a run is long)
        --quick      3 short rounds, fewer shapes: to see that it runs, not to quote
        --out        folder for CSV, Markdown and picture (default: bench/results)
        --no-results only print
        --no-peers   only Kernite
      """;
  private static final Set<String> GROUPS =
      new LinkedHashSet<>(List.of("gemm", "ops", "ladder", "models", "encoders", "tokenizers"));
  private static final Set<String> DEVICES = Set.of("cpu", "cuda", "cuda-host");

  /** Parses; throws IllegalArgumentException with one line for the user. */
  static Arguments of(String[] args, Path out, Path peers) {
    String device = "cpu";
    Set<String> groups = GROUPS;
    int processors = Runtime.getRuntime().availableProcessors();
    List<Integer> threads = processors == 1 ? List.of(1) : List.of(1, processors);
    Pattern match = Pattern.compile("");
    boolean quick = false;
    int rounds = 0;
    List<String> left = new ArrayList<>(Arrays.asList(args));
    while (!left.isEmpty()) {
      String option = left.removeFirst();
      switch (option) {
        case "--device" -> device = device(value(option, left));
        case "--only" -> groups = groups(value(option, left));
        case "--threads" -> threads = threads(value(option, left));
        case "--match" -> match = pattern(value(option, left));
        case "--rounds" -> rounds = number(option, value(option, left), 2);
        case "--quick" -> quick = true;
        case "--out" -> out = Path.of(value(option, left));
        case "--no-results" -> out = null;
        case "--no-peers" -> peers = null;
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    return new Arguments(device, groups, threads, match, quick, rounds, out, peers);
  }

  private static String value(String option, List<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return left.removeFirst();
  }

  private static String device(String value) {
    if (!DEVICES.contains(value)) {
      throw new IllegalArgumentException("--device is cpu, cuda or cuda-host, not " + value);
    }
    return value;
  }

  private static Set<String> groups(String value) {
    Set<String> groups = new LinkedHashSet<>(Arrays.asList(value.split(",")));
    if (!GROUPS.containsAll(groups)) {
      throw new IllegalArgumentException("--only knows " + GROUPS + ", not " + value);
    }
    return groups;
  }

  private static List<Integer> threads(String value) {
    return Arrays.stream(value.split(",")).map(n -> number("--threads", n, 1)).toList();
  }

  private static int number(String option, String value, int least) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException(
        option + " needs whole numbers of at least " + least + ", not '" + value + "'");
  }

  private static Pattern pattern(String value) {
    try {
      return Pattern.compile(value);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("--match: " + e.getDescription());
    }
  }

  boolean onCpu() {
    return device.equals("cpu");
  }

  /** How short work is timed. */
  Stopwatch shortWork(int threadCount) {
    long pause = threadCount <= 1 ? 0 : 40; // OpenBLAS's threads spin for 26 ms after a call
    int turns = rounds > 0 ? rounds : quick ? 3 : 11;
    return new Stopwatch(turns, quick ? 0.01 : 0.03, quick ? 0.1 : 0.5, pause);
  }

  /** How encoders are timed: a run takes from milliseconds to a second. */
  Stopwatch encoderWork(int threadCount) {
    long pause = threadCount <= 1 ? 0 : 100; // ONNX Runtime's threads spin for a while too
    int turns = rounds > 0 ? rounds : quick ? 2 : 7;
    return new Stopwatch(turns, quick ? 0.02 : 0.3, quick ? 0.1 : 4, pause);
  }

  /** How work of about a second is timed. */
  Stopwatch longWork() {
    int turns = rounds > 0 ? rounds : quick ? 2 : 7;
    return new Stopwatch(turns, quick ? 0.1 : 1, quick ? 0.5 : 5, 0);
  }
}
