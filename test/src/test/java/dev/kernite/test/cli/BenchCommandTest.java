package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code bench}: figures as shares of roofs measured in the same run. */
final class BenchCommandTest {
  @Test
  void badArgumentsAreUsageErrors() {
    for (String price : List.of("0", "-1", "NaN", "x")) {
      Kernite run = Kernite.run("bench", "--price-per-hour", price);
      assertEquals(2, run.code(), price);
      assertTrue(run.err().startsWith("error: ") && run.err().lines().count() == 1, run::err);
    }
    Kernite run = Kernite.run("bench", "everything");
    assertEquals(2, run.code());
    assertTrue(run.err().contains("neither kernels nor models"), run::err);
  }

  @Test
  @Tag("slow")
  void everyLineHoldsTheFiguresAndTheirShares() {
    Kernite run = Kernite.run("bench", "--json", "--threads", "1", "--price-per-hour", "3.6");
    assertEquals(0, run.code(), run::err);
    List<JsonNode> lines =
        run.out().lines().map(line -> new ObjectMapper().readTree(line)).toList();
    JsonNode roofs = lines.getFirst();
    double peak = roofs.get("peak_gflops").asDouble();
    double read = roofs.get("read_gbytes_per_second").asDouble();
    assertTrue(peak > 0 && read > 0, roofs::toString);
    Set<String> ops = new HashSet<>();
    for (JsonNode line : lines.subList(1, lines.size())) {
      ops.add(line.get("op").asString());
      double ms = line.get("milliseconds").asDouble();
      assertTrue(ms > 0 && ms <= line.get("milliseconds_p90").asDouble(), line::toString);
      double share = 100 * line.get("gflops").asDouble() / peak;
      assertEquals(share, line.get("percent_peak").asDouble(), 1e-6 * share);
      if (line.has("tokens_per_second")) {
        // 3.6 an hour is 0.001 a second.
        double cost = 0.001 * 1e6 / line.get("tokens_per_second").asDouble();
        assertEquals(cost, line.get("cost_per_million_tokens").asDouble(), 1e-6 * cost);
        assertTrue(line.get("device_bytes").asLong() > 1 << 20, line::toString);
        if (Files.exists(Path.of("/proc/self/status"))) { // where the system tells
          assertTrue(line.get("peak_resident_bytes").asLong() > 1 << 25, line::toString);
        }
      }
    }
    assertTrue(
        ops.containsAll(
            Set.of(
                "gemm",
                "softmax",
                "attention backward",
                "gpt2 prompt",
                "gpt2 decode",
                "encode ids",
                "gpt2 training step")),
        ops::toString);
  }
}
