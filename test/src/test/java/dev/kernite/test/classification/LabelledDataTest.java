package dev.kernite.test.classification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.classification.LabelledBatch;
import dev.kernite.models.classification.LabelledBatches;
import dev.kernite.models.classification.LabelledTexts;
import dev.kernite.models.classification.StratifiedSplit;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labelled texts from their files to batches. */
final class LabelledDataTest {
  @TempDir private Path folder;

  @Test
  void aFolderHasAFileForEachClass() throws IOException {
    Files.writeString(folder.resolve("positive.txt"), "good\n\nfine \n");
    Files.writeString(folder.resolve("negative.txt"), "bad\n");
    Files.writeString(folder.resolve("README.md"), "not a class\n");
    LabelledTexts texts = LabelledTexts.read(folder);
    assertEquals(List.of("negative", "positive"), texts.labels());
    assertEquals(List.of("bad", "good", "fine"), texts.texts());
    assertArrayEquals(new int[] {0, 1, 1}, texts.classes());
    LabelledTexts other = texts.ordered(List.of("positive", "negative"));
    assertArrayEquals(new int[] {1, 0, 0}, other.classes());
  }

  @Test
  void jsonLinesHaveTextAndLabel() throws IOException {
    Path file = folder.resolve("data.jsonl");
    Files.writeString(
        file,
        """
        {"text": "good", "label": "yes"}

        {"label": "no", "text": "bad", "id": 7}
        """);
    assertArrayEquals(new int[] {1, 0}, LabelledTexts.read(file).classes());
    Files.writeString(file, "{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\", \"label\": 0}\n");
    assertEquals(List.of("0", "1"), LabelledTexts.read(file).labels());
    refused("'no such'", () -> LabelledTexts.read(file, List.of("no such")), "known are");
  }

  @Test
  void mistakesAreNamedWithTheirLine() throws IOException {
    Path file = folder.resolve("data.jsonl");
    Files.writeString(file, "{\"text\": \"a\", \"label\": \"x\"}\n{\"text\": \"b\"}\n");
    refused("no label", () -> LabelledTexts.read(file), "data.jsonl:2");
    Files.writeString(file, "{\"text\": \"a\", \"label\": \"x\"}\n{\"text\":\n");
    refused("no JSON", () -> LabelledTexts.read(file), "data.jsonl:2: is not JSON");
    Files.writeString(file, "{\"text\": \"a\", \"label\": \"x\"}\n");
    refused("one class", () -> LabelledTexts.read(file), "needs two or more");
    refused("no file", () -> LabelledTexts.read(folder.resolve("none")), "none");
    Files.write(folder.resolve("x.txt"), new byte[] {(byte) 0xC3, 'a'});
    refused("no UTF-8", () -> LabelledTexts.read(folder), "UTF-8");
  }

  private static void refused(String what, Runnable run, String message) {
    ModelException e = assertThrows(ModelException.class, run::run, what);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void aSplitKeepsTheShareOfEachClassAndLosesNoText() {
    int[] classes = IntStream.range(0, 1000).map(i -> i % 10 < 7 ? 0 : 1).toArray();
    StratifiedSplit split = StratifiedSplit.of(classes, 0.1, 0.2, 3);
    assertEquals(100, split.validation().length);
    assertEquals(200, split.test().length);
    assertEquals(70, Arrays.stream(split.validation()).filter(i -> classes[i] == 0).count());
    assertEquals(140, Arrays.stream(split.test()).filter(i -> classes[i] == 0).count());
    int[] all =
        Stream.of(split.training(), split.validation(), split.test())
            .flatMapToInt(Arrays::stream)
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, 1000).toArray(), all);
    StratifiedSplit again = StratifiedSplit.of(classes, 0.1, 0.2, 3);
    assertArrayEquals(split.test(), again.test());
    StratifiedSplit other = StratifiedSplit.of(classes, 0.1, 0.2, 4);
    assertFalse(Arrays.equals(split.test(), other.test()), "another seed, another split");
  }

  @Test
  void aSplitThatLeavesNothingIsRefused() {
    refused("all", () -> StratifiedSplit.of(new int[] {0, 1}, 0.5, 0.5, 0), "below 1");
    refused("one", () -> StratifiedSplit.of(new int[] {0, 0, 1}, 0.5, 0.1, 0), "class 1 has 1");
    refused("NaN", () -> StratifiedSplit.of(new int[] {0}, Double.NaN, 0, 0), "NaN");
  }

  /** Texts of 3 to 32 tokens, each with a word of its own. */
  private record Corpus(List<Encoding> texts, int[] classes, BertConfig config) {}

  private Corpus corpus(int n) throws IOException {
    StringBuilder vocabulary = new StringBuilder("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nword\n");
    IntStream.range(0, n).forEach(i -> vocabulary.append("t").append(i).append('\n'));
    Files.writeString(folder.resolve("vocab.txt"), vocabulary.toString());
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "bert", "vocab_size": %d, "hidden_size": 8, "num_attention_heads": 2,
         "num_hidden_layers": 1, "intermediate_size": 8}
        """
            .formatted(n + 6));
    Tokenizer tokenizer = Tokenizer.load(folder);
    List<Encoding> texts = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      texts.add(tokenizer.encode("t" + i + " word".repeat(i * 7 % 30)));
    }
    BertConfig config = BertConfig.of(JsonConfig.read(folder.resolve("config.json")));
    return new Corpus(texts, IntStream.range(0, n).map(i -> i % 2).toArray(), config);
  }

  /** The text that a row of a batch is: its first token behind [CLS] names it. */
  private static int text(LabelledBatch batch, int row) {
    return batch.inputs().ids()[row][1] - 6;
  }

  @Test
  void anEpochHasEachTextOnceWithItsLabelAndMask() throws IOException {
    Corpus c = corpus(103);
    LabelledBatches batches = new LabelledBatches(c.texts(), c.classes(), c.config(), 8, 1);
    assertEquals(13, batches.stepsPerEpoch());
    List<List<Integer>> epochs = new ArrayList<>();
    long padding = 0;
    for (int epoch = 0; epoch < 2; epoch++) {
      List<Integer> order = new ArrayList<>();
      for (int step = 0; step < 13; step++) {
        LabelledBatch batch = batches.batch(13L * epoch + step);
        for (int row = 0; row < batch.size(); row++) {
          int text = text(batch, row);
          order.add(text);
          assertEquals(c.classes()[text], batch.labels()[row]);
          int length = c.texts().get(text).length();
          for (int t = 0; t < batch.inputs().time(); t++) {
            boolean real = batch.inputs().real() == null || batch.inputs().real()[row][t];
            assertEquals(t < length, real);
            padding += real ? 0 : 1;
          }
        }
      }
      assertEquals(103, order.size());
      assertEquals(103, Set.copyOf(order).size());
      epochs.add(order);
    }
    assertFalse(epochs.get(0).equals(epochs.get(1)), "another order each epoch");
    long tokens = 2L * c.texts().stream().mapToInt(Encoding::length).sum();
    long most = padding;
    assertTrue(padding < tokens / 10, () -> most + " of padding for " + tokens + " tokens");
  }

  @Test
  void aBatchFollowsFromSeedAndStep() throws IOException {
    Corpus c = corpus(40);
    LabelledBatches a = new LabelledBatches(c.texts(), c.classes(), c.config(), 8, 1);
    a.batch(0);
    LabelledBatches b = new LabelledBatches(c.texts(), c.classes(), c.config(), 8, 1);
    assertArrayEquals(b.batch(12).inputs().ids(), a.batch(12).inputs().ids());
    LabelledBatches other = new LabelledBatches(c.texts(), c.classes(), c.config(), 8, 2);
    assertFalse(Arrays.deepEquals(other.batch(12).inputs().ids(), a.batch(12).inputs().ids()));
    assertEquals(a.fingerprint(), b.fingerprint());
    int[] flipped = c.classes().clone();
    flipped[0] = 1 - flipped[0];
    assertTrue(
        new LabelledBatches(c.texts(), flipped, c.config(), 8, 1).fingerprint() != a.fingerprint());
  }

  @Test
  void chunksHaveTheRowsOfTheBatch() {
    int[][] ids = {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}};
    BertInputs in = new BertInputs(ids, null, ids, new int[][] {{0, 1}});
    LabelledBatch batch = new LabelledBatch(in, new int[] {0, 1, 0, 1, 1});
    List<LabelledBatch> parts = batch.chunks(2);
    assertEquals(List.of(3, 2), parts.stream().map(LabelledBatch::size).toList());
    assertArrayEquals(new int[] {1, 1}, parts.get(1).labels());
    assertArrayEquals(new int[][] {{7, 8}, {9, 10}}, parts.get(1).inputs().types());
    assertEquals(5, new HashSet<>(batch.chunks(9)).size(), "never more chunks than texts");
  }
}
