package dev.kernite.test.t5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.seq2seq.PairHeldOut;
import dev.kernite.models.seq2seq.Seq2Seq;
import dev.kernite.models.seq2seq.TextPair;
import dev.kernite.models.seq2seq.TokenPair;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The T5 that comes along, on what the program beside it holds out. */
final class BundledT5Test {
  private static final Path MODEL = Path.of("../models/bundled/numbers");
  private static final Path PROGRAM = Path.of("../models/examples/NumberPairs.java");
  private static final int END = 1;
  private static final int LONGEST = 128;
  private static final double ASKED = 0.99;

  /** Of the 3,000 pairs one in so many is tried. */
  private static final int EVERY = 5;

  @TempDir private Path folder;

  private List<TextPair> written(String file) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    Process process =
        new ProcessBuilder(java.toString(), PROGRAM.toString(), folder.toString())
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor());
    return TextPair.read(folder.resolve(file));
  }

  @Test
  void nearlyAllHeldOutPairsAreExact() throws Exception {
    List<TextPair> pairs = written("heldout.tsv");
    List<TextPair> some = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i += EVERY) {
      some.add(pairs.get(i));
    }
    for (Device device : Device.tested()) {
      try (Engine engine = device.engine(2);
          T5 model = T5Files.load(engine, MODEL, Use.INFERENCE)) {
        PairHeldOut heldOut =
            new PairHeldOut(TokenPair.of(some, Tokenizer.load(MODEL), END, LONGEST));
        double exact = heldOut.score(new Seq2Seq(model), END).exact();
        assertTrue(exact >= ASKED, device + ": " + exact);
      }
    }
  }

  /** The days and the large numbers of the held-out file occur nowhere in the other. */
  @Test
  void whatIsHeldOutIsNotLearnt() throws Exception {
    List<TextPair> heldOut = written("heldout.tsv");
    Set<String> learnt = new HashSet<>();
    for (TextPair pair : TextPair.read(folder.resolve("train.tsv"))) {
      learnt.add(figures(pair));
    }
    for (TextPair pair : heldOut) {
      assertTrue(!learnt.contains(figures(pair)), pair::toString);
    }
  }

  /** The number in digits, or the day as in ISO 8601, on whichever side it is. */
  private static String figures(TextPair pair) {
    return pair.source().startsWith("words: ")
        ? pair.source().substring("words: ".length())
        : pair.target();
  }
}
