package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.tokenizer.text.Utf8Decoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Decoding of UTF-8, well-formed or not. */
class Utf8DecoderProperties {
  private static String decoded(byte[] bytes) {
    Utf8Decoder decoder = new Utf8Decoder();
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      decoder.push(b & 0xFF);
      text.append(decoder.take());
    }
    decoder.flush();
    return text.append(decoder.take()).toString();
  }

  private static String decoded(String hex) {
    return decoded(HexFormat.ofDelimiter(" ").parseHex(hex)).replace('\uFFFD', '?');
  }

  /** Tables 3-8 to 3-11 of the Unicode standard, version 16. */
  @Example
  void replacesMaximalSubpartsAsTheStandardShows() {
    assertEquals("????????A", decoded("c0 af e0 80 bf f0 81 82 41"));
    assertEquals("????????A", decoded("ed a0 80 ed bf bf ed af 41"));
    assertEquals("?????A??B", decoded("f4 91 92 93 ff 41 80 bf 42"));
    assertEquals("????A", decoded("e1 80 e2 f0 91 92 f1 bf 41"));
  }

  @Provide
  Arbitrary<String> texts() {
    return Texts.any();
  }

  @Property
  void decodesEveryText(@ForAll("texts") String text) {
    assertEquals(text, decoded(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Provide
  Arbitrary<byte[]> bytes() {
    Arbitrary<Integer> any =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 255),
            Arbitraries.of(0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5));
    return any.list()
        .ofMaxSize(12)
        .map(
            list -> {
              byte[] bytes = new byte[list.size()];
              for (int i = 0; i < bytes.length; i++) {
                bytes[i] = list.get(i).byteValue();
              }
              return bytes;
            });
  }

  /** Table 3-7: which bytes may stand where in a well-formed sequence; first byte, then ranges. */
  private static final int[][] WELL_FORMED = {
    {0x00, 0x7F},
    {0xC2, 0xDF, 0x80, 0xBF},
    {0xE0, 0xE0, 0xA0, 0xBF, 0x80, 0xBF},
    {0xE1, 0xEC, 0x80, 0xBF, 0x80, 0xBF},
    {0xED, 0xED, 0x80, 0x9F, 0x80, 0xBF},
    {0xEE, 0xEF, 0x80, 0xBF, 0x80, 0xBF},
    {0xF0, 0xF0, 0x90, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
    {0xF1, 0xF3, 0x80, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
    {0xF4, 0xF4, 0x80, 0x8F, 0x80, 0xBF, 0x80, 0xBF},
  };

  @Property(tries = 3000)
  void decodesAnyBytesAsTheStandardSays(@ForAll("bytes") byte[] bytes) {
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < bytes.length; ) {
      int longest = 0; // bytes from i that begin a well-formed sequence
      boolean whole = false;
      for (int[] row : WELL_FORMED) {
        int n = 0;
        while (n < row.length / 2
            && i + n < bytes.length
            && (bytes[i + n] & 0xFF) >= row[2 * n]
            && (bytes[i + n] & 0xFF) <= row[2 * n + 1]) {
          n++;
        }
        longest = Math.max(longest, n);
        whole |= n == row.length / 2;
      }
      expected.append(whole ? new String(bytes, i, longest, StandardCharsets.UTF_8) : "\uFFFD");
      i += Math.max(longest, 1);
    }
    assertEquals(expected.toString(), decoded(bytes));
  }
}
