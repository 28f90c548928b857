package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON header of a safetensors file, checked against every rule of the format
 * (github.com/huggingface/safetensors, README "Format"): an object with unique keys, each tensor
 * with a known type, a shape of non-negative integers and offsets that hold exactly its bytes;
 * together they cover the data from its first byte to its last, without holes or overlaps.
 *
 * @param metadata the strings under {@code __metadata__}; empty when there are none
 * @param entries the tensors in the order of their data
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
  static final String METADATA = "__metadata__";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxNumberLength(64).build())
          .build();

  /**
   * One tensor.
   *
   * @param info name, type, shape, size
   * @param begin offset of its first byte from the start of the data
   */
  record Entry(TensorInfo info, long begin) {
    long end() {
      return begin + info.byteSize();
    }
  }

  /**
   * Parses and checks a header.
   *
   * @param file names the file in messages
   * @param header the header's bytes, without the length in front
   * @param dataBytes how many bytes of data follow
   * @throws ModelException if any rule is broken
   */
  static SafetensorsHeader parse(String file, ByteBuffer header, long dataBytes) {
    CharBuffer text = decode(file, header);
    if (text.isEmpty() || text.charAt(0) != '{') {
      throw new ModelException(
          file
              + ": the header must begin with '{'; this is not a safetensors file, or it is"
              + " damaged");
    }
    try (JsonParser json =
        JSON.createParser(
            ObjectReadContext.empty(),
            text.array(),
            text.arrayOffset() + text.position(),
            text.remaining())) {
      return new Reading(file, dataBytes, json).read();
    } catch (JacksonException e) {
      throw new ModelException(
          "%s: the header is not valid JSON: %s; download or convert it again"
              .formatted(file, reason(e)),
          e);
    }
  }

  private static CharBuffer decode(String file, ByteBuffer header) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(header);
    } catch (CharacterCodingException e) {
      throw new ModelException(
          file
              + ": the header is not valid UTF-8; this is not a safetensors file, or it is damaged",
          e);
    }
  }

  private static String reason(JacksonException e) {
    String message = Describe.line(e.getOriginalMessage());
    return e.getLocation() == null // for a limit that was passed
        ? message
        : message + " (character " + e.getLocation().getCharOffset() + ")";
  }

  /** One pass over one header. */
  private static final class Reading {
    private final String file;
    private final long dataBytes;
    private final JsonParser json;
    private Map<String, String> metadata = Map.of();
    private final List<Entry> entries = new ArrayList<>();

    Reading(String file, long dataBytes, JsonParser json) {
      this.file = file;
      this.dataBytes = dataBytes;
      this.json = json;
    }

    SafetensorsHeader read() {
      json.nextToken();
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        requireUnicode(key);
        json.nextToken();
        if (key.equals(METADATA)) {
          metadata = metadata();
        } else {
          entries.add(tensor(key));
        }
      }
      if (json.nextToken() != null) {
        throw new ModelException(
            file + ": the header has text after its closing '}'; only spaces may follow it");
      }
      entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      requireContiguous();
      return new SafetensorsHeader(metadata, entries);
    }

    private Map<String, String> metadata() {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw new ModelException(
            file + ": __metadata__ must be an object of strings, found " + found());
      }
      Map<String, String> strings = new LinkedHashMap<>();
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        requireUnicode(key);
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw new ModelException(
              file
                  + ": __metadata__ entry "
                  + Describe.name(key)
                  + " must be a string, found "
                  + found());
        }
        String value = json.getString();
        requireUnicode(value);
        strings.put(key, value);
      }
      return strings;
    }

    private Entry tensor(String name) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw broken(name, "must be described by an object, found " + found());
      }
      FileDtype dtype = null;
      long[] shape = null;
      long[] offsets = null;
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        json.nextToken();
        switch (key) {
          case "dtype" -> dtype = dtype(name);
          case "shape" -> shape = integers(name, "shape", TensorInfo.MAX_RANK);
          case "data_offsets" -> offsets = integers(name, "data_offsets", 2);
          default -> json.skipChildren(); // as the reference implementation does
        }
      }
      if (dtype == null || shape == null || offsets == null) {
        String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
        throw broken(name, "lacks '" + missing + "'");
      }
      return entry(name, dtype, shape, offsets);
    }

    private Entry entry(String name, FileDtype dtype, long[] shape, long[] offsets) {
      if (offsets.length != 2) {
        throw broken(name, "data_offsets must be [begin, end], found " + Describe.shape(offsets));
      }
      long begin = offsets[0];
      long end = offsets[1];
      if (end < begin) {
        throw broken(name, "data_offsets " + Describe.shape(offsets) + " end before they begin");
      }
      if (end > dataBytes) {
        throw broken(
            name,
            "data_offsets %s reach beyond the %d bytes of data in the file"
                .formatted(Describe.shape(offsets), dataBytes));
      }
      String type = dtype + " " + Describe.shape(shape);
      long size;
      try {
        size = dtype.byteSize(shape);
      } catch (ArithmeticException e) {
        throw broken(name, type + " has no valid size: " + e.getMessage());
      }
      if (size != end - begin) {
        throw broken(
            name,
            "%s takes %d bytes, its data_offsets %s hold %d"
                .formatted(type, size, Describe.shape(offsets), end - begin));
      }
      return new Entry(new TensorInfo(name, dtype, shape, size), begin);
    }

    private FileDtype dtype(String name) {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw broken(name, "dtype must be a string, found " + found());
      }
      String dtype = json.getString();
      return FileDtype.byName(dtype)
          .orElseThrow(
              () ->
                  broken(
                      name,
                      "unknown dtype "
                          + Describe.name(dtype)
                          + "; the format knows "
                          + Arrays.toString(FileDtype.values())));
    }

    /** Reads an array of at most {@code most} integers from 0 to 2^63 - 1. */
    private long[] integers(String name, String key, int most) {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw broken(name, key + " must be an array of integers, found " + found());
      }
      long[] values = new long[8];
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (count == most) {
          throw broken(name, key + " has more than " + most + " numbers");
        }
        if (count == values.length) {
          values = Arrays.copyOf(values, most);
        }
        values[count++] = nonNegative(name, key);
      }
      return Arrays.copyOf(values, count);
    }

    private long nonNegative(String name, String key) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw broken(name, key + " must hold integers only, found " + found());
      }
      String digits = json.getString();
      if (digits.startsWith("-")) {
        throw broken(name, key + " must not be negative, found " + digits);
      }
      if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw broken(name, key + " holds " + digits + ", beyond 64 bits");
      }
      return json.getLongValue();
    }

    private void requireContiguous() {
      long covered = 0;
      String before = null;
      for (Entry entry : entries) {
        if (entry.begin < covered) {
          throw broken(
              entry.info.name(),
              "its data begins at %d and overlaps tensor %s, which ends at %d"
                  .formatted(entry.begin, Describe.name(before), covered));
        }
        if (entry.begin > covered) {
          throw broken(
              entry.info.name(),
              "%d bytes before its data, from offset %d, belong to no tensor"
                  .formatted(entry.begin - covered, covered));
        }
        covered = entry.end();
        before = entry.info.name();
      }
      if (covered != dataBytes) {
        throw new ModelException(
            "%s: %d bytes after the last tensor belong to none; something was appended to it"
                .formatted(file, dataBytes - covered));
      }
    }

    /** JSON escapes can spell half a surrogate pair, which no UTF-8 text holds. */
    private void requireUnicode(String text) {
      if (!Describe.isUnicode(text)) {
        throw new ModelException(
            file
                + ": the header holds "
                + Describe.name(text)
                + ", which is not valid Unicode text");
      }
    }

    private String found() {
      return switch (json.currentToken()) {
        case null -> "the end of the header";
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_STRING -> "the string " + Describe.name(json.getString());
        default -> json.getString();
      };
    }

    private ModelException broken(String name, String rule) {
      return new ModelException(
          "%s: tensor %s: %s; the file is damaged: download or convert it again"
              .formatted(file, Describe.name(name), rule));
    }
  }
}
