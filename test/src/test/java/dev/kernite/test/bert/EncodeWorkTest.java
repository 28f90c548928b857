package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.models.measure.EncodeWork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoders are compared with peers only where both give the same vectors. */
final class EncodeWorkTest {
  private static final List<String> TEXTS =
      List.of("the cat sleeps.", "a dog", "the dogs runs fast, and the cat sleeps on the mat.");

  @TempDir private Path folder;
  private Path model;
  private Engine engine;
  private SentenceEncoder encoder;

  @BeforeEach
  void open() throws IOException {
    engine = Engine.open();
    model = TinyBert.in(folder, "bert", 320);
    encoder = SentenceEncoder.load(engine, model);
  }

  @AfterEach
  void close() {
    encoder.close();
    engine.close();
  }

  /** Mean of the hidden states of each sentence alone, of length 1, in float64. */
  private float[][] oracle(EncodeWork work) {
    float[][] vectors = new float[work.texts().size()][];
    for (int s = 0; s < vectors.length; s++) {
      float[][] states = encoder.hiddenStates(encoder.tokens(work.texts().subList(s, s + 1)))[0];
      assertArrayEquals(
          encoder.tokens(work.texts().subList(s, s + 1)).getFirst().ids(), work.ids().get(s));
      double[] sum = new double[states[0].length];
      double squares = 0;
      for (int i = 0; i < sum.length; i++) {
        for (float[] state : states) {
          sum[i] += state[i];
        }
        squares += sum[i] * sum[i];
      }
      vectors[s] = new float[sum.length];
      for (int i = 0; i < sum.length; i++) {
        vectors[s][i] = (float) (sum[i] / Math.sqrt(squares));
      }
    }
    return vectors;
  }

  @Test
  void bothWaysGiveTheVectorsOfTheSentencesAlone() {
    for (EncodeWork work :
        List.of(
            EncodeWork.fromTokens(encoder, model, "3", TEXTS),
            EncodeWork.fromText(encoder, model, "3", TEXTS))) {
      work.run();
      work.check();
      work.deliver(oracle(work));
      work.check();
      assertEquals(TEXTS.size(), work.items());
    }
  }

  @Test
  void aWrongVectorIsRefused() {
    EncodeWork work = EncodeWork.fromTokens(encoder, model, "3", TEXTS);
    assertThrows(ModelException.class, work::check, "nothing was computed");
    work.run();
    work.check();
    work.spoil();
    assertThrows(ModelException.class, work::check, "spoilt");
    for (float wrong : new float[] {2e-4f, -2e-4f, Float.NaN, Float.POSITIVE_INFINITY}) {
      float[][] vectors = oracle(work);
      vectors[2][5] += wrong;
      work.deliver(vectors);
      assertThrows(ModelException.class, work::check, () -> "one value is off by " + wrong);
    }
    float[][] swapped = oracle(work);
    work.deliver(new float[][] {swapped[1], swapped[0], swapped[2]});
    assertThrows(ModelException.class, work::check, "in another order");
    work.deliver(new float[][] {swapped[0], swapped[1]});
    assertThrows(ModelException.class, work::check, "one is missing");
  }

  @Test
  void operationsAreThoseOfTheMatrices() {
    EncodeWork one = EncodeWork.fromTokens(encoder, model, "1", TEXTS.subList(0, 1));
    double t = one.ids().getFirst().length;
    double d = encoder.width();
    double inner = encoder.model().config().innerWidth();
    double projections = 4 * 2 * t * d * d + 2 * 2 * t * d * inner;
    double attention = 2 * 2 * t * t * d;
    assertEquals(encoder.model().config().layers() * (projections + attention), one.flops());
  }
}
