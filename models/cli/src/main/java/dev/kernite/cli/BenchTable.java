package dev.kernite.cli;

import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Roofs;
import dev.kernite.models.MemoryPlan;
import dev.kernite.models.measure.PeakMemory;
import dev.kernite.models.measure.Spread;
import dev.kernite.models.measure.Stopwatch;
import dev.kernite.models.measure.Workload;
import java.util.Locale;

/** Measures one piece of work after the other and prints a row of each. */
final class BenchTable {
  private static final double SECONDS_PER_HOUR = 3600;
  private static final double MILLION = 1e6;
  private static final String HEADER =
      String.format(
          Locale.ROOT,
          "%-18s %-20s %-5s %10s %10s %8s %8s %7s %7s %7s",
          "OP",
          "SHAPE",
          "TYPE",
          "MS",
          "P90 MS",
          "GF/S",
          "GB/S",
          "%PEAK",
          "%BAND",
          "%ROOF");

  private final Globals globals;
  private final Memory memory;
  private final Roofs roofs;
  private final Double pricePerHour;
  private final Interrupt interrupt;
  private boolean begun;

  /**
   * An empty table.
   *
   * @param memory of the device that is measured
   * @param pricePerHour of the machine, null if nobody asks what tokens cost
   * @param interrupt after which no further work is begun
   */
  BenchTable(
      Globals globals, Memory memory, Roofs roofs, Double pricePerHour, Interrupt interrupt) {
    this.globals = globals;
    this.memory = memory;
    this.roofs = roofs;
    this.pricePerHour = pricePerHour;
    this.interrupt = interrupt;
  }

  /** Whether the user asked to stop. */
  boolean stopped() {
    return interrupt.requested();
  }

  /** Checks the work, times it, prints it. */
  void measure(Workload work, Stopwatch stopwatch) {
    work.spoil();
    work.prepare();
    work.run();
    work.check();
    Spread time = stopwatch.time(Stopwatch.Contestant.of(work)).quoted(roofs.threads());
    if (globals.json()) {
      json(work, time).print(globals.out());
    } else {
      print(work, time);
    }
    globals.streams().requireReader();
  }

  private double peakPercent(Workload work, Spread time) {
    return 100 * work.flops() / time.median() / roofs.flops();
  }

  private double bandwidthPercent(Workload work, Spread time) {
    return 100 * work.bytes() / time.median() / roofs.bytes();
  }

  private double rooflinePercent(Workload work, Spread time) {
    return 100 * roofs.seconds(work.flops(), work.bytes()) / time.median();
  }

  private double costPerMillionTokens(Workload work, Spread time) {
    return pricePerHour / SECONDS_PER_HOUR * time.median() / work.tokens() * MILLION;
  }

  /** What the device holds, or this process where the device is its memory and it is known. */
  private long peakBytes() {
    long device = memory.bytesReserved();
    return roofs.threads() > 0 ? PeakMemory.resident().orElse(device) : device;
  }

  private JsonLine json(Workload work, Spread time) {
    JsonLine line =
        new JsonLine()
            .put("op", work.op())
            .put("shape", work.shape())
            .put("dtype", work.dtype())
            .put("threads", roofs.threads())
            .put("clock", roofs.threads() == 1 ? "cpu" : "wall")
            .put("milliseconds", 1e3 * time.median())
            .put("milliseconds_p10", 1e3 * time.low())
            .put("milliseconds_p90", 1e3 * time.high())
            .put("gflops", work.flops() / time.median() / 1e9)
            .put("gbytes_per_second", work.bytes() / time.median() / 1e9)
            .put("percent_peak", peakPercent(work, time))
            .put("percent_bandwidth", bandwidthPercent(work, time))
            .put("percent_roofline", rooflinePercent(work, time));
    if (work.tokens() > 0) {
      line.put("tokens_per_second", work.tokens() / time.median());
      PeakMemory.resident().ifPresent(bytes -> line.put("peak_resident_bytes", bytes));
      line.put("device_bytes", memory.bytesReserved());
      if (pricePerHour != null) {
        line.put("cost_per_million_tokens", costPerMillionTokens(work, time));
      }
    }
    return line;
  }

  private void print(Workload work, Spread time) {
    if (!begun) {
      globals.out().println(HEADER);
      begun = true;
    }
    StringBuilder row = new StringBuilder();
    row.append(
        String.format(
            Locale.ROOT,
            "%-18s %-20s %-5s %10.3f %10.3f %8.1f %8.1f %7.0f %7.0f %7.0f",
            work.op(),
            work.shape(),
            work.dtype(),
            1e3 * time.median(),
            1e3 * time.high(),
            work.flops() / time.median() / 1e9,
            work.bytes() / time.median() / 1e9,
            peakPercent(work, time),
            bandwidthPercent(work, time),
            rooflinePercent(work, time)));
    if (work.tokens() > 0) {
      row.append(String.format(Locale.ROOT, "  %.1f tokens/s", work.tokens() / time.median()));
      row.append(", ").append(MemoryPlan.size(peakBytes())).append(" peak");
      if (pricePerHour != null) {
        double cost = costPerMillionTokens(work, time);
        row.append(String.format(Locale.ROOT, ", %.4g for a million tokens", cost));
      }
    }
    globals.out().println(row);
  }
}
