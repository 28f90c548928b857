package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code score bleu|chrf|rouge|nltk-bleu} on files. */
final class ScoreTextTest {
  @TempDir private Path folder;
  private String hypotheses;
  private String references;

  @BeforeEach
  void write() throws IOException {
    hypotheses = file("h.txt", "a b c d e\r\nthe the\n");
    references = file("r.txt", "a b c d f\nthe cat"); // no end of line: still a line
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private Kernite score(String metric, String... more) {
    String[] files = {"score", metric, "--hypotheses", hypotheses, "--references", references};
    String[] args = new String[files.length + more.length];
    System.arraycopy(files, 0, args, 0, files.length);
    System.arraycopy(more, 0, args, files.length, more.length);
    return Kernite.run(args);
  }

  private static JsonNode json(Kernite run) {
    assertEquals(0, run.code(), run.err());
    return new JsonMapper().readTree(run.out());
  }

  private static void assertFails(int code, String message, Kernite run) {
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().startsWith("error: ") && run.err().contains(message), run.err());
    assertEquals(1, run.err().lines().count());
    assertEquals("", run.out());
  }

  @Test
  void aCorpusHasOneScore() {
    JsonNode bleu = json(score("bleu", "--smooth", "none", "--json"));
    assertEquals("[5,3,2,1]", bleu.get("counts").toString());
    assertEquals("[7,5,3,2]", bleu.get("totals").toString());
    assertEquals(7, bleu.get("hyp_len").asInt());
    assertEquals(
        100 * Math.pow(5 / 7.0 * 3 / 5 * 2 / 3 * 1 / 2, 0.25), bleu.get("score").asDouble(), 1e-9);
    assertEquals(
        "[5,3.5,2.5,1.5]",
        json(score("bleu", "--smooth", "add-k", "--smooth-value", "0.5", "--json"))
            .get("counts")
            .toString());
    assertEquals(
        "chrF2++", json(score("chrf", "--word-order", "2", "--json")).get("name").asString());
    JsonNode rouge = json(score("rouge", "--json"));
    assertEquals((4 / 5.0 + 1 / 2.0) / 2, rouge.get("rouge1").get("recall").asDouble(), 1e-12);
    assertTrue(json(score("nltk-bleu", "--json")).get("score").asDouble() < 1);
  }

  @Test
  void sentencesHaveOneEach() {
    for (String metric : new String[] {"bleu", "chrf", "rouge", "nltk-bleu"}) {
      assertEquals(2, score(metric, "--sentence", "--json").out().lines().count(), metric);
    }
    String second =
        score("bleu", "--sentence", "--effective-order", "--smooth", "floor", "--json")
            .out()
            .lines()
            .skip(1)
            .findFirst()
            .orElseThrow();
    assertEquals(
        100 * Math.sqrt(0.5 * 0.1),
        new JsonMapper().readTree(second).get("score").asDouble(),
        1e-9);
  }

  @Test
  void peopleGetASentence() {
    assertTrue(
        score("bleu").out().startsWith("BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp = "));
    assertTrue(score("chrf").out().startsWith("chrF2|nrefs:1|"));
    assertTrue(score("rouge").out().contains("rougeLsum"));
  }

  @Test
  void jsonLinesHoldTextsOfSeveralLines() throws IOException {
    hypotheses = file("h.jsonl", "{\"text\":\"four five\\none two three\"}\n");
    references = file("r.jsonl", "{\"text\":\"one two three\\nfour five\"}\n");
    JsonNode rouge = json(score("rouge", "--json"));
    assertEquals(0.6, rouge.get("rougeL").get("fmeasure").asDouble());
    assertEquals(1, rouge.get("rougeLsum").get("fmeasure").asDouble());
    hypotheses = file("bad.jsonl", "{\"text\":1}\n");
    assertFails(1, "bad.jsonl, line 1", score("rouge"));
  }

  @Test
  void aSetOfReferencesMayLackSome() throws IOException {
    hypotheses = file("h.txt", "a b c d\ne f g h\n");
    references = file("r.jsonl", "{\"text\":\"a b c d\"}\n{\"text\":null}\n");
    assertFails(1, "segment 2 has no reference", score("bleu"));
    String second = file("r2.jsonl", "{\"text\":null}\n{\"text\":\"e f g h\"}\n");
    JsonNode bleu = json(score("bleu", "--references", second, "--json"));
    assertEquals(100, bleu.get("score").asDouble(), 1e-9);
    assertEquals(8, bleu.get("ref_len").asInt());
    references = file("bad.jsonl", "{\"txt\":\"\"}\n{}\n");
    assertFails(1, "bad.jsonl, line 1: \"text\" is missing", score("bleu"));
  }

  /** Python's other line ends are white space of a line, as sacreBLEU's own program has it. */
  @Test
  void onlyLineFeedsEndLines() throws IOException {
    hypotheses = file("h.txt", "a\u2028b\u0085c\rd\n");
    references = file("r.txt", "a b c d\n");
    assertEquals(100, json(score("bleu", "--json")).get("score").asDouble(), 1e-9);
  }

  @Test
  void badInputIsOneClearError() throws IOException {
    assertFails(2, "zh", score("bleu", "--tokenize", "zh"));
    assertFails(2, "laplace", score("bleu", "--smooth", "laplace"));
    assertFails(2, "takes no value", score("bleu", "--smooth-value", "1"));
    assertFails(2, "order", score("bleu", "--max-order", "0"));
    assertFails(2, "order", score("chrf", "--char-order", "0"));
    assertFails(2, "--stemmer", score("bleu", "--stemmer"));
    assertFails(2, "needs a metric", Kernite.run("score"));
    assertFails(2, "--references", Kernite.run("score", "bleu", "--hypotheses", hypotheses));
    references = file("short.txt", "a\n");
    assertFails(1, "short.txt has 1", score("bleu"));
    hypotheses = file("empty.txt", "");
    assertFails(1, "empty", score("bleu"));
    hypotheses = folder.resolve("missing.txt").toString();
    assertFails(1, "no such file", score("bleu"));
  }
}
