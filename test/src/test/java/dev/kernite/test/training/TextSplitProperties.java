package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.TextSplit;
import dev.kernite.models.training.TextSplit.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Every byte is in one part, no character is cut, and every N-th block is held out. */
class TextSplitProperties {
  private static Path file;

  @BeforeContainer
  static void makeFile() throws IOException {
    file = Files.createTempFile("split", ".txt");
  }

  @AfterContainer
  static void removeFile() throws IOException {
    Files.delete(file);
  }

  @Property(tries = 300)
  void thePartsMakeTheText(
      @ForAll("texts") String text,
      @ForAll @IntRange(min = 4, max = 40) int block,
      @ForAll @IntRange(min = 2, max = 6) int every)
      throws IOException {
    Files.writeString(file, text);
    try (TextSplit split = TextSplit.open(file, block, every)) {
      List<Span> spans = new ArrayList<>(split.training());
      spans.addAll(split.validation());
      spans.sort(Comparator.comparingLong(Span::begin));
      StringBuilder joined = new StringBuilder();
      long end = 0;
      for (Span span : spans) {
        assertEquals(end, span.begin());
        assertTrue(span.bytes() > 0);
        joined.append(split.text(span)); // throws where a character is cut
        end = span.end();
      }
      assertEquals(text, joined.toString());
    }
  }

  @Property(tries = 100)
  void inAsciiTheNthBlocksAreHeldOut(
      @ForAll @IntRange(min = 1, max = 2000) int length,
      @ForAll @IntRange(min = 4, max = 40) int block,
      @ForAll @IntRange(min = 2, max = 6) int every)
      throws IOException {
    Files.write(file, new byte[length]);
    List<Span> expected = new ArrayList<>();
    for (int i = every - 1; i * block < length; i += every) {
      expected.add(new Span((long) i * block, Math.min(length, (i + 1L) * block)));
    }
    try (TextSplit split = TextSplit.open(file, block, every)) {
      assertEquals(expected, split.validation());
      assertEquals(
          length,
          split.training().stream().mapToLong(Span::bytes).sum()
              + expected.stream().mapToLong(Span::bytes).sum());
    }
  }

  @Example
  void aCharacterOnACutBelongsToTheEarlierBlock() throws IOException {
    Files.writeString(file, "abc語def"); // the three bytes of the character lie at 3, 4, 5
    try (TextSplit split = TextSplit.open(file, 4, 2)) {
      assertEquals("abc語", split.text(split.training().getFirst()));
      assertEquals("de", split.text(split.validation().getFirst()));
      assertEquals("f", split.text(split.training().getLast()));
    }
  }

  @Example
  void nothingMayBeHeldOut() throws IOException {
    Files.writeString(file, "x".repeat(1000));
    try (TextSplit split = TextSplit.open(file, 16, 0)) {
      assertEquals(List.of(new Span(0, 1000)), split.training());
      assertEquals(List.of(), split.validation());
    }
  }

  @Example
  void badInputIsRefused() throws IOException {
    Files.write(file, new byte[] {'a', (byte) 0xC3, 'b', 'c'});
    try (TextSplit split = TextSplit.open(file, 16, 0)) {
      assertRefused("not valid UTF-8", () -> split.text(split.training().getFirst()));
    }
    Files.write(file, "é".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused("at least 2 blocks", () -> TextSplit.open(file, 16, 1).close());
    assertRefused("at least 4 bytes", () -> TextSplit.open(file, 3, 2).close());
    Files.write(file, new byte[0]);
    assertRefused("is empty", () -> TextSplit.open(file, 16, 2).close());
    assertRefused("no such file", () -> TextSplit.open(Path.of("absent.txt"), 16, 2).close());
  }

  private static void assertRefused(String why, Runnable action) {
    ModelException e = assertThrows(ModelException.class, action::run);
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("aé語\n")
        .ofMinLength(1)
        .ofMaxLength(300)
        .map(s -> s.replace("\n", "𝄞")); // four bytes, a surrogate pair in Java
  }
}
