package dev.kernite.bench.compare;

import dev.kernite.bench.compare.Result.Row;
import dev.kernite.kernels.Roofs;
import dev.kernite.models.measure.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All that a run found out.
 *
 * @param date as 2026-01-31
 * @param machine where
 * @param peers what was compared with, by name and version; what is missing, with the reason
 * @param roofs of the machine, for each number of threads
 * @param results in the order they were measured
 */
record Report(
    String date,
    Machine machine,
    List<String> peers,
    Map<Integer, Roofs> roofs,
    List<Result> results) {
  private static final String CSV_HEADER =
      "date,machine,group,kind,op,shape,dtype,threads,clock,variant,ours_ms,ours_p10_ms,ours_p90_ms,"
          + "ours_wall_ms,gflops,items_per_s,item,percent_peak,percent_bandwidth,percent_roofline,"
          + "peer,peer_variant,peer_ms,peer_p10_ms,peer_p90_ms,ratio\n";

  /** One line a row, units in the names. */
  String csv() {
    StringBuilder text = new StringBuilder(CSV_HEADER);
    for (Result result : results) {
      for (Row row : result.rows()) {
        csv(text, row);
      }
    }
    return text.toString();
  }

  private void csv(StringBuilder text, Row row) {
    Result r = row.result();
    Roofs roof = roofs.get(r.threads());
    Spread ours = row.time();
    field(text, date);
    field(text, machine.title());
    field(text, r.group());
    field(text, r.kind());
    field(text, r.op());
    field(text, r.shape());
    field(text, r.dtype());
    field(text, r.threads());
    field(text, r.threads() == 1 ? "cpu" : "wall");
    field(text, row.ours().variant());
    field(text, ours.median() * 1e3);
    field(text, ours.low() * 1e3);
    field(text, ours.high() * 1e3);
    field(text, row.ours().timing().wall().median() * 1e3);
    field(text, row.flopsPerSecond() / 1e9);
    field(text, r.items() > 0 ? row.itemsPerSecond() : "");
    field(text, r.items() > 0 ? r.item() : "");
    field(text, row.peakPercent(roof));
    field(text, row.bandwidthPercent(roof));
    field(text, row.rooflinePercent(roof));
    if (row.peer() == null) {
      text.append(",,,,,\n");
      return;
    }
    Spread peer = row.peerTime();
    field(text, row.peer().engine());
    field(text, row.peer().variant());
    field(text, peer.median() * 1e3);
    field(text, peer.low() * 1e3);
    field(text, peer.high() * 1e3);
    field(text, row.ratio());
    text.setCharAt(text.length() - 1, '\n');
  }

  private static void field(StringBuilder text, Object value) {
    String plain =
        value instanceof Double d ? String.format(Locale.ROOT, "%.6g", d) : String.valueOf(value);
    text.append(plain.contains(",") ? "\"" + plain + "\"" : plain).append(',');
  }

  /** For people. */
  String markdown(String picture) {
    StringBuilder text = new StringBuilder();
    text.append("# Kernite side by side, %s%n%n".formatted(date));
    text.append("![roofline and ratios](%s)%n%n".formatted(picture));
    machine(text);
    ratios(text);
    text.append("\n## Every row\n\n");
    text.append(
        "Times are medians in ms (p10 to p90). One thread: processor time of the calling thread;\n"
            + "more, or a device: wall time. Percentages are of the peak, of the bandwidth, and of the\n"
            + "roofline (the roof that the work meets first; above 100 where caches held it).\n\n");
    text.append(
        "| op | shape | type | threads | ours | GF/s | rate | peak % | bandwidth % | roofline %"
            + " | peer | time | ratio |\n");
    text.append("|---|---|---|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|\n");
    for (Result result : results) {
      result.rows().forEach(row -> markdown(text, row));
    }
    return text.toString();
  }

  private void ratios(StringBuilder text) {
    List<Summary> summaries = Summary.of(results);
    if (summaries.isEmpty()) {
      return; // no peer was there
    }
    text.append("\n## Ratios: time of the peer / time of Kernite\n\n");
    text.append("| what | threads | peer | rows | geometric mean | worst | best |\n");
    text.append("|---|--:|---|--:|--:|--:|--:|\n");
    for (Summary s : summaries) {
      line(
          text,
          "| %s | %s | %s | %d | **%.2f** | %.2f | %.2f |%n",
          s.kind(),
          threads(s.threads()),
          s.peer(),
          s.rows(),
          s.mean(),
          s.worst(),
          s.best());
    }
  }

  private void machine(StringBuilder text) {
    if (machine.device() != null) {
      line(text, "- %s%n", machine.device());
    }
    line(text, "- %s, %d processors%n", machine.cpu(), machine.processors());
    line(text, "- %s, %.0f GiB%n", machine.system(), machine.memoryBytes() / 0x1p30);
    line(text, "- Java %s%n", machine.java());
    line(text, "- flags: `%s`%n", String.join(" ", machine.flags()));
    line(text, "- load before the run: %.2f%n", machine.load());
    peers.forEach(peer -> line(text, "- %s%n", peer));
    roofs.forEach(
        (threads, roof) ->
            line(
                text,
                "- roofs, %s: %.1f GF/s, %.1f GB/s %s%n",
                threads(threads),
                roof.flops() / 1e9,
                roof.bytes() / 1e9,
                threads == 0 ? "copied" : "read"));
  }

  private void markdown(StringBuilder text, Row row) {
    Result r = row.result();
    Roofs roof = roofs.get(r.threads());
    String variant = row.ours().variant();
    line(
        text,
        "| %s | %s | %s | %s | %s |",
        variant.isEmpty() ? r.op() : r.op() + ", " + variant,
        r.shape(),
        r.dtype(),
        threads(r.threads()),
        milliseconds(row.time()));
    String rate = r.items() > 0 ? rate(row) : "";
    if (r.flops() == 0) {
      line(text, " | %s | | | |", rate); // a wait, not a computation
    } else {
      line(
          text,
          " %.1f | %s | %.0f | %.0f | %.0f |",
          row.flopsPerSecond() / 1e9,
          rate,
          row.peakPercent(roof),
          row.bandwidthPercent(roof),
          row.rooflinePercent(roof));
    }
    if (row.peer() == null) {
      text.append(" | | |\n");
    } else {
      String name = row.peer().engine() + " " + row.peer().variant();
      line(text, " %s | %s | **%.2f** |%n", name, milliseconds(row.peerTime()), row.ratio());
    }
  }

  /** Of a row, in a few letters. */
  static String threads(int threads) {
    return threads == 0 ? "device" : threads + "T";
  }

  private static String milliseconds(Spread s) {
    return String.format(
        Locale.ROOT, "%.4g (%.4g to %.4g)", s.median() * 1e3, s.low() * 1e3, s.high() * 1e3);
  }

  private static String rate(Row row) {
    return String.format(Locale.ROOT, "%.1f %s/s", row.itemsPerSecond(), row.result().item());
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }

  /** A row as it is measured, for the terminal. */
  static String terminal(Row row, Roofs roof) {
    Result r = row.result();
    String variant = row.ours().variant();
    String ours =
        String.format(
            Locale.ROOT,
            "%-20s %-18s %-5s %s %10.4g ms",
            variant.isEmpty() ? r.op() : r.op() + ", " + variant,
            r.shape(),
            r.dtype(),
            threads(r.threads()),
            row.time().median() * 1e3);
    if (r.flops() > 0) {
      ours +=
          String.format(
              Locale.ROOT,
              " %6.1f GF/s %4.0f%% of roofline",
              row.flopsPerSecond() / 1e9,
              row.rooflinePercent(roof));
    }
    if (r.items() > 0) {
      ours += " " + rate(row);
    }
    return row.peer() == null
        ? ours
        : ours
            + String.format(
                Locale.ROOT,
                "   %s %.4g ms, ratio %.2f",
                row.peer().engine(),
                row.peerTime().median() * 1e3,
                row.ratio());
  }
}
