package dev.kernite.bench.compare;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.measure.PeakMemory;
import dev.kernite.models.measure.Spread;
import dev.kernite.models.measure.Timing;
import dev.kernite.models.weights.Use;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long a user waits: a new JVM loads a model and computes the logits after a short prompt. Its
 * main method is that JVM.
 */
final class FirstLogits {
  private static final int PROMPT = 8;

  private FirstLogits() {}

  /**
   * Times new JVMs one after the other; their files are in the page cache after the first.
   *
   * @return waits from the start of the JVM, from the start of the process, and of main alone
   */
  static List<Result> measure(Path model, int threads, int rounds) {
    List<double[]> runs = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      double[] run = start(model, threads);
      if (round > 0) {
        runs.add(run);
      }
    }
    double peak = runs.stream().mapToDouble(run -> run[3]).max().orElseThrow();
    String shape = "resident at most %.0f MB".formatted(peak / 1e6);
    return List.of(
        result("gpt2 process to first logits", shape, threads, runs, 0),
        result("gpt2 JVM to first logits", shape, threads, runs, 1),
        result("gpt2 load to first logits", shape, threads, runs, 2));
  }

  private static Result result(
      String op, String shape, int threads, List<double[]> runs, int column) {
    Spread wall = Spread.of(runs.stream().mapToDouble(run -> run[column]).toArray());
    Score score = new Score(Score.OURS, "", 0, new Timing(wall, wall));
    return new Result("models", op, op, shape, "f32", threads, 0, 0, 0, "", List.of(score));
  }

  /** Seconds from process start, JVM start and main to the logits; most bytes resident. */
  private static double[] start(Path model, int threads) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(FirstLogits.class.getName(), model.toString(), "" + threads));
    try {
      long before = System.nanoTime();
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      byte[] output = process.getInputStream().readNBytes(1); // one sign: the logits are there
      double wall = (System.nanoTime() - before) / 1e9;
      String rest = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (process.waitFor() != 0 || output.length == 0) {
        throw new IllegalStateException(
            "the JVM that computes the first logits failed: " + command);
      }
      double[] told =
          Arrays.stream(rest.strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
      return new double[] {wall, told[0], told[1], told[2]};
    } catch (IOException e) {
      throw new IllegalStateException("no further JVM can be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * Computes the first logits, says so with one character, then tells the seconds since the start
   * of the JVM and of this method, and the most bytes that were resident.
   *
   * @param args folder of the model, number of threads
   */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    EngineOptions options =
        EngineOptions.DEFAULT.withDevice("cpu").withThreads(Integer.parseInt(args[1]));
    int[] prompt = new int[PROMPT];
    Arrays.setAll(prompt, i -> 1000 * i + 7);
    boolean[] real = new boolean[PROMPT];
    Arrays.fill(real, true);
    try (Engine engine = Engine.open(options);
        Gpt2 model = Gpt2Files.load(engine, Path.of(args[0]), Use.INFERENCE);
        DecodeSession session = model.session()) {
      float[] logits = session.prefill(new int[][] {prompt}, new boolean[][] {real});
      double sinceMain = (System.nanoTime() - start) / 1e9;
      System.out.write(Float.isFinite(logits[0]) ? '+' : '-');
      System.out.flush();
      long began = ManagementFactory.getRuntimeMXBean().getStartTime();
      double sinceStart = (System.currentTimeMillis() - began) / 1e3;
      System.out.println(sinceStart + " " + sinceMain + " " + PeakMemory.resident().orElse(0));
    }
  }
}
