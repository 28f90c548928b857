package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kernite.models.BundledModel;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code --model NAME}: models that are known by name, here or not. */
class NamedModelTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  @Test
  void encodeRanksSentencesWithMiniLm() {
    List<String> texts = List.of("A cat sleeps.", "A kitten takes a nap.", "Stocks fell sharply.");
    Kernite run =
        Kernite.run(
            "encode", "--model", "minilm", "--json", texts.get(0), texts.get(1), texts.get(2));
    assertEquals(0, run.code(), run.err());
    List<float[]> vectors =
        run.out()
            .lines()
            .map(line -> JSON.convertValue(JSON.readTree(line).get("embedding"), float[].class))
            .toList();
    assertEquals(3, vectors.size());
    assertEquals(1, dot(vectors.get(0), vectors.get(0)), 1e-6);
    double alike = dot(vectors.get(0), vectors.get(1));
    double unlike = dot(vectors.get(0), vectors.get(2));
    assertTrue(alike > unlike + 0.4, alike + " and " + unlike);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * (double) b[i];
    }
    return sum;
  }

  @Test
  void inspectListsTheParametersOfAnOnnxFile() {
    String file = BundledModel.MINILM.folder().resolve("model.onnx").toString();
    Kernite run = Kernite.run("inspect", file, "--json");
    assertEquals(0, run.code(), run.err());
    JsonNode json = JSON.readTree(run.out());
    assertEquals("pytorch", json.get("metadata").get("producer_name").stringValue());
    String inner =
        "{\"name\":\"encoder.layer.3.intermediate.dense.weight\",\"dtype\":\"F32\","
            + "\"shape\":[1536,384],\"bytes\":2359296}";
    assertTrue(json.get("tensors").toString().contains(inner), run::out);
  }

  @Test
  void aModelThatIsNotHereSaysHowToGetIt() {
    BundledModel model = BundledModel.BGE_SMALL;
    assumeFalse(model.isOnClassPath(), "its artifact is there");
    Kernite run = Kernite.run("encode", "--model", "bge-small", "text");
    assertEquals(1, run.code());
    assertTrue(run.err().contains("make models"), run.err());
    assertTrue(run.err().contains(model.artifact()), run.err());
  }

  @Test
  void aModelThatNobodyKnowsSaysWhereItWasLookedFor() {
    Kernite id = Kernite.run("encode", "--model", "no-such-model", "--offline", "text");
    assertEquals(1, id.code());
    assertTrue(id.err().startsWith("error: no-such-model: is not in the cache"), id.err());
    assertTrue(id.err().contains("nor is 'no-such-model' a folder or a bundled model"), id.err());
    for (String path : List.of("./no-such-model", "no/such/model", "/no-such-model", "a\\b")) {
      Kernite run = Kernite.run("encode", "--model", path, "text");
      assertEquals(1, run.code());
      assertTrue(run.err().contains("no folder, no bundled model"), run.err());
      assertTrue(run.err().contains("hub id (owner/name)"), run.err());
    }
  }

  @Test
  void aFileIsNoModel() {
    Kernite run = Kernite.run("encode", "--model", "pom.xml", "text");
    assertEquals(1, run.code());
    assertTrue(run.err().contains("'pom.xml' is a file; give the folder"), run.err());
  }
}
