package dev.kernite.models.gpt2;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.embedding;
import static dev.kernite.engine.Functional.layerNorm;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.CrossEntropy;
import dev.kernite.engine.op.Reduction;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.CachedSession;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.generation.StepState;
import dev.kernite.models.transformer.Masks;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.transformer.TokenLoss;
import dev.kernite.models.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * GPT-2 (Radford et al. 2019): embeddings, transformer blocks, a final norm, and a head over the
 * vocabulary that is usually the token embedding itself.
 */
public final class Gpt2 implements AutoCloseable {
  /** Label of a position that does not count in the loss. */
  public static final int IGNORED = TokenLoss.IGNORED;

  private final Engine engine;
  private final Gpt2Config config;
  private final Gpt2Weights weights;
  private final WeightSource source;
  private final List<Gpt2Block> blocks = new ArrayList<>();

  /**
   * Puts a model together.
   *
   * @param source made the weights; closed with the model
   */
  Gpt2(Engine engine, Gpt2Config config, Gpt2Weights weights, WeightSource source) {
    this.engine = engine;
    this.config = config;
    this.weights = weights;
    this.source = source;
    for (int i = 0; i < config.layers(); i++) {
      blocks.add(new Gpt2Block(i, config, weights.blocks().get(i)));
    }
  }

  /** The engine the model lives in. */
  public Engine engine() {
    return engine;
  }

  /** The architecture. */
  public Gpt2Config config() {
    return config;
  }

  /**
   * All parameters by the names their checkpoint uses; a tied head is not listed twice. The
   * matrices of a model loaded for inference are packed and not among them.
   */
  public Map<String, Tensor> parameters() {
    return source.tensors();
  }

  /** Whether the model has a language head, tied or its own. */
  public boolean hasHead() {
    return config.languageHead() && (config.tiedHead() || weights.head() != null);
  }

  /**
   * Runs the transformer.
   *
   * @param training whether dropout acts
   * @return the normalised hidden states, [batch, time, width]
   * @throws ModelException if a sequence is longer than the context
   */
  public Tensor hidden(Gpt2Inputs in, boolean training, Probe probe) {
    return hidden(in, null, training, probe);
  }

  Tensor hidden(Gpt2Inputs in, KeyValueCache cache, boolean training, Probe probe) {
    source.training(training);
    long past = cache == null ? 0 : cache.length();
    requireRoom(past + in.time());
    if (cache != null) {
      cache.reserve(in.time());
    }
    Tensor mask = in.real() == null ? null : Masks.padding(engine, in.real());
    Tensor h = transform(embed(in, past), new Pass(mask, cache, null, training, probe));
    if (cache != null) {
      cache.advance(in.time());
    }
    return h;
  }

  /**
   * One step of decoding, whose work is the same each time.
   *
   * @param state the tokens; also where the cache ends
   * @param mask hides padding, [rows, 1, 1, capacity], or null
   * @param cache with room for a position
   * @return the normalised hidden states, [rows, 1, width]
   */
  Tensor step(StepState state, Tensor mask, KeyValueCache cache) {
    Tensor h = weights.tokens().rows(state.tokens());
    h = add(h, embedding(weights.positions(), state.positions()));
    return transform(h, new Pass(mask, cache, state.length(), false, Probe.NONE));
  }

  /** Fails if a sequence is longer than the context. */
  void requireRoom(long tokens) {
    if (tokens > config.positions()) {
      throw new ModelException(
          "a sequence of "
              + tokens
              + " tokens is longer than the model's context of "
              + config.positions());
    }
  }

  /** Fails if the model was closed: a recorded step would compute with what lies there now. */
  void requireOpen() {
    weights.normWeight().address();
  }

  private Tensor transform(Tensor embedded, Pass pass) {
    Probe probe = pass.probe();
    Tensor h = Gpt2Block.dropout(embedded, config.embeddingDropout(), pass);
    for (int i = 0; i < blocks.size(); i++) {
      probe.see("hidden_states." + i, h);
      h = inOwnScope(blocks.get(i), h, pass);
    }
    h = layerNorm(h, weights.normWeight(), weights.normBias(), config.epsilon());
    probe.see("hidden_states." + blocks.size(), h);
    probe.see("last_hidden_state", h);
    return h;
  }

  /** Without gradients, a block's intermediate results are freed as soon as it is done. */
  private Tensor inOwnScope(Gpt2Block block, Tensor h, Pass pass) {
    if (engine.isRecording()) {
      return block.forward(h, pass);
    }
    Tensor next = engine.scoped(() -> block.forward(h, pass));
    h.close();
    return next;
  }

  private Tensor embed(Gpt2Inputs in, long past) {
    Tensor h =
        weights.tokens().rows(TokenIds.of(engine, in.ids(), config.vocabSize(), "input_ids"));
    int[][] positions = in.positions();
    if (positions == null) {
      positions = new int[1][in.time()];
      for (int t = 0; t < in.time(); t++) {
        positions[0][t] = (int) past + t;
      }
    }
    Tensor where = TokenIds.of(engine, positions, config.positions(), "position_ids");
    h = add(h, embedding(weights.positions(), where));
    if (in.types() == null) {
      return h;
    }
    return add(
        h,
        weights
            .tokens()
            .rows(TokenIds.of(engine, in.types(), config.vocabSize(), "token_type_ids")));
  }

  /**
   * The language head.
   *
   * @param hidden [..., width]
   * @return logits [..., vocabSize]
   */
  public Tensor logits(Tensor hidden) {
    if (!hasHead()) {
      throw new ModelException("this checkpoint has no language head");
    }
    WeightMatrix head = config.tiedHead() ? weights.tokens() : weights.head();
    return head.apply(hidden, null, null);
  }

  /**
   * Mean cross-entropy of predicting each token from those before it.
   *
   * @param logits [batch, time, vocabSize]
   * @param labels [batch][time], the token at each position, {@link #IGNORED} where it does not
   *     count; position t is compared with what is predicted at t - 1
   * @return a scalar, NaN if nothing counts
   */
  public Tensor loss(Tensor logits, int[][] labels) {
    int batch = Math.toIntExact(logits.shape().dim(0));
    int time = Math.toIntExact(logits.shape().dim(1));
    // The labels move one step to the left, instead of copying the logits without their last step.
    int[] next = new int[batch * time];
    for (int b = 0; b < batch; b++) {
      if (labels.length != batch || labels[b].length != time) {
        throw new ModelException("labels must have " + batch + " rows of " + time + " values");
      }
      for (int t = 0; t < time; t++) {
        int label = t + 1 < time ? labels[b][t + 1] : IGNORED;
        if (label != IGNORED && (label < 0 || label >= config.vocabSize())) {
          throw new ModelException(
              "labels["
                  + b
                  + "]["
                  + (t + 1)
                  + "] is "
                  + label
                  + ", the model knows 0 to "
                  + (config.vocabSize() - 1)
                  + " (and -100 for ignored)");
        }
        next[b * time + t] = label;
      }
    }
    return new CrossEntropy(Reduction.MEAN)
        .apply(
            logits.reshape((long) batch * time, -1),
            engine.tensor(next, Shape.of((long) batch * time)));
  }

  /** Starts generating. */
  public CachedSession session() {
    return new CachedSession(new Gpt2Decoder(this));
  }

  /** Frees the parameters. */
  @Override
  public void close() {
    source.close();
  }
}
