package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kernite tour}: text, embeddings and digits come out. */
final class TourTest {
  /** What the GAN must be recognised by even where a slow machine ends it early; 0.1 is chance. */
  private static final double RECOGNISED = 0.3;

  private static final String HOME = "kernite.home"; // the launcher sets it

  @TempDir private Path folder;

  @BeforeEach
  void layTheModelThatComesAlong() throws IOException {
    Path models = Files.createDirectories(folder.resolve("home/models"));
    for (String name : List.of("stories", "numbers")) {
      Path model = Path.of("../models/bundled", name).toRealPath();
      Files.createSymbolicLink(models.resolve(name), model);
    }
    System.setProperty(HOME, models.getParent().toString());
  }

  @AfterEach
  void forgetIt() {
    System.clearProperty(HOME);
  }

  @Test
  @Tag("slow")
  void everyPartShowsSomething() throws IOException {
    Path out = folder.resolve("pictures");
    Kernite run = Kernite.run("tour", "--json", "--out", out.toString());
    assertEquals(0, run.code(), run.err());
    Map<String, List<JsonNode>> parts =
        run.out()
            .lines()
            .map(JsonMapper.shared()::readTree)
            .collect(Collectors.groupingBy(part -> part.get("part").stringValue()));
    assertEquals(2, parts.get("text").size());
    assertEquals(
        List.of(
            "42607", "two hundred seventy-one thousand eight hundred twenty-eight", "2026-11-22"),
        parts.get("tasks").stream().map(part -> part.get("translation").stringValue()).toList());
    assertTrue(parts.containsKey("meaning"), parts.keySet()::toString);
    JsonNode losses = parts.get("learning").getFirst().get("losses");
    assertTrue(losses.get(losses.size() - 1).doubleValue() < 0.1, losses::toString);
    JsonNode digits = parts.get("digits").getFirst();
    assertTrue(digits.get("read_as_asked").doubleValue() > RECOGNISED, digits::toString);
    assertTrue(digits.get("classifier_accuracy").doubleValue() > 0.85, digits::toString);
    assertTrue(digits.get("seconds").doubleValue() < 60, digits::toString);
    for (JsonNode picture : digits.get("pictures")) {
      Path file = Path.of(picture.stringValue());
      assertEquals(out, file.getParent());
      byte[] begins = Arrays.copyOf(Files.readAllBytes(file), 4);
      boolean gif = file.toString().endsWith(".gif");
      byte[] magic = gif ? bytes("GIF8") : new byte[] {(byte) 0x89, 'P', 'N', 'G'};
      assertArrayEquals(magic, begins, file.toString());
    }
    assertEquals(4, digits.get("pictures").size());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
