package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Pooling;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.models.bert.SentenceIndex;
import dev.kernite.tokenizer.Encoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of sentences: pooled as defined, whatever they are batched with. */
class SentenceEncoderTest {
  private static final List<String> TEXTS =
      List.of(
          "the cat sleeps.",
          "a dog",
          "the dogs runs fast, and the cat sleeps on the mat.",
          "",
          "unheard of");

  @TempDir private Path folder;
  private Engine engine;
  private SentenceEncoder encoder;

  @BeforeEach
  void open() throws IOException {
    engine = Engine.open();
    encoder = SentenceEncoder.load(engine, TinyBert.in(folder, "bert", 320));
  }

  @AfterEach
  void close() {
    encoder.close();
    assertEquals(0, engine.backend().memory().bytesInUse(), "all memory is given back");
    engine.close();
  }

  private static void requireClose(float[] actual, double[] expected, double tolerance) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      double value = actual[i];
      boolean close = Math.abs(value - expected[i]) <= tolerance;
      double wanted = expected[i];
      assertTrue(close, () -> value + " instead of " + wanted);
    }
  }

  private static double[] mean(float[][] rows) {
    double[] mean = new double[rows[0].length];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        mean[i] += row[i] / (double) rows.length;
      }
    }
    return mean;
  }

  private static double[] wide(float[] row) {
    double[] wide = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      wide[i] = row[i];
    }
    return wide;
  }

  @Test
  void theMeanIsThatOfTheRealTokens() {
    List<Encoding> tokens = encoder.tokens(TEXTS);
    float[][][] states = encoder.hiddenStates(tokens);
    float[][] vectors = encoder.encodeTokens(tokens);
    float[][] first = encoder.with(Pooling.CLS).encodeTokens(tokens);
    for (int i = 0; i < states.length; i++) {
      assertEquals(tokens.get(i).length(), states[i].length);
      requireClose(vectors[i], mean(states[i]), 1e-6);
      requireClose(first[i], wide(states[i][0]), 0);
    }
  }

  @Test
  void whatIsBatchedTogetherChangesNothing() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(TEXTS.get(i % TEXTS.size()));
    }
    float[][] together = encoder.encode(many);
    for (int i = 0; i < many.size(); i++) {
      float[] alone = encoder.encode(List.of(many.get(i)))[0];
      requireClose(together[i], wide(alone), 1e-6);
    }
  }

  @Test
  void normalisedVectorsHaveLengthOneAndTheSameDirection() {
    float[][] plain = encoder.encode(TEXTS);
    float[][] unit = encoder.withNormalised(true).encode(TEXTS);
    for (int i = 0; i < unit.length; i++) {
      double length = 0;
      for (float x : unit[i]) {
        length += x * (double) x;
      }
      assertEquals(1, Math.sqrt(length), 1e-6);
      assertEquals(1, SentenceIndex.cosine(plain[i], unit[i]), 1e-6);
    }
  }

  @Test
  void longTextsAreCutAtTheLastPosition() {
    String text = "the cat ".repeat(100);
    Encoding cut = encoder.tokens(List.of(text)).getFirst();
    assertEquals(64, cut.length());
    assertEquals("[SEP]", cut.tokens().getLast());
    assertEquals(48, encoder.encode(List.of(text))[0].length);
  }

  @Test
  void theFilesOfSentenceTransformersDecide() throws IOException {
    Files.createDirectories(folder.resolve("1_Pooling"));
    Path pooling = folder.resolve("1_Pooling").resolve("config.json");
    Files.writeString(
        pooling, "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 7}");
    Files.createDirectories(folder.resolve("2_Normalize"));
    try (SentenceEncoder other = SentenceEncoder.load(engine, folder)) {
      float[] expected =
          encoder.with(Pooling.CLS).withNormalised(true).encode(List.of("a dog runs"))[0];
      requireClose(other.encode(List.of("a dog runs"))[0], wide(expected), 0);
      assertEquals(7, other.tokens(List.of("the cat ".repeat(9))).getFirst().length());
    }
    Files.writeString(pooling, "{\"pooling_mode_max_tokens\": true}");
    ModelException e =
        assertThrows(ModelException.class, () -> SentenceEncoder.load(engine, folder));
    assertTrue(e.getMessage().contains("1_Pooling"), e.getMessage());
  }

  @Test
  void theListOfModulesSaysWhetherVectorsAreNormalised() throws IOException {
    float[] plain = encoder.encode(List.of("a dog runs"))[0];
    float[] unit = encoder.withNormalised(true).encode(List.of("a dog runs"))[0];
    Path modules = folder.resolve("modules.json");
    String type = "[{\"type\": \"sentence_transformers.models.%s\"}]";
    Files.writeString(modules, type.formatted("Normalize"));
    try (SentenceEncoder other = SentenceEncoder.load(engine, folder)) {
      requireClose(other.encode(List.of("a dog runs"))[0], wide(unit), 0);
    }
    Files.writeString(modules, type.formatted("Pooling"));
    try (SentenceEncoder other = SentenceEncoder.load(engine, folder)) {
      requireClose(other.encode(List.of("a dog runs"))[0], wide(plain), 0);
    }
    Files.writeString(modules, "{}");
    ModelException e =
        assertThrows(ModelException.class, () -> SentenceEncoder.load(engine, folder));
    assertTrue(e.getMessage().contains("modules.json: must hold a JSON array"), e.getMessage());
  }

  @Test
  void searchFindsTheNearestByCosine() {
    float[] query = encoder.encode(List.of("the dog sleeps."))[0];
    float[][] vectors = encoder.encode(TEXTS);
    try (SentenceIndex index = new SentenceIndex(encoder, TEXTS)) {
      List<SentenceIndex.Hit> hits = index.search("the dog sleeps.", 3);
      assertEquals(3, hits.size());
      for (int h = 0; h < hits.size(); h++) {
        SentenceIndex.Hit hit = hits.get(h);
        assertEquals(TEXTS.get(hit.index()), hit.text());
        assertEquals(SentenceIndex.cosine(query, vectors[hit.index()]), hit.score(), 1e-6);
        int better = 0;
        for (float[] vector : vectors) {
          better += SentenceIndex.cosine(query, vector) > hit.score() + 1e-6 ? 1 : 0;
        }
        assertTrue(better <= h, "hit " + h + " is not the best left");
      }
      assertEquals(TEXTS.size(), index.search("cat", 99).size());
    }
  }
}
