package dev.kernite.models.t5;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.mul;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.CachedSession;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.generation.StepState;
import dev.kernite.models.transformer.Masks;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * T5 (Raffel et al. 2020): an encoder that sees a whole text, and a decoder that writes another
 * one, looking at the encoder's result and at what it has written.
 */
public final class T5 implements AutoCloseable {
  private final Engine engine;
  private final T5Config config;
  private final T5Weights weights;
  private final WeightSource source;
  private final T5Stack encoder;
  private final T5Stack decoder;

  /**
   * Puts a model together.
   *
   * @param source made the weights; closed with the model
   */
  T5(Engine engine, T5Config config, T5Weights weights, WeightSource source) {
    this.engine = engine;
    this.config = config;
    this.weights = weights;
    this.source = source;
    encoder = new T5Stack(engine, config, weights.encoder(), positions(config, true));
    decoder = new T5Stack(engine, config, weights.decoder(), positions(config, false));
  }

  private static RelativePositions positions(T5Config config, boolean bidirectional) {
    return new RelativePositions(bidirectional, config.buckets(), config.maxDistance());
  }

  /** The engine the model lives in. */
  public Engine engine() {
    return engine;
  }

  /** The architecture. */
  public T5Config config() {
    return config;
  }

  /**
   * All parameters by their published names; a tied head is not listed twice. The matrices of a
   * model loaded for inference are packed and not among them.
   */
  public Map<String, Tensor> parameters() {
    return source.tensors();
  }

  /** Whether the model has a language head, tied or its own. */
  public boolean hasHead() {
    return config.languageHead() && (config.tiedHead() || weights.head() != null);
  }

  /**
   * Runs encoder and decoder.
   *
   * @param training whether dropout acts
   * @return the decoder's normalised hidden states, [batch, decoder time, width]
   */
  public Tensor hidden(T5Inputs in, boolean training, Probe probe) {
    T5Source read = read(in.ids(), in.real(), training, probe);
    Tensor bias = decoder.bias(in.decoderTime());
    probe.see("decoder_position_bias_unmasked", bias);
    if (in.decoderReal() != null) {
      bias = hidePadding(bias, Masks.padding(engine, in.decoderReal()));
    }
    Tensor h = embed(in.decoderIds(), "decoder_input_ids");
    return decoder.forward(h, new T5Pass("decoder", bias, read, null, null, training, probe));
  }

  /**
   * Reads the texts that the decoder will look at.
   *
   * @param ids token ids [batch][time]
   * @param real true where a token is real, or null where all are
   */
  T5Source read(int[][] ids, boolean[][] real, boolean training, Probe probe) {
    source.training(training);
    Tensor mask = real == null ? null : Masks.padding(engine, real);
    Tensor bias = encoder.bias(ids[0].length);
    probe.see("encoder_position_bias", bias);
    Tensor h = embed(ids, "input_ids");
    Tensor scores = hidePadding(bias, mask);
    h = encoder.forward(h, new T5Pass("encoder", scores, null, null, null, training, probe));
    List<Tensor> keys = new ArrayList<>();
    List<Tensor> values = new ArrayList<>();
    for (T5Weights.Block block : weights.decoder().blocks()) {
      keys.add(block.cross().key().apply(h, null, null));
      values.add(block.cross().value().apply(h, null, null));
    }
    return new T5Source(keys, values, mask);
  }

  private static Tensor hidePadding(Tensor bias, Tensor mask) {
    return mask == null ? bias : add(bias, mask);
  }

  private Tensor embed(int[][] ids, String name) {
    return weights.tokens().rows(TokenIds.of(engine, ids, config.vocabSize(), name));
  }

  /**
   * The decoder over the beginning of what it is to write.
   *
   * @param cache empty; keeps keys and values
   * @return the normalised hidden states, [rows, time, width]
   */
  Tensor begin(int[][] ids, boolean[][] real, T5Source read, KeyValueCache cache) {
    int time = ids[0].length;
    cache.reserve(time);
    Tensor bias =
        hidePadding(decoder.bias(time), real == null ? null : Masks.padding(engine, real));
    Tensor h = embed(ids, "decoder_input_ids");
    h = decoder.forward(h, new T5Pass("decoder", bias, read, cache, null, false, Probe.NONE));
    cache.advance(time);
    return h;
  }

  /**
   * One step of decoding, whose work is the same each time.
   *
   * @param state the tokens; also where the cache ends
   * @param buckets of the cached positions as the new one sees them, int32 [1, capacity]
   * @param padding hides padding, [rows, 1, 1, capacity], or null
   * @return the normalised hidden states, [rows, 1, width]
   */
  Tensor step(StepState state, Tensor buckets, Tensor padding, T5Source read, KeyValueCache cache) {
    Tensor bias = hidePadding(decoder.bias(buckets), padding);
    Tensor h = weights.tokens().rows(state.tokens());
    return decoder.forward(
        h, new T5Pass("decoder", bias, read, cache, state.length(), false, Probe.NONE));
  }

  /** Fails if the model was closed: a recorded step would compute with what lies there now. */
  void requireOpen() {
    weights.decoder().norm().address();
  }

  /** Where a new position sees the cached ones: their buckets. */
  RelativePositions decoderPositions() {
    return positions(config, false);
  }

  /**
   * The language head. A tied one divides by sqrt(width) first, as T5 v1.0 was trained.
   *
   * @param hidden [..., width]
   * @return logits [..., vocabSize]
   */
  public Tensor logits(Tensor hidden) {
    if (!hasHead()) {
      throw new ModelException("this checkpoint has no language head");
    }
    return config.tiedHead()
        ? weights.tokens().apply(mul(hidden, (float) (1 / Math.sqrt(config.width()))), null, null)
        : weights.head().apply(hidden, null, null);
  }

  /**
   * Starts generating from source texts; the prompt of each is what the decoder begins with,
   * usually {@link T5Config#startToken}.
   *
   * @param sources token ids of each text, usually with an end token
   */
  public CachedSession session(int[][] sources) {
    return new CachedSession(new T5Decoder(this, sources));
  }

  /** Frees the parameters. */
  @Override
  public void close() {
    source.close();
  }
}
