package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.bert.TokenBatches;
import dev.kernite.models.bert.TokenBatches.Batch;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences of any lengths in batches: none is lost, and little is computed for padding. */
final class TokenBatchesTest {
  @TempDir private Path folder;
  private Tokenizer tokenizer;
  private BertConfig config;

  @BeforeEach
  void model() throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nword\n");
    Path json = folder.resolve("config.json");
    Files.writeString(
        json,
        """
        {"model_type": "bert", "vocab_size": 6, "hidden_size": 8, "num_attention_heads": 2,
         "num_hidden_layers": 1, "intermediate_size": 8}
        """);
    tokenizer = Tokenizer.load(folder);
    config = BertConfig.of(JsonConfig.read(json));
  }

  /** Texts of so many tokens, [CLS] and [SEP] included. */
  private List<Encoding> texts(IntStream lengths) {
    return lengths.mapToObj(n -> tokenizer.encode("word ".repeat(n - 2))).toList();
  }

  @Test
  void aBatchHoldsIdsMaskAndPadding() {
    BertInputs in = TokenBatches.padded(texts(IntStream.of(4, 2, 3)), new int[] {2, 0}, true, 0);
    assertArrayEquals(new int[][] {{2, 5, 3, 0}, {2, 5, 5, 3}}, in.ids());
    assertArrayEquals(
        new boolean[][] {{true, true, true, false}, {true, true, true, true}}, in.real());
    assertArrayEquals(new int[2][4], in.types());
    BertInputs full = TokenBatches.padded(texts(IntStream.of(3, 3)), new int[] {0, 1}, true, 0);
    assertNull(full.real(), "nothing is padded, so nothing is masked");
  }

  @Test
  void eachSequenceIsInOneBatchAndLittleIsPadded() {
    int[] lengths = IntStream.range(0, 300).map(i -> 2 + i * 37 % 61).toArray();
    List<Encoding> texts = texts(Arrays.stream(lengths));
    for (int n : new int[] {1, 2, 20, 300}) {
      List<Batch> batches = TokenBatches.of(texts.subList(0, n), config);
      int[] rows = batches.stream().flatMapToInt(b -> Arrays.stream(b.rows())).sorted().toArray();
      assertArrayEquals(IntStream.range(0, n).toArray(), rows);
      long padded =
          batches.stream().mapToLong(b -> (long) b.rows().length * b.inputs().time()).sum();
      long tokens = Arrays.stream(lengths, 0, n).sum();
      assertTrue(padded < 1.25 * tokens, () -> padded + " places for " + tokens + " tokens");
      assertTrue(batches.size() <= 2 + n / 4, () -> batches.size() + " batches of " + n);
    }
  }

  @Test
  void equalLengthsShareABatchUpToItsSize() {
    List<Batch> batches = TokenBatches.of(texts(IntStream.generate(() -> 128).limit(40)), config);
    assertTrue(batches.stream().allMatch(b -> b.rows().length * 128 <= 2048));
    assertEquals(3, batches.size());
    assertEquals(1, TokenBatches.of(texts(IntStream.of(3000)), config).size(), "too long is alone");
    assertEquals(List.of(), TokenBatches.of(List.of(), config));
  }
}
