package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.BpeTrainer;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.Merge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Training against its definition, and what is trained against its text. */
class BpeTrainerProperties {
  private static List<Merge> merges(Tokenizer tokenizer) {
    return ((Bpe) tokenizer.pipeline().model()).merges();
  }

  @Property(tries = 150)
  void learnsAsTheDefinitionSays(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 400) int length,
      @ForAll @IntRange(min = 1, max = 4) int letters,
      @ForAll @IntRange(min = 0, max = 60) int tokens,
      @ForAll @IntRange(min = 1, max = 4) int minFrequency) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextInt(6) == 0 ? ' ' : (char) ('a' + random.nextInt(letters)));
    }
    Tokenizer trained =
        BpeTrainer.ofSize(256 + tokens)
            .minFrequency(minFrequency)
            .train(Stream.of(text.toString()));
    assertEquals(naive(text.toString(), 256 + tokens, minFrequency), merges(trained));
    assertTrue(trained.vocabSize() <= 256 + tokens);
  }

  /**
   * The definition on ASCII text: count all pairs anew, merge the most frequent, of those the one
   * with the smallest ids.
   */
  private static List<Merge> naive(String text, int vocabSize, int minFrequency) {
    Map<String, Integer> ids = new HashMap<>();
    alphabet().forEach(c -> ids.put(c, ids.size()));
    List<List<String>> words = new ArrayList<>();
    Matcher matcher = Pattern.compile(" ?[a-z]+|\\s+(?!\\S)|\\s+").matcher(text);
    while (matcher.find()) {
      String word = matcher.group().replace(' ', 'Ġ');
      words.add(new ArrayList<>(word.chars().mapToObj(Character::toString).toList()));
    }
    LinkedHashSet<Merge> merges = new LinkedHashSet<>();
    while (ids.size() < vocabSize) {
      Map<Merge, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(new Merge(word.get(i), word.get(i + 1)), 1, Integer::sum);
        }
      }
      Comparator<Map.Entry<Merge, Integer>> order =
          Comparator.comparing((Map.Entry<Merge, Integer> e) -> -e.getValue())
              .thenComparing(e -> ids.get(e.getKey().left()))
              .thenComparing(e -> ids.get(e.getKey().right()));
      Map.Entry<Merge, Integer> best = counts.entrySet().stream().min(order).orElse(null);
      if (best == null || best.getValue() < minFrequency) {
        break;
      }
      Merge pair = best.getKey();
      merges.add(pair);
      ids.putIfAbsent(pair.left() + pair.right(), ids.size());
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(pair.left()) && word.get(i + 1).equals(pair.right())) {
            word.set(i, word.get(i) + word.remove(i + 1));
          }
        }
      }
    }
    return List.copyOf(merges);
  }

  /** The byte alphabet in the order of its characters, from the vocabulary of GPT-2. */
  private static List<String> alphabet() {
    return Fixtures.GPT2.pipeline().model().vocabulary().ids().keySet().stream()
        .filter(token -> token.length() == 1)
        .sorted()
        .toList();
  }

  @Example
  void specialTokensComeFirstThenTheBytes() {
    Tokenizer trained =
        BpeTrainer.ofSize(300).specialTokens("<|endoftext|>", "<pad>").train(Stream.of("aa aa"));
    assertEquals(0, trained.tokenToId("<|endoftext|>"));
    assertEquals(1, trained.tokenToId("<pad>"));
    List<String> alphabet = alphabet();
    assertEquals(256, alphabet.size());
    for (int i = 0; i < 256; i++) {
      assertEquals(alphabet.get(i), trained.idToToken(2 + i));
    }
    // "aa" twice; then "Ġaa" is seen once only.
    assertEquals(List.of(new Merge("a", "a")), merges(trained));
    assertEquals(259, trained.vocabSize());
    assertThrows(
        TokenizerException.class, () -> BpeTrainer.ofSize(257).specialTokens("<a>", "<b>"));
  }

  @Example
  void specialTokensAreNotLearnedFrom() {
    Tokenizer trained =
        BpeTrainer.ofSize(300).specialTokens("<sep>").train(Stream.of("<sep>".repeat(50) + "ab"));
    assertEquals(List.of(), merges(trained));
  }

  @Property(tries = 20)
  void whatIsTrainedEncodesAnyTextAndSurvivesSaving(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Tokenizer trained = BpeTrainer.ofSize(400).specialTokens("<s>").train(Stream.of(prose(random)));
    Path folder = Files.createTempDirectory("tokenizer");
    Path file = folder.resolve("tokenizer.json");
    trained.save(file);
    Tokenizer read = Tokenizer.load(folder);
    assertEquals(merges(trained), merges(read));
    String text = prose(random) + "<s> 漢字 😺 é\n\n";
    int[] ids = trained.encodeToIds(text, true);
    assertArrayEquals(ids, read.encodeToIds(text, true));
    assertEquals(text, read.decode(ids, false));
    assertEquals(1, java.util.Arrays.stream(ids).filter(id -> id == 0).count());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    read.save(folder.resolve("again.json"));
    assertEquals(Files.readString(file), Files.readString(folder.resolve("again.json")));
    Files.delete(folder.resolve("again.json"));
    Files.delete(file);
    Files.delete(folder);
  }

  private static String prose(Random random) {
    String[] words = {"the", "cat", "sat", "on", "a", "mat", "there", "then", "it's", "42"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      text.append(words[random.nextInt(words.length)]);
      text.append(random.nextInt(9) == 0 ? "\n\n" : random.nextInt(7) == 0 ? ".  " : " ");
    }
    return text.toString();
  }

  /** A file is read in pieces; no word may be cut by that. */
  @Example
  void aFileTrainsAsItsTextDoes() throws IOException {
    Random random = new Random(5);
    StringBuilder text = new StringBuilder();
    while (text.length() < 3_500_000) {
      text.append(prose(random)).append(random.nextInt(3) == 0 ? " \n" : "\n");
    }
    Path file = Files.createTempFile("text", ".txt");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    Tokenizer ofFile = BpeTrainer.ofSize(380).train(file);
    Tokenizer ofText = BpeTrainer.ofSize(380).train(Stream.of(text.toString()));
    assertEquals(merges(ofText), merges(ofFile));
    Files.delete(file);
    assertThrows(TokenizerException.class, () -> BpeTrainer.ofSize(300).train(file));
  }
}
