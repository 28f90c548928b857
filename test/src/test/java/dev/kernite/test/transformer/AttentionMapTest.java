package dev.kernite.test.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.transformer.AttentionMap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page holds the weights of the tokens there are, and nothing that it would have to fetch. */
class AttentionMapTest {
  private static final int HEADS = 2;
  private static final int TIME = 3;

  @TempDir private Path folder;

  /** Weight of head h, query q, key k of a layer: a different number each. */
  private static float weight(int layer, int sequence, int h, int q, int k) {
    return (layer * 90 + sequence * 30 + (h * TIME + q) * TIME + k) / 255f;
  }

  private Path outputs(int layers, int sequences) {
    Path file = folder.resolve("outputs.safetensors");
    SafetensorsWriter writer = new SafetensorsWriter();
    try (Arena arena = Arena.ofConfined()) {
      for (int layer = 0; layer < layers; layer++) {
        float[] all = new float[sequences * HEADS * TIME * TIME];
        int at = 0;
        for (int s = 0; s < sequences; s++) {
          for (int h = 0; h < HEADS; h++) {
            for (int q = 0; q < TIME; q++) {
              for (int k = 0; k < TIME; k++) {
                all[at++] = weight(layer, s, h, q, k);
              }
            }
          }
        }
        MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_FLOAT, all);
        String name = "attentions." + layer;
        writer.floats(name, FileDtype.F32, values, sequences, HEADS, TIME, TIME);
      }
      writer.write(file);
    }
    return file;
  }

  private static JsonNode data(String page) {
    String open = "type=\"application/json\">";
    int from = page.indexOf(open) + open.length();
    return JsonMapper.shared().readTree(page.substring(from, page.indexOf("</script>", from)));
  }

  @Test
  void theWeightsAreThoseOfTheRealTokens() throws IOException {
    Path html = folder.resolve("map.html");
    List<List<String>> tokens = List.of(List.of("[CLS]", "</script>", "é"), List.of("a", "b"));
    AttentionMap.write("A <title>", outputs(2, 2), tokens, html);
    String page = Files.readString(html);
    JsonNode data = data(page);
    assertEquals("A <title>", data.get("title").asString());
    assertEquals(HEADS, data.get("heads").asInt());
    for (int s = 0; s < 2; s++) {
      JsonNode sequence = data.get("sequences").get(s);
      int n = tokens.get(s).size();
      for (int t = 0; t < n; t++) {
        assertEquals(tokens.get(s).get(t), sequence.get("tokens").get(t).asString());
      }
      for (int layer = 0; layer < 2; layer++) {
        byte[] expected = new byte[HEADS * n * n];
        for (int i = 0; i < expected.length; i++) {
          float w = weight(layer, s, i / (n * n), i / n % n, i % n);
          expected[i] = (byte) Math.round(255 * w);
        }
        String bytes = sequence.get("layers").get(layer).asString();
        assertArrayEquals(expected, Base64.getDecoder().decode(bytes));
      }
    }
    assertFalse(page.contains("http"), "the page fetches nothing");
  }

  @Test
  void aPassWithoutWeightsIsRefused() {
    Path html = folder.resolve("map.html");
    Path none = outputs(0, 1);
    List<List<String>> tokens = List.of(List.of("a"));
    ModelException e =
        assertThrows(ModelException.class, () -> AttentionMap.write("t", none, tokens, html));
    assertTrue(e.getMessage().contains("no attention weights"), e.getMessage());
    assertFalse(Files.exists(html));
  }
}
