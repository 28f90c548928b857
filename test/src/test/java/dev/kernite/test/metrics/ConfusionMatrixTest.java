package dev.kernite.test.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.ConfusionMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against values computed by hand from the definitions. */
final class ConfusionMatrixTest {
  /** Rows are the actual classes. */
  private static ConfusionMatrix of(List<String> labels, int[][] counts) {
    ConfusionMatrix matrix = new ConfusionMatrix(labels);
    for (int a = 0; a < counts.length; a++) {
      for (int p = 0; p < counts.length; p++) {
        for (int i = 0; i < counts[a][p]; i++) {
          matrix.add(a, p);
        }
      }
    }
    return matrix;
  }

  @Test
  void threeClassesComputedByHand() {
    ConfusionMatrix m =
        of(List.of("cat", "dog", "fox"), new int[][] {{5, 1, 0}, {2, 3, 1}, {0, 2, 4}});
    assertEquals(18, m.total());
    assertEquals(12 / 18.0, m.accuracy());
    assertEquals(5 / 7.0, m.precision(0));
    assertEquals(5 / 6.0, m.recall(0));
    assertEquals(10 / 13.0, m.f1(0)); // 2 * 5 / (6 + 7)
    assertEquals(3 / 6.0, m.precision(1));
    assertEquals(3 / 6.0, m.recall(1));
    assertEquals(6 / 12.0, m.f1(1));
    assertEquals(4 / 5.0, m.precision(2));
    assertEquals(4 / 6.0, m.recall(2));
    assertEquals(8 / 11.0, m.f1(2));
    assertEquals((10 / 13.0 + 0.5 + 8 / 11.0) / 3, m.macroF1(), 1e-15);
    assertEquals(1, m.count(1, 2), "one dog was taken for a fox");
    assertEquals(6, m.support(1));
    assertEquals(7, m.predicted(0));
    assertEquals("actual,cat,dog,fox\ncat,5,1,0\ndog,2,3,1\nfox,0,2,4\n", m.toCsv());
  }

  @Test
  void whatHasNoDenominatorIsZero() {
    ConfusionMatrix m = of(List.of("a", "b"), new int[][] {{3, 0}, {0, 0}});
    assertEquals(1, m.accuracy());
    assertEquals(0, m.precision(1));
    assertEquals(0, m.recall(1));
    assertEquals(0, m.f1(1));
    assertEquals(0.5, m.macroF1());
    assertEquals(0, new ConfusionMatrix(List.of("a")).accuracy());
  }

  @Test
  void namesAreQuotedInCsv() {
    ConfusionMatrix m = of(List.of("a,b", "say \"c\""), new int[][] {{1, 0}, {0, 1}});
    assertEquals(
        "actual,\"a,b\",\"say \"\"c\"\"\"\n\"a,b\",1,0\n\"say \"\"c\"\"\",0,1\n", m.toCsv());
  }

  @Test
  void unknownClassesAreRefused() {
    ConfusionMatrix m = new ConfusionMatrix(List.of("a", "b"));
    assertThrows(ModelException.class, () -> m.add(2, 0));
    assertThrows(ModelException.class, () -> m.add(0, -1));
    assertThrows(ModelException.class, () -> new ConfusionMatrix(List.of()));
  }
}
