package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a tree of maps, lists, strings, numbers, booleans and nulls as JSON. */
final class JsonFile {
  private JsonFile() {}

  /** Returns a map with the given keys and values, in this order. */
  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      members.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return members;
  }

  /**
   * Writes {@code tree}. The file appears whole or not at all: it is written under another name,
   * synced, then renamed.
   */
  static void write(Object tree, Path file) {
    Path absolute = file.toAbsolutePath();
    Path temporary = null;
    try {
      temporary =
          Files.createTempFile(absolute.getParent(), "." + absolute.getFileName(), ".partial");
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        OutputStream out = Channels.newOutputStream(channel);
        JsonGenerator generator =
            JsonFactory.builder().build().createGenerator(ObjectWriteContext.empty(), out);
        write(tree, generator);
        generator.flush();
        channel.force(true);
        generator.close();
      }
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | JacksonException e) {
      throw new TokenizerException("%s: cannot be written: %s".formatted(file, e), e);
    } finally {
      deleteIfThere(temporary);
    }
  }

  private static void deleteIfThere(Path temporary) {
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      System.getLogger(JsonFile.class.getName())
          .log(System.Logger.Level.WARNING, "could not delete " + temporary, e);
    }
  }

  private static void write(Object value, JsonGenerator out) {
    switch (value) {
      case null -> out.writeNull();
      case Map<?, ?> members -> {
        out.writeStartObject();
        members.forEach(
            (key, member) -> {
              out.writeName((String) key);
              write(member, out);
            });
        out.writeEndObject();
      }
      case List<?> elements -> {
        out.writeStartArray();
        elements.forEach(element -> write(element, out));
        out.writeEndArray();
      }
      case String s -> out.writeString(s);
      case Integer i -> out.writeNumber(i);
      case Double d -> out.writeNumber(d);
      case Boolean b -> out.writeBoolean(b);
      default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }
}
