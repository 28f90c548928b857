package dev.kernite.models.chat;

import dev.kernite.models.ModelException;
import dev.kernite.models.chat.Turn.Role;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileErrors;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A conversation as JSON lines, {@code {"role": "user", "content": "..."}} a turn: the system text
 * first, where there is one, then user and assistant in turns. A reply that was cancelled has
 * {@code "interrupted": true}.
 *
 * @param system the system text; empty for none
 * @param turns all turns, each of the user's with the reply behind it
 */
record Transcript(String system, List<Turn> turns) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String SYSTEM = "system";
  private static final String INTERRUPTED = "interrupted";

  void write(Path file) {
    StringBuilder lines = new StringBuilder();
    if (!system.isEmpty()) {
      lines.append(line(SYSTEM, system, false));
    }
    for (Turn turn : turns) {
      lines.append(line(name(turn.role()), turn.text(), turn.interrupted()));
    }
    AtomicFiles.write(file, lines.toString());
  }

  private static String line(String role, String text, boolean interrupted) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("role", role);
    line.put("content", text);
    if (interrupted) {
      line.put(INTERRUPTED, true);
    }
    return JSON.writeValueAsString(line) + "\n";
  }

  private static String name(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  static Transcript read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new ModelException(file + ": is not UTF-8 text; name a file that was saved", e);
    } catch (IOException e) {
      throw new ModelException(
          file + ": cannot be read (" + FileErrors.reason(e) + "); check the path", e);
    }
    String system = "";
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String where = file + ":" + (i + 1);
      JsonNode line = parse(lines.get(i), where);
      String role = string(line, "role", where);
      if (role.equals(SYSTEM) && i == 0) {
        system = string(line, "content", where);
        continue;
      }
      Role next = turns.size() % 2 == 0 ? Role.USER : Role.ASSISTANT;
      if (!role.equals(name(next))) {
        throw new ModelException(
            "%s: is of '%s' where '%s' must speak; after a system text user and assistant take turns"
                .formatted(where, role, name(next)));
      }
      boolean interrupted = line.path(INTERRUPTED).asBoolean(false);
      turns.add(new Turn(next, string(line, "content", where), interrupted));
    }
    if (turns.size() % 2 == 1) {
      throw new ModelException(file + ": ends without the reply to its last line");
    }
    return new Transcript(system, turns);
  }

  private static JsonNode parse(String line, String where) {
    try {
      return JSON.readTree(line);
    } catch (JacksonException e) {
      throw new ModelException(where + ": is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String string(JsonNode line, String key, String where) {
    if (!line.path(key).isString()) {
      throw new ModelException(where + ": needs an object with a string \"" + key + "\"");
    }
    return line.path(key).stringValue();
  }
}
