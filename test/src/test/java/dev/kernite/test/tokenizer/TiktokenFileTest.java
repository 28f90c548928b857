package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.TiktokenEncoding;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rank files as they come, good and bad. */
class TiktokenFileTest {
  private static final TiktokenEncoding PLAIN =
      TiktokenEncoding.GPT2.withSpecialTokens(Map.of("<end>", 300));

  @TempDir Path folder;

  private static String line(String token, int rank) {
    return encoded(token.getBytes(StandardCharsets.ISO_8859_1)) + " " + rank + "\n";
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String bytes() {
    StringBuilder lines = new StringBuilder();
    for (int b = 0; b < 256; b++) {
      lines.append(line(String.valueOf((char) b), b));
    }
    return lines.toString();
  }

  private Tokenizer read(String content) throws IOException {
    return Tokenizer.fromTiktoken(
        Files.writeString(folder.resolve("ranks.tiktoken"), content), PLAIN);
  }

  @Test
  void mergesByTheRankOfWhatAMergeMakes() throws IOException {
    Tokenizer tokenizer =
        read(bytes() + line("bc", 256) + line("ab", 257) + line("abcd", 258) + line("cd", 259));
    // bc comes before ab; then neither a with bc nor bc with d is a token.
    assertArrayEquals(new int[] {'x', 'a', 256, 'd'}, tokenizer.encodeToIds("xabcd", false));
    // A word that is a token is that token, though no merge leads there.
    assertArrayEquals(new int[] {258}, tokenizer.encodeToIds("abcd", false));
    assertArrayEquals(new int[] {258}, tokenizer.encode("abcd").ids());
    // Of equal rank the leftmost goes first.
    assertArrayEquals(new int[] {'x', 257, 257}, tokenizer.encodeToIds("xabab", false));
  }

  /** aba is a + ba and ab + a: at equal rank, so the left one merges wherever it stands. */
  @Test
  void theWaysToMakeATokenAreOfEqualRank() throws IOException {
    Tokenizer tokenizer = read(bytes() + line("aba", 256) + line("ab", 257) + line("ba", 258));
    assertArrayEquals(new int[] {256, 'x'}, tokenizer.encodeToIds("abax", false));
    assertArrayEquals(new int[] {256, 258, 'x'}, tokenizer.encodeToIds("ababax", false));
  }

  @Test
  void specialTokensHaveTheirIds() throws IOException {
    Tokenizer tokenizer = read(bytes());
    assertArrayEquals(new int[] {'a', 300, ' ', 'b'}, tokenizer.encodeToIds("a<end> b", false));
    assertEquals("a b", tokenizer.decode(new int[] {'a', 300, ' ', 'b'}, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IQ==| line 257",
        "IQ== x| line 257",
        "IQ== 99999999999| line 257",
        "!!! 256| line 257",
        "' 256'| line 257",
        "YQ== 256| was there before",
        "YWE= 97| both have id 97",
        "YWE= -1| negative",
        "PGVuZD4= 256| special token",
      })
  void aBadLineIsAnError(String line, String message) {
    TokenizerException e =
        assertThrows(TokenizerException.class, () -> read(bytes() + line + "\n"));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(e.getMessage().contains("ranks.tiktoken"), e.getMessage());
  }

  @Test
  void aMissingByteIsAnError() {
    TokenizerException e =
        assertThrows(
            TokenizerException.class, () -> read(bytes().replaceFirst("(?m)^QQ== .*$", "")));
    assertTrue(e.getMessage().contains("0x41"), e.getMessage());
  }

  @Test
  void aHugeTokenIsAnError() {
    String huge = encoded(new byte[100_000]) + " 256\n";
    TokenizerException e = assertThrows(TokenizerException.class, () -> read(bytes() + huge));
    assertTrue(e.getMessage().contains("limit"), e.getMessage());
  }

  @Test
  void aNameThatIsNoEncodingIsAnError() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.tiktoken"), bytes());
    TokenizerException e = assertThrows(TokenizerException.class, () -> Tokenizer.load(file));
    assertTrue(e.getMessage().contains("mine.tiktoken"), e.getMessage());
    assertTrue(e.getMessage().contains("cl100k_base"), e.getMessage());
    assertTrue(e.getMessage().contains("fromTiktoken"), e.getMessage());
  }
}
