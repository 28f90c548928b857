package dev.kernite.cli;

import dev.kernite.models.checkpoint.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Draws a training log: {@code log.jsonl}, an object of numbers a line, becomes {@code loss.png}
 * (every column whose name ends in {@code loss}, against {@code step}) and {@code loss.csv}.
 */
final class LossCurve {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int WIDTH_PIXELS = 900;
  private static final int HEIGHT_PIXELS = 500;

  private LossCurve() {}

  /** Reads {@code log.jsonl} of a folder and writes the two files beside it. */
  static void draw(Path folder) throws IOException {
    List<Map<String, Double>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("log.jsonl"))) {
      if (!line.isBlank()) {
        rows.add(numbers(line));
      }
    }
    AtomicFiles.write(folder.resolve("loss.csv"), csv(rows));
    AtomicFiles.write(folder.resolve("loss.png"), png(rows));
  }

  /** The members of a line that are numbers. */
  private static Map<String, Double> numbers(String line) throws IOException {
    Map<String, Double> row = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        if (json.nextToken().isNumeric()) {
          row.put(name, json.getDoubleValue());
        } else {
          json.skipChildren();
        }
      }
      return row;
    } catch (JacksonException e) {
      throw new IOException("log.jsonl: a line is no JSON object: " + line, e);
    }
  }

  private static String csv(List<Map<String, Double>> rows) {
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.keySet()));
    StringBuilder text = new StringBuilder(String.join(",", columns)).append('\n');
    for (Map<String, Double> row : rows) {
      List<String> cells = columns.stream().map(name -> cell(row.get(name))).toList();
      text.append(String.join(",", cells)).append('\n');
    }
    return text.toString();
  }

  private static String cell(Double value) {
    if (value == null) {
      return "";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString(value.longValue())
        : value.toString();
  }

  private static byte[] png(List<Map<String, Double>> rows) throws IOException {
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .title("Loss")
            .xAxisTitle("step")
            .yAxisTitle("nats")
            .build();
    Set<String> names = new LinkedHashSet<>();
    rows.forEach(row -> names.addAll(row.keySet()));
    names.removeIf(name -> !name.endsWith("loss"));
    for (String name : names) {
      List<Map<String, Double>> points =
          rows.stream().filter(row -> row.containsKey(name) && row.containsKey("step")).toList();
      double[] steps = points.stream().mapToDouble(row -> row.get("step")).toArray();
      double[] values = points.stream().mapToDouble(row -> row.get(name)).toArray();
      chart.addSeries(name.replace('_', ' '), steps, values).setMarker(SeriesMarkers.NONE);
    }
    return ChartEncoder.getBytes(chart, "png");
  }
}
