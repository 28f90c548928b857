package dev.kernite.test.primitives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What a device made of all primitives, as a text file:
 *
 * <pre>
 * kernite golden dump 1
 * made on     silicon                 or: emulator
 * device      NVIDIA H200, ...
 * driver      CUDA 13.0, ...
 * date        2026-01-31T12:00:00Z
 *
 * primitive shuffle inputs 1f2e3d4c words 2304
 * 0123abcd 89ef4567 ...               12 words a line, as hexadecimal numbers
 * ...
 * end 5a6b7c8d
 * </pre>
 *
 * <p>Inputs are not kept: their CRC-32 tells whether a primitive is still given the same. The last
 * line has the CRC-32 of all results, so that a damaged file is not taken for a GPU's opinion.
 *
 * @param origin where it was made
 * @param results by name of the primitive
 */
record GoldenDump(Origin origin, Map<String, Result> results) {
  private static final String FIRST = "kernite golden dump 1";
  private static final int WORDS_A_LINE = 12;
  private static final int LABEL = 12; // characters of the header before a value

  /**
   * Where results come from.
   *
   * @param silicon whether that was a GPU
   * @param device its name and compute capability
   * @param driver its driver
   * @param date when, ISO 8601
   */
  record Origin(boolean silicon, String device, String driver, String date) {}

  /**
   * What a primitive wrote.
   *
   * @param inputs CRC-32 of what it was given
   * @param words the results
   */
  record Result(int inputs, int[] words) {}

  /** Runs all primitives. */
  static GoldenDump of(Origin origin, PrimitiveRunner device) {
    Map<String, Result> results = new LinkedHashMap<>();
    for (Primitive primitive : Primitives.ALL) {
      results.put(primitive.name(), new Result(checksum(primitive.input()), device.run(primitive)));
    }
    return new GoldenDump(origin, results);
  }

  /** How a device's results disagree with this dump, beyond what they may; empty: not at all. */
  Optional<String> differs(Primitive primitive, int[] words) {
    Result golden = results.get(primitive.name());
    String made = " (made on " + origin.device() + ")";
    if (golden == null) {
      return Optional.of("the dump has no " + primitive + "; write it anew" + made);
    }
    if (golden.inputs() != checksum(primitive.input())
        || golden.words().length != primitive.expected().size()) {
      return Optional.of(primitive + " has changed since the dump; write it anew" + made);
    }
    return primitive
        .expected()
        .differs(golden.words(), words)
        .map(difference -> primitive + ": " + difference + made);
  }

  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(FIRST);
    lines.add("made on     " + (origin.silicon() ? "silicon" : "emulator"));
    lines.add("device      " + origin.device());
    lines.add("driver      " + origin.driver());
    lines.add("date        " + origin.date());
    lines.add("");
    results.forEach(
        (name, result) -> {
          int[] words = result.words();
          lines.add(
              "primitive %s inputs %08x words %d".formatted(name, result.inputs(), words.length));
          for (int i = 0; i < words.length; i += WORDS_A_LINE) {
            StringBuilder line = new StringBuilder();
            for (int j = i; j < Math.min(i + WORDS_A_LINE, words.length); j++) {
              line.append(j == i ? "" : " ").append("%08x".formatted(words[j]));
            }
            lines.add(line.toString());
          }
        });
    lines.add("end %08x".formatted(checksum()));
    Files.write(file, lines);
  }

  /**
   * Reads a dump.
   *
   * @throws IOException if the file is no dump or is damaged
   */
  static GoldenDump read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    try {
      if (!lines.getFirst().equals(FIRST)) {
        throw new IOException(file + ": not a golden dump: its first line is not '" + FIRST + "'");
      }
      Origin origin =
          new Origin(
              value(lines, 1).equals("silicon"), value(lines, 2), value(lines, 3), value(lines, 4));
      Map<String, Result> results = new LinkedHashMap<>();
      int at = 6;
      while (lines.get(at).startsWith("primitive ")) {
        String[] head = lines.get(at++).split(" ");
        int[] words = new int[Integer.parseInt(head[5])];
        for (int i = 0; i < words.length; at++) {
          for (String word : lines.get(at).split(" ")) {
            words[i++] = Integer.parseUnsignedInt(word, 16);
          }
        }
        results.put(head[1], new Result(Integer.parseUnsignedInt(head[3], 16), words));
      }
      GoldenDump dump = new GoldenDump(origin, results);
      if (!lines.get(at).equals("end %08x".formatted(dump.checksum()))) {
        throw new IOException(file + ": damaged: the checksum in line " + (at + 1) + " is wrong");
      }
      return dump;
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IOException(file + ": damaged: " + e.getMessage(), e);
    }
  }

  private static String value(List<String> lines, int line) {
    return lines.get(line).substring(LABEL);
  }

  private int checksum() {
    return checksum(results.values().stream().map(Result::words).toArray(int[][]::new));
  }

  private static int checksum(int[]... words) {
    CRC32 crc = new CRC32();
    for (int[] some : words) {
      for (int word : some) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
          crc.update(word >>> shift);
        }
      }
    }
    return (int) crc.getValue();
  }
}
