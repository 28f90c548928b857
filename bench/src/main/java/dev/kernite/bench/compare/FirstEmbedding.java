package dev.kernite.bench.compare;

import dev.kernite.models.measure.Spread;
import dev.kernite.models.measure.Timing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long a user waits for the first vector of a sentence: a whole process each time, {@code
 * kernite encode} and the least program that uses langchain4j, in turns. Neither is told a number
 * of threads.
 */
final class FirstEmbedding {
  static final String OP = "process to vector";

  private static final String SENTENCE = "How long must I wait for the first embedding?";
  private static final String PEER_MAIN = "dev.kernite.bench.jvm.FirstEmbedding";
  private static final double TOLERANCE = 1e-4;

  private record Way(String engine, String variant, List<String> command) {}

  private FirstEmbedding() {}

  /**
   * Times new processes; their files are in the page cache after the first round, which is dropped.
   *
   * @param program folder of the program as built
   * @param peer folder of the peer's jars, null to leave it out
   * @param threads that the machine has, for the table
   */
  static Result measure(Path program, Path peer, int threads, int rounds) {
    List<Way> ways = ways(program, peer);
    double[][] seconds = new double[ways.size()][rounds];
    float[] expected = null;
    for (int round = -1; round < rounds; round++) {
      for (int turn = 0; turn < ways.size(); turn++) {
        int who = (round + 1 + turn) % ways.size();
        List<String> command = ways.get(who).command();
        StringBuilder output = new StringBuilder();
        double wait = start(command, output);
        float[] vector = vector(output.toString(), command);
        if (expected == null) {
          expected = vector;
        }
        requireClose(vector, expected, command);
        if (round >= 0) {
          seconds[who][round] = wait;
        }
      }
    }
    List<Score> scores = new ArrayList<>();
    for (int who = 0; who < seconds.length; who++) {
      Spread wall = Spread.of(seconds[who]);
      Way way = ways.get(who);
      scores.add(new Score(way.engine(), way.variant(), 0, new Timing(wall, wall)));
    }
    return new Result("encoders", OP, OP, "minilm", "f32", threads, 0, 0, 0, "", scores);
  }

  private static List<Way> ways(Path program, Path peer) {
    String kernite = program.resolve("bin").resolve("kernite").toString();
    List<Way> ways = new ArrayList<>();
    ways.add(
        new Way(
            Score.OURS,
            "",
            List.of(
                kernite, "encode", "--json", "--device", "cpu", "--model", "minilm", SENTENCE)));
    if (peer != null) {
      ways.add(java("java as it is", peer, List.of()));
      ways.add(
          java(
              "java with quick-start flags",
              peer,
              List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")));
    }
    return ways;
  }

  private static Way java(String variant, Path jars, List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(flags);
    command.addAll(List.of("-cp", jars.resolve("*").toString(), PEER_MAIN, SENTENCE));
    return new Way("langchain4j", variant, command);
  }

  /** Seconds from the start of a process until its first byte. */
  private static double start(List<String> command, StringBuilder output) {
    try {
      Path errors = Files.createTempFile("kernite-first", ".log");
      try {
        long before = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        byte[] first = process.getInputStream().readNBytes(1);
        double wait = (System.nanoTime() - before) / 1e9;
        byte[] rest = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
          throw new IllegalStateException(
              "failed: %s%n%s".formatted(command, Files.readString(errors)));
        }
        output.append(new String(first, StandardCharsets.UTF_8));
        output.append(new String(rest, StandardCharsets.UTF_8));
        return wait;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new IllegalStateException("%s: %s".formatted(command, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The numbers between the brackets; both programs print a list. */
  private static float[] vector(String output, List<String> command) {
    int from = output.indexOf('[');
    int to = output.indexOf(']', from);
    if (from < 0 || to < 0) {
      throw new IllegalStateException("no vector in what %s printed".formatted(command));
    }
    String[] values = output.substring(from + 1, to).split(",");
    float[] vector = new float[values.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = Float.parseFloat(values[i].strip());
    }
    return vector;
  }

  private static void requireClose(float[] vector, float[] expected, List<String> command) {
    boolean close = vector.length == expected.length;
    for (int i = 0; close && i < vector.length; i++) {
      close = Math.abs(vector[i] - expected[i]) <= TOLERANCE;
    }
    if (!close) {
      throw new IllegalStateException(
          "%s gave %s instead of %s"
              .formatted(command, Arrays.toString(vector), Arrays.toString(expected)));
    }
  }
}
