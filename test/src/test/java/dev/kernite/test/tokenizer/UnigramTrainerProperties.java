package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.UnigramTrainer;
import dev.kernite.tokenizer.model.Unigram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What Unigram training makes of texts whose pieces are known. */
class UnigramTrainerProperties {
  private static final List<String> UNITS =
      List.of("tra", "mok", "peli", "su", "wenda", "ki", "rof", "blun");

  /** Words that are put together from a few units at random. */
  private static String language(Random random, int words) {
    StringBuilder text = new StringBuilder();
    for (int w = 0; w < words; w++) {
      for (int n = 2 + random.nextInt(3); n > 0; n--) {
        text.append(UNITS.get(random.nextInt(UNITS.size())));
      }
      text.append(w % 20 == 19 ? "\n" : " ");
    }
    return text.toString();
  }

  @Property(tries = 5)
  void findsTheUnitsOfWhichWordsAreMade(@ForAll long seed) {
    Tokenizer trained =
        UnigramTrainer.ofSize(60).train(Stream.of(language(new Random(seed), 4000)));
    for (String unit : UNITS) {
      assertTrue(trained.tokenToId(unit) >= 0 || trained.tokenToId("▁" + unit) >= 0, unit);
    }
    assertTrue(trained.encodeToIds("moksuwenda", false).length <= 4);
  }

  @Example
  void theMostLikelyPiecesComeFirstAndAllCharactersAreKnown() {
    String text = language(new Random(1), 2000) + " Z";
    Tokenizer trained = UnigramTrainer.ofSize(50).train(Stream.of(text));
    assertEquals(50, trained.vocabSize());
    assertEquals(
        List.of("<pad>", "</s>", "<unk>"),
        IntStream.range(0, 3).mapToObj(trained::idToToken).toList());
    Unigram model = (Unigram) trained.pipeline().model();
    double sum = 0;
    for (int id = 3; id < 50; id++) {
      assertTrue(id == 3 || model.score(id) <= model.score(id - 1), "not sorted at " + id);
      sum += Math.exp(model.score(id));
    }
    assertTrue(sum > 0.5 && sum < 1.2, "probabilities sum to " + sum);
    int unknown = trained.tokenToId("<unk>");
    int[] ids = trained.encodeToIds(text, true);
    assertTrue(IntStream.of(ids).noneMatch(id -> id == unknown));
    assertEquals(1, ids[ids.length - 1]);
    assertEquals(text.replaceAll("\\s+", " "), trained.decode(ids, true));
  }

  @Example
  void whatIsTrainedIsOneForTheLibraryTooAndSurvivesSaving() throws IOException {
    String text = language(new Random(2), 1500) + " ﬁne  ① ü";
    Tokenizer trained = UnigramTrainer.ofSize(64).train(Stream.of(text));
    HfLibrary both = HfLibrary.open(trained);
    for (String one : List.of(text, "", "sutra 中 unknown</s>", "  a\tb ")) {
      both.check(one);
      both.check(one, text);
    }
    both.close();
    Path file = Files.createTempFile("kernite", "tokenizer.json");
    trained.save(file);
    assertArrayEquals(
        trained.encodeToIds(text, true), Tokenizer.load(file).encodeToIds(text, true));
    Files.delete(file);
  }

  @Example
  void theSameTextGivesTheSameTokenizer() {
    String text = language(new Random(3), 1000);
    Tokenizer one = UnigramTrainer.ofSize(70).train(Stream.of(text));
    Tokenizer other = UnigramTrainer.ofSize(70).train(Stream.of(text));
    for (int id = 0; id < one.vocabSize(); id++) {
      assertEquals(one.idToToken(id), other.idToToken(id));
      assertEquals(
          ((Unigram) one.pipeline().model()).score(id),
          ((Unigram) other.pipeline().model()).score(id));
    }
  }

  @Example
  void whatCannotBeIsAnError() {
    assertThrows(
        TokenizerException.class, () -> UnigramTrainer.ofSize(5).train(Stream.of("abc def")));
    assertThrows(TokenizerException.class, () -> UnigramTrainer.ofSize(50).specialTokens("</s>"));
    assertEquals(3, UnigramTrainer.ofSize(50).train(Stream.of("")).vocabSize());
  }
}
