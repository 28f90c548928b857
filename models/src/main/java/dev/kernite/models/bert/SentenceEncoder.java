package dev.kernite.models.bert;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.Truncation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Turns sentences into vectors whose cosine tells how near their meanings are (Reimers and Gurevych
 * 2019):
 *
 * <pre>{@code
 * try (Engine engine = Engine.open();
 *     SentenceEncoder encoder = SentenceEncoder.load(engine, Path.of("minilm"))) {
 *   float[][] vectors = encoder.encode(List.of("A cat sleeps.", "A feline naps."));
 * }
 * }</pre>
 */
public final class SentenceEncoder implements AutoCloseable {
  private final Bert model;
  private final Tokenizer tokenizer;
  private final Pooling pooling;
  private final boolean normalised;
  private final int longest;

  private SentenceEncoder(
      Bert model, Tokenizer tokenizer, Pooling pooling, boolean normalised, int longest) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.pooling = pooling;
    this.normalised = normalised;
    this.longest = longest;
  }

  /**
   * Loads a model with its tokenizer. Pooling, normalisation and the longest sequence are those of
   * the files of Sentence Transformers where they lie beside the model; else the mean over all
   * tokens, as it is, up to the model's last position.
   *
   * @param folder in the layout of Hugging Face or of Sentence Transformers
   * @throws ModelException if something is missing
   */
  public static SentenceEncoder load(Engine engine, Path folder) {
    engine.backend().warmUp(); // while files are read
    Tokenizer tokenizer = Tokenizer.load(folder);
    Bert model = BertFiles.load(engine, folder, Use.INFERENCE);
    try {
      SentenceSettings settings = SentenceSettings.read(folder, model.config());
      return new SentenceEncoder(
          model, tokenizer, settings.pooling(), settings.normalised(), settings.longest());
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** The same model with another pooling; it shares what is loaded. */
  public SentenceEncoder with(Pooling other) {
    return new SentenceEncoder(model, tokenizer, other, normalised, longest);
  }

  /** The same model with vectors of length 1, or as they are; it shares what is loaded. */
  public SentenceEncoder withNormalised(boolean other) {
    return new SentenceEncoder(model, tokenizer, pooling, other, longest);
  }

  /** The model. */
  public Bert model() {
    return model;
  }

  /** The tokenizer. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Values of a vector. */
  public int width() {
    return model.config().width();
  }

  /** Cuts a text into tokens, at most as many as the model has positions for. */
  public List<Encoding> tokens(List<String> texts) {
    List<Input> inputs = texts.stream().map(Input::of).toList();
    EncodeOptions options = EncodeOptions.PLAIN.truncation(Truncation.to(longest));
    return tokenizer.encodeBatch(inputs, options);
  }

  /**
   * Encodes texts.
   *
   * @return a vector each, in the order given
   */
  public float[][] encode(List<String> texts) {
    return encodeTokens(tokens(texts));
  }

  /** Encodes texts that have been cut into tokens. */
  public float[][] encodeTokens(List<Encoding> sequences) {
    float[][] vectors = new float[sequences.size()][];
    for (TokenBatches.Batch batch : batches(sequences)) {
      float[] flat = model.values(() -> vectors(batch.inputs()));
      for (int i = 0; i < batch.rows().length; i++) {
        vectors[batch.rows()[i]] = Arrays.copyOfRange(flat, i * width(), (i + 1) * width());
      }
    }
    return vectors;
  }

  private List<TokenBatches.Batch> batches(List<Encoding> sequences) {
    return TokenBatches.of(sequences, model.config());
  }

  private Tensor vectors(BertInputs in) {
    Tensor hidden = model.hidden(in, false, Probe.NONE);
    Tensor pooled = pooling.apply(model, hidden, in.real());
    return normalised ? Pooling.normalised(pooled) : pooled;
  }

  /**
   * The hidden state of each token.
   *
   * @return [tokens][width] for each sequence, special tokens included
   */
  public float[][][] hiddenStates(List<Encoding> sequences) {
    float[][][] states = new float[sequences.size()][][];
    for (TokenBatches.Batch batch : batches(sequences)) {
      float[] flat = model.values(() -> model.hidden(batch.inputs(), false, Probe.NONE));
      int time = batch.inputs().time();
      for (int i = 0; i < batch.rows().length; i++) {
        float[][] rows = new float[sequences.get(batch.rows()[i]).length()][];
        for (int t = 0; t < rows.length; t++) {
          int from = (i * time + t) * width();
          rows[t] = Arrays.copyOfRange(flat, from, from + width());
        }
        states[batch.rows()[i]] = rows;
      }
    }
    return states;
  }

  /** Frees the model. */
  @Override
  public void close() {
    model.close();
  }
}
