package dev.kernite.bench.jvm;

import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.util.Arrays;

/** The least program that embeds a sentence with langchain4j: prints the vector. */
final class FirstEmbedding {
  private FirstEmbedding() {}

  /**
   * Embeds.
   *
   * @param args the sentence
   */
  public static void main(String[] args) {
    float[] vector = new AllMiniLmL6V2EmbeddingModel().embed(args[0]).content().vector();
    System.out.println(Arrays.toString(vector));
    System.out.flush();
    System.exit(0); // it holds threads
  }
}
