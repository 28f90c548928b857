package dev.kernite.models.bert;

import static dev.kernite.engine.Functional.matmul;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A corpus to be searched by meaning: every text is compared with the query, none is missed. */
public final class SentenceIndex implements AutoCloseable {
  private final SentenceEncoder encoder;
  private final List<String> texts;
  private final Tensor vectors; // [texts, width], each of length 1

  /**
   * A text that was found.
   *
   * @param index its place in the corpus
   * @param text itself
   * @param score cosine of the angle to the query, -1 to 1
   */
  public record Hit(int index, String text, double score) {}

  /** Encodes a corpus. The encoder stays open as long as the index is used. */
  public SentenceIndex(SentenceEncoder encoder, List<String> texts) {
    this.encoder = encoder.withNormalised(true);
    this.texts = List.copyOf(texts);
    int width = encoder.width();
    float[][] rows = this.encoder.encode(this.texts);
    float[] flat = new float[Math.multiplyExact(rows.length, width)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * width, width);
    }
    Engine engine = encoder.model().engine();
    vectors = engine.tensor(flat, Shape.of(rows.length, width)).disown();
  }

  /**
   * Finds the texts nearest to a query.
   *
   * @param k how many at most
   * @return the nearest first; of equal ones, in the order of the corpus
   */
  public List<Hit> search(String query, int k) {
    float[] vector = encoder.encode(List.of(query))[0];
    float[] scores = encoder.model().values(() -> scores(vector));
    return topOf(scores, k);
  }

  private Tensor scores(float[] vector) {
    Tensor q = vectors.engine().tensor(vector, Shape.of(vector.length, 1));
    return matmul(vectors, q);
  }

  private List<Hit> topOf(float[] scores, int k) {
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      hits.add(new Hit(i, texts.get(i), scores[i]));
    }
    hits.sort((a, b) -> Double.compare(b.score(), a.score())); // stable
    return List.copyOf(hits.subList(0, Math.min(k, hits.size())));
  }

  /** Cosine of the angle between two vectors. */
  public static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return dot / Math.max(Math.sqrt(aa * bb), Double.MIN_NORMAL);
  }

  /** Frees the vectors. */
  @Override
  public void close() {
    vectors.close();
  }
}
