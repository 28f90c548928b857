package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong ends in one message that names it, and leaves no memory behind. */
class BertErrorsTest {
  @TempDir private Path temp;

  private void loadFails(String model, String from, String to, String... parts) throws IOException {
    Path original = Reference.path(model);
    Files.copy(original.resolve("model.safetensors"), temp.resolve("model.safetensors"));
    String config = Files.readString(original.resolve("config.json"));
    assertTrue(config.contains(from), from);
    Files.writeString(temp.resolve("config.json"), config.replace(from, to));
    try (Engine engine = Engine.open()) {
      ModelException e =
          assertThrows(ModelException.class, () -> BertFiles.load(engine, temp, Use.TRAINING));
      for (String part : parts) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
      }
      assertEquals(0, engine.backend().memory().bytesInUse());
    }
  }

  @Test
  void aWidthThatTheFileHasNotNamesTheTensor() throws IOException {
    loadFails("bert", "\"hidden_size\": 48", "\"hidden_size\": 52", "[320, 48]", "[320, 52]");
  }

  @Test
  void moreLayersThanTheFileHoldsNamesTheMissingTensor() throws IOException {
    loadFails(
        "distilbert", "\"n_layers\": 2", "\"n_layers\": 3", "transformer.layer.2.attention.q_lin");
  }

  @Test
  void relativePositionsAreRefusedByName() throws IOException {
    loadFails("roberta", "\"absolute\"", "\"relative_key\"", "relative_key", "absolute");
  }

  @Test
  void anotherNumberOfClassesNamesTheClassifier() throws IOException {
    loadFails(
        "bert-classifier", "\"2\": \"LABEL_2\"", "\"2\": \"a\", \"3\": \"b\"", "classifier.weight");
  }

  @Test
  void inputsOutsideTheModelAreRefused() {
    try (Engine engine = Engine.open();
        Bert bert = BertFiles.load(engine, Reference.path("bert"), Use.INFERENCE);
        Bert roberta = BertFiles.load(engine, Reference.path("roberta"), Use.INFERENCE)) {
      refused(bert, BertInputs.of(new int[1][65]), "65 tokens", "64 positions");
      refused(roberta, BertInputs.of(new int[1][65]), "65 tokens", "64 positions");
      refused(bert, BertInputs.of(new int[][] {{1, 320}}), "input_ids[0][1] is 320", "319");
      refused(
          bert,
          new BertInputs(new int[][] {{1, 2}}, null, new int[][] {{0, 2}}, null),
          "token_type_ids[0][1] is 2");
      ModelException e =
          assertThrows(
              ModelException.class,
              () ->
                  roberta.pooled(roberta.hidden(BertInputs.of(new int[1][3]), false, Probe.NONE)));
      assertTrue(e.getMessage().contains("no pooler"), e.getMessage());
    }
  }

  private static void refused(Bert model, BertInputs in, String... parts) {
    ModelException e =
        assertThrows(ModelException.class, () -> model.hidden(in, false, Probe.NONE));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
