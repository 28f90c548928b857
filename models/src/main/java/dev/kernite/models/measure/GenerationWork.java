package dev.kernite.models.measure;

import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The two halves of generating with a GPT-2: a prompt is read in one pass, limited by arithmetic;
 * then token follows token, limited by how fast the weights come from memory.
 *
 * <p>A token of a prompt of T costs 2 N + 4 L T D operations, N the parameters of the L blocks of
 * width D (their norms and biases left out): the usual count, which takes attention as if it were
 * not causal. A decoded token reads all parameters but the table of positions.
 */
public final class GenerationWork implements Workload {
  private final Gpt2 model;
  private final String dtype;
  private final int weightBits;
  private final int prompt;
  private final int steps;
  private final int[] tokens;
  private DecodeSession session;
  private float[] logits;

  private GenerationWork(
      Gpt2 model, String dtype, int weightBits, int prompt, int steps, DecodeSession session) {
    this.model = model;
    this.dtype = dtype;
    this.weightBits = weightBits;
    this.prompt = prompt;
    this.steps = steps;
    this.session = session;
    int vocabulary = model.config().vocabSize();
    tokens = new SplittableRandom(1).ints(prompt + steps, 0, vocabulary).toArray();
  }

  /**
   * Reading a prompt, up to the logits of the next token.
   *
   * @param dtype of the weights in the file
   * @param weightBits bits a weight has in memory
   * @param time tokens of the prompt
   */
  public static GenerationWork prompt(Gpt2 model, String dtype, int weightBits, int time) {
    return new GenerationWork(model, dtype, weightBits, time, 0, model.session());
  }

  /**
   * Decoding token by token.
   *
   * @param dtype of the weights in the file
   * @param weightBits bits a weight has in memory
   * @param past tokens before the first step
   * @param steps tokens a run
   */
  public static GenerationWork decode(
      Gpt2 model, String dtype, int weightBits, int past, int steps) {
    return new GenerationWork(model, dtype, weightBits, past, steps, model.session());
  }

  private boolean decodes() {
    return steps > 0;
  }

  @Override
  public String op() {
    return decodes() ? "gpt2 decode" : "gpt2 prompt";
  }

  @Override
  public String shape() {
    String size = Math.round(RandomGpt2.parameters(model.config()) / 1e6) + "M";
    return decodes() ? "%s, %d after %d".formatted(size, steps, prompt) : size + ", " + prompt;
  }

  @Override
  public String dtype() {
    return dtype;
  }

  @Override
  public double items() {
    return decodes() ? steps : prompt;
  }

  @Override
  public double flops() {
    Gpt2Config c = model.config();
    double d = c.width();
    double blocks = c.layers() * (4 * d * d + 2 * d * c.innerWidth());
    double head = 2 * d * c.vocabSize();
    if (decodes()) {
      return steps * (2 * blocks + head + 4 * c.layers() * d * (prompt + steps / 2.0));
    }
    return prompt * (2 * blocks + 4 * c.layers() * d * prompt) + head;
  }

  @Override
  public double bytes() {
    Gpt2Config c = model.config();
    double read = RandomGpt2.parameters(model.config()) - (double) c.positions() * c.width();
    return read * weightBits / Byte.SIZE * (decodes() ? steps : 1);
  }

  @Override
  public boolean repeatable() {
    return !decodes();
  }

  @Override
  public void prepare() {
    if (decodes()) {
      logits = read(prompt);
    }
  }

  @Override
  public void run() {
    if (!decodes()) {
      logits = read(prompt);
      return;
    }
    for (int i = 0; i < steps; i++) {
      logits = session.step(new int[] {tokens[prompt + i]});
    }
  }

  /** The logits after the first {@code time} tokens, read in one pass. */
  private float[] read(int time) {
    boolean[] real = new boolean[time];
    Arrays.fill(real, true);
    return session.prefill(new int[][] {Arrays.copyOf(tokens, time)}, new boolean[][] {real});
  }

  /** The logits have come to the host already. */
  @Override
  public void settle() {}

  @Override
  public void spoil() {
    logits = null;
  }

  /** One pass over all tokens and token by token must give the same bits, and finite ones. */
  @Override
  public void check() {
    float[] seen = logits.clone();
    Logits.requireFinite(op(), seen);
    float[] other;
    if (decodes()) {
      other = read(prompt + steps);
    } else {
      read(prompt - 1);
      other = session.step(new int[] {tokens[prompt - 1]});
    }
    if (!Arrays.equals(seen, other)) {
      throw new ModelException(op() + ": one pass and token by token give different logits");
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
