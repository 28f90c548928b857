package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** SentencePiece models and their rules, cut off and damaged: one clear error, soon. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MalformedModelTest {
  @TempDir Path folder;

  private static ModelFile small() {
    return new ModelFile()
        .piece("<unk>", 0, 2)
        .piece("</s>", 0, 3)
        .piece("▁", -1, 1)
        .piece("a", -2, 1)
        .piece("b", -2, 1)
        .piece("ab", -3, 1)
        .piece("[X]", 0, 4);
  }

  /** Loads and uses a model; what is wrong must be told by a TokenizerException with the file. */
  private String failure(byte[] model) throws IOException {
    Path file = Files.write(folder.resolve("test.model"), model);
    try {
      Tokenizer tokenizer = Tokenizer.load(file);
      for (String text : List.of("", " ab  c[X]é", "\uFB01\u2122 \u0001")) {
        int[] ids = tokenizer.encode(text).ids();
        tokenizer.decode(ids, true);
      }
      return null;
    } catch (TokenizerException e) {
      assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
      return e.getMessage();
    } catch (RuntimeException | Error e) {
      return fail("not a TokenizerException: " + e, e);
    }
  }

  @Test
  void bothTypesOfASmallModelAreRight() throws IOException {
    for (int type : new int[] {1, 2}) {
      assertEquals(null, failure(small().trainer(type, false).bytes()));
      Tokenizer tokenizer = Tokenizer.load(folder.resolve("test.model"));
      assertEquals(
          List.of("▁", "ab", "▁", "[X]", "a", "cc"), tokenizer.encode(" ab  [X]acc ").tokens());
      assertArrayEquals(new int[] {2, 5, 2, 6, 3, 0}, tokenizer.encode("ab [X]acc").ids());
      assertEquals("ab [X]a \u2047 ", tokenizer.decode(new int[] {2, 5, 2, 6, 3, 0, 1}, false));
    }
  }

  @Test
  void theLongestOfManyUserDefinedPiecesIsTaken() throws IOException {
    for (int type : new int[] {1, 2}) {
      ModelFile model = small().piece("[X]Y", 0, 4).piece("ｘ", 0, 4).piece("[", 0, 4);
      for (int i = 0; i < 50_000; i++) {
        model.piece(Character.toString(0x20000 + i % 40_000) + i, 0, 4);
      }
      assertEquals(null, failure(model.trainer(type, false).bytes()));
      Tokenizer tokenizer = Tokenizer.load(folder.resolve("test.model"));
      assertEquals(
          List.of("▁", "[X]Y", "a", "[", "ｘ", "[X]", "b"),
          tokenizer.encode("[X]Ya[ｘ[X]b").tokens());
      assertEquals(600_001, tokenizer.encodeToIds("ab".repeat(600_000), true).length);
    }
  }

  @Test
  void unknownCharactersBecomeBytesWhereTheModelHasThem() throws IOException {
    for (int type : new int[] {1, 2}) {
      ModelFile model = small();
      for (int b = 0; b < 256; b++) {
        model.piece("<0x%02X>".formatted(b), 0, 6);
      }
      assertEquals(null, failure(model.trainer(type, true).bytes()));
      Tokenizer tokenizer = Tokenizer.load(folder.resolve("test.model"));
      assertEquals(
          List.of("▁", "a", "<0xC3>", "<0xA9>", "<0x63>", "b"), tokenizer.encode("aécb").tokens());
      assertEquals(
          "[[0, 0], [0, 1], [1, 2], [1, 2], [2, 3], [3, 4]]",
          Arrays.deepToString(tokenizer.encode("aécb").offsets()));
      assertEquals("aécb", tokenizer.decode(tokenizer.encodeToIds("aécb", true), false));
      int first = tokenizer.tokenToId("<0xC3>");
      assertEquals("a\uFFFDb", tokenizer.decode(new int[] {3, first, 4}, false));
    }
    String message = failure(small().trainer(1, true).bytes());
    assertTrue(message.contains("<0x00>"), message);
  }

  @Test
  void everyTruncationIsAnErrorOrASmallerModel() throws IOException {
    byte[] whole = small().trainer(2, false).bytes();
    int errors = 0;
    for (int n = 0; n < whole.length; n++) {
      errors += failure(Arrays.copyOf(whole, n)) == null ? 0 : 1;
    }
    assertTrue(errors > whole.length * 3 / 4, errors + " errors");
  }

  @Test
  void everyFlippedByteIsAnErrorOrHarmless() throws IOException {
    byte[] whole = small().trainer(1, false).bytes();
    for (int i = 0; i < whole.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) (1 << bit);
        failure(flipped);
      }
    }
  }

  @Test
  void lengthsThatTheFileDoesNotHaveAreNamed() throws IOException {
    for (long length : new long[] {1L << 20, Integer.MAX_VALUE, 1L << 40, -1}) {
      byte[] wrong = new ModelFile().varint(1 << 3 | 2).varint(length).bytes();
      String message = failure(wrong);
      assertTrue(message.contains("are left"), message);
    }
    assertNotNull(failure(new byte[] {(byte) 0xFF, (byte) 0xFF}));
    assertNotNull(failure(new byte[] {0}));
    assertNotNull(failure("this is no model".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void whatIsWrongOrNotSupportedIsNamed() throws IOException {
    assertNamed("WORD", small().trainer(3, false));
    assertNamed("type 77", small().trainer(77, false));
    assertNamed("unused", small().piece("u", 0, 5).trainer(2, false));
    assertNamed("twice", small().piece("a", 0, 1));
    assertNamed("2 unknown", small().piece("<unk2>", 0, 2));
    assertNamed("0 unknown", new ModelFile().piece("a", 0, 1));
    assertNamed("unknown type 9", small().piece("x", 0, 9));
    assertNamed("NaN", small().piece("x", Float.NaN, 1));
    assertNamed("empty", small().piece("", 0, 1));
    assertNamed("UTF-8", small().bytes(1, new ModelFile().bytes(1, new byte[] {-1}).bytes()));
    assertNamed("denormalizer", small().bytes(5, new ModelFile().string(2, "x").bytes()));
    assertNamed("trie", small().bytes(3, new ModelFile().string(2, "xyzabc").bytes()));
    assertEquals(null, failure(small().piece("u", 0, 5).trainer(1, false).bytes()));
  }

  private void assertNamed(String what, ModelFile model) throws IOException {
    String message = failure(model.bytes());
    assertNotNull(message, what);
    assertTrue(message.contains(what), message);
  }

  @Test
  void aHugeFileIsRefusedBeforeItIsRead() throws IOException {
    Path file = folder.resolve("test.model");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 33);
    }
    try {
      Tokenizer.load(file);
      fail("loaded");
    } catch (TokenizerException e) {
      assertTrue(e.getMessage().contains("limit"), e.getMessage());
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void damagedRulesAreAnErrorOrHarmless() throws IOException {
    JsonNode tree = Fixtures.JSON.readTree(Files.readString(json()));
    ObjectNode normalizer = (ObjectNode) tree.get("normalizer");
    byte[] rules =
        java.util.Base64.getDecoder().decode(normalizer.get("precompiled_charsmap").stringValue());
    byte[] head = new ModelFile().piece("<unk>", 0, 2).piece("a", 0, 1).bytes();
    Random random = new Random(3);
    for (int n = 0; n < 300; n++) {
      byte[] damaged = rules.clone();
      for (int k = 0; k < 200; k++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      if (n % 3 == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      } else if (n % 3 == 1) {
        // Only the trie, so that the file is read to its end.
        System.arraycopy(rules, 0, damaged, 0, 4);
        int trie = java.nio.ByteBuffer.wrap(rules).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
        System.arraycopy(rules, 4 + trie, damaged, 4 + trie, rules.length - 4 - trie);
      }
      byte[] spec = new ModelFile().bytes(2, damaged).bytes();
      byte[] model = Arrays.copyOf(head, head.length);
      failure(concat(model, new ModelFile().bytes(3, spec).bytes()));
    }
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static Path json() {
    return Fixtures.folder("unigram").resolve("tokenizer.json");
  }
}
