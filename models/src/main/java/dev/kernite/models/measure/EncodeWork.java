package dev.kernite.models.measure;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.tokenizer.Encoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Sentences to vectors of length 1, from their token ids or from their text. Each vector is checked
 * against that of its sentence encoded alone.
 *
 * <p>A sequence of T tokens costs L T (8 D² + 4 D F) + 4 L T² D operations, for L layers of width D
 * with F values inside the feed-forward network. A run reads the weights of the layers once.
 */
public final class EncodeWork implements Workload {
  /** How far a value may be from the expected one; the vectors have length 1. */
  private static final double TOLERANCE = 1e-4;

  private final SentenceEncoder encoder;
  private final Path model;
  private final String shape;
  private final boolean fromText;
  private final List<String> texts;
  private final List<Encoding> tokens;
  private final float[][] expected;
  private float[][] vectors;

  private EncodeWork(
      SentenceEncoder encoder, Path model, String shape, boolean fromText, List<String> texts) {
    this.encoder = encoder.withNormalised(true);
    this.model = model;
    this.shape = shape;
    this.fromText = fromText;
    this.texts = List.copyOf(texts);
    tokens = encoder.tokens(texts);
    expected = new float[texts.size()][];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = this.encoder.encodeTokens(tokens.subList(i, i + 1))[0];
    }
  }

  /**
   * What the model computes: the tokens are there.
   *
   * @param encoder ours, which stays open
   * @param model the folder that it was loaded from
   * @param shape how the texts are called in tables
   */
  public static EncodeWork fromTokens(
      SentenceEncoder encoder, Path model, String shape, List<String> texts) {
    return new EncodeWork(encoder, model, shape, false, texts);
  }

  /** End to end: text in, vectors out. Parameters as those of {@link #fromTokens}. */
  public static EncodeWork fromText(
      SentenceEncoder encoder, Path model, String shape, List<String> texts) {
    return new EncodeWork(encoder, model, shape, true, texts);
  }

  /** Whether cutting the texts into tokens is part of the work. */
  public boolean isFromText() {
    return fromText;
  }

  /** The folder that the model was loaded from. */
  public Path model() {
    return model;
  }

  /** What is encoded. */
  public List<String> texts() {
    return texts;
  }

  /** The same as token ids, special tokens included, without padding. */
  public List<int[]> ids() {
    List<int[]> ids = new ArrayList<>();
    for (Encoding sequence : tokens) {
      ids.add(sequence.ids());
    }
    return ids;
  }

  /** Hands over another engine's vectors to be checked. */
  public void deliver(float[][] theirs) {
    vectors = theirs;
  }

  @Override
  public String op() {
    return fromText ? "encode text" : "encode ids";
  }

  @Override
  public String shape() {
    return shape;
  }

  @Override
  public double items() {
    return texts.size();
  }

  @Override
  public String item() {
    return "sentences";
  }

  @Override
  public double tokens() {
    return tokens.stream().mapToInt(Encoding::length).sum();
  }

  @Override
  public double flops() {
    BertConfig c = encoder.model().config();
    double d = c.width();
    double flops = 0;
    for (Encoding sequence : tokens) {
      double t = sequence.length();
      flops += c.layers() * t * (8 * d * d + 4 * d * c.innerWidth() + 4 * t * d);
    }
    return flops;
  }

  @Override
  public double bytes() {
    BertConfig c = encoder.model().config();
    double d = c.width();
    return Float.BYTES * c.layers() * (4 * d * d + 2 * d * c.innerWidth());
  }

  @Override
  public void run() {
    vectors = fromText ? encoder.encode(texts) : encoder.encodeTokens(tokens);
  }

  /** The vectors have come to the host already. */
  @Override
  public void settle() {}

  @Override
  public void spoil() {
    vectors = null;
  }

  @Override
  public void check() {
    if (vectors == null || vectors.length != expected.length) {
      throw new ModelException(op() + ": not a vector for each text");
    }
    for (int i = 0; i < expected.length; i++) {
      check(i);
    }
  }

  private void check(int sentence) {
    float[] found = vectors[sentence];
    float[] wanted = expected[sentence];
    if (found.length != wanted.length) {
      throw new ModelException(
          "%s %s: %d values instead of %d".formatted(op(), shape, found.length, wanted.length));
    }
    for (int i = 0; i < wanted.length; i++) {
      if (!(Math.abs(found[i] - wanted[i]) <= TOLERANCE)) {
        throw new ModelException(
            "%s %s: value %d of the vector of '%s' is %s instead of %s"
                .formatted(op(), shape, i, texts.get(sentence), found[i], wanted[i]));
      }
    }
  }

  /** The encoder is the caller's. */
  @Override
  public void close() {}
}
