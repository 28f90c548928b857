package dev.kernite.models.measure;

import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The two halves of generating with a T5: texts are read once by the encoder, up to the first
 * logits; then token follows token, each looking back at what was read. Rows of one text, as the
 * beams of a search are, share what was read of it.
 *
 * <p>Let N be the parameters of the blocks' matrices, L the blocks of the decoder, D the heads'
 * joint width, S the tokens of a text. Reading one costs 2 N S and 4 L S² D operations; its keys
 * and values another 4 L S D times the model's width. A token written costs 2 N, 4 D L (S + time),
 * and the head.
 */
public final class TranslationWork implements Workload {
  private static final int[] START = {0};

  private final T5 model;
  private final int[][] texts;
  private final int beams;
  private final int steps;
  private final int[] tokens;
  private DecodeSession session;
  private float[] logits;

  private TranslationWork(T5 model, int texts, int time, int beams, int steps) {
    this.model = model;
    this.beams = beams;
    this.steps = steps;
    SplittableRandom random = new SplittableRandom(1);
    int vocabulary = model.config().vocabSize();
    this.texts = new int[texts][];
    Arrays.setAll(this.texts, i -> random.ints(time, 2, vocabulary).toArray());
    tokens = random.ints(steps, 2, vocabulary).toArray();
  }

  /**
   * Reading texts, up to the logits of the first token.
   *
   * @param time tokens of each
   */
  public static TranslationWork read(T5 model, int texts, int time) {
    return new TranslationWork(model, texts, time, 1, 0);
  }

  /**
   * Writing token by token.
   *
   * @param time tokens of each text that was read
   * @param beams rows that are written of each
   * @param steps tokens a row and a run
   */
  public static TranslationWork write(T5 model, int texts, int time, int beams, int steps) {
    return new TranslationWork(model, texts, time, beams, steps);
  }

  private boolean writes() {
    return steps > 0;
  }

  private int rows() {
    return texts.length * beams;
  }

  private int time() {
    return texts[0].length;
  }

  @Override
  public String op() {
    return writes() ? "t5 decode" : "t5 encode";
  }

  @Override
  public String shape() {
    String read = "%dx%d".formatted(texts.length, time());
    return writes() ? "%s, %d beams, %d".formatted(read, beams, steps) : read;
  }

  @Override
  public double items() {
    return writes() ? (double) rows() * steps : (double) texts.length * time();
  }

  private double encoderMatrices() {
    T5Config c = model.config();
    return c.encoderLayers() * (attention() + feedForward());
  }

  /** Without the keys and values of what was read. */
  private double decoderMatrices() {
    T5Config c = model.config();
    return c.decoderLayers() * (1.5 * attention() + feedForward());
  }

  private double attention() {
    T5Config c = model.config();
    return 4.0 * c.width() * c.attentionWidth();
  }

  private double feedForward() {
    T5Config c = model.config();
    return (c.gated() ? 3.0 : 2.0) * c.width() * c.innerWidth();
  }

  private double head() {
    return (double) model.config().width() * model.config().vocabSize();
  }

  @Override
  public double flops() {
    T5Config c = model.config();
    double inner = c.attentionWidth();
    if (writes()) {
      double seen = time() + steps / 2.0;
      double token = 2 * (decoderMatrices() + head()) + 4 * c.decoderLayers() * inner * seen;
      return items() * token;
    }
    double keysAndValues = c.decoderLayers() * attention();
    double token = 2 * encoderMatrices() + 4 * c.encoderLayers() * inner * time() + keysAndValues;
    return items() * token + texts.length * 2 * (decoderMatrices() + head());
  }

  @Override
  public double bytes() {
    double once = Float.BYTES * (decoderMatrices() + head());
    if (writes()) {
      double read = 2.0 * texts.length * time() * model.config().attentionWidth();
      return steps * (once + Float.BYTES * model.config().decoderLayers() * read);
    }
    return once
        + Float.BYTES * (encoderMatrices() + model.config().decoderLayers() * attention() / 2);
  }

  @Override
  public boolean repeatable() {
    return !writes();
  }

  @Override
  public void prepare() {
    if (writes()) {
      begin(texts, beams);
    }
  }

  /** Reads texts and makes so many rows of each. */
  private void begin(int[][] sources, int rowsOfEach) {
    close();
    session = model.session(sources);
    int[][] starts = new int[sources.length][];
    Arrays.fill(starts, START);
    boolean[][] real = new boolean[sources.length][];
    Arrays.fill(real, new boolean[] {true});
    logits = session.prefill(starts, real).clone();
    if (rowsOfEach > 1) {
      int[] rows = new int[sources.length * rowsOfEach];
      Arrays.setAll(rows, r -> r / rowsOfEach);
      session.select(rows);
    }
  }

  @Override
  public void run() {
    if (writes()) {
      write(rows());
    } else {
      begin(texts, 1);
    }
  }

  private void write(int rows) {
    int[] next = new int[rows];
    for (int token : tokens) {
      Arrays.fill(next, token);
      logits = session.step(next);
    }
  }

  /** The logits have come to the host already. */
  @Override
  public void settle() {}

  @Override
  public void spoil() {
    logits = null;
  }

  /** Each row must have the bits of its text read, and written, alone, and finite ones. */
  @Override
  public void check() {
    float[] seen = logits.clone();
    Logits.requireFinite(op(), seen);
    int vocabulary = model.config().vocabSize();
    int each = writes() ? beams : 1;
    for (int t = 0; t < texts.length; t++) {
      begin(new int[][] {texts[t]}, 1);
      if (writes()) {
        write(1);
      }
      for (int r = t * each; r < (t + 1) * each; r++) {
        if (!Arrays.equals(seen, r * vocabulary, (r + 1) * vocabulary, logits, 0, vocabulary)) {
          throw new ModelException(op() + ": row " + r + " differs from its text alone");
        }
      }
    }
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
