package dev.kernite.models.bert;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.embedding;
import static dev.kernite.engine.Functional.slice;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.GeluErf;
import dev.kernite.engine.op.Relu;
import dev.kernite.engine.op.Tanh;
import dev.kernite.models.Activations;
import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.Dense;
import dev.kernite.models.transformer.Masks;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.weights.WeightSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * BERT (Devlin et al. 2019) and its kin RoBERTa and DistilBERT: embeddings, transformer layers that
 * see both directions, and the heads that the checkpoint has.
 */
public final class Bert implements AutoCloseable {
  private final Engine engine;
  private final BertConfig config;
  private final BertWeights weights;
  private final WeightSource source;
  private final Set<BertHead> heads;
  private final List<BertLayer> layers = new ArrayList<>();

  /**
   * Puts a model together.
   *
   * @param source made the weights; closed with the model
   */
  Bert(
      Engine engine,
      BertConfig config,
      Set<BertHead> heads,
      BertWeights weights,
      WeightSource source) {
    this.engine = engine;
    this.config = config;
    this.heads = heads.isEmpty() ? EnumSet.noneOf(BertHead.class) : EnumSet.copyOf(heads);
    this.weights = weights;
    this.source = source;
    for (int i = 0; i < config.layers(); i++) {
      layers.add(new BertLayer(i, config, weights.layers().get(i)));
    }
  }

  /** The engine the model lives in. */
  public Engine engine() {
    return engine;
  }

  /** The architecture. */
  public BertConfig config() {
    return config;
  }

  /** Whether the checkpoint has a head. */
  public boolean has(BertHead head) {
    return heads.contains(head);
  }

  /**
   * All parameters by their published names; a tied head is not listed twice. The matrices of a
   * model loaded for inference are packed and not among them.
   */
  public Map<String, Tensor> parameters() {
    return source.tensors();
  }

  /**
   * Runs the encoder.
   *
   * @param training whether dropout acts
   * @param probe sees {@code hidden_states.N}, {@code attentions.N} and {@code last_hidden_state}
   * @return the hidden states, [batch, time, width]
   * @throws ModelException if a sequence is longer than the model's positions
   */
  public Tensor hidden(BertInputs in, boolean training, Probe probe) {
    if (in.time() > config.longest()) {
      throw new ModelException(
          "a sequence of "
              + in.time()
              + " tokens is longer than the model's "
              + config.longest()
              + " positions; truncate it");
    }
    Tensor mask = in.real() == null ? null : Masks.padding(engine, in.real());
    Tensor h = weights.norm().apply(embed(in));
    h = new Dropout(config.hiddenDropout()).apply(h, training);
    for (int i = 0; i < layers.size(); i++) {
      probe.see("hidden_states." + i, h);
      h = inOwnScope(layers.get(i), h, mask, training, probe);
    }
    probe.see("hidden_states." + layers.size(), h);
    probe.see("last_hidden_state", h);
    return h;
  }

  /** Without gradients, a layer's intermediate results are freed as soon as it is done. */
  private Tensor inOwnScope(BertLayer layer, Tensor h, Tensor mask, boolean training, Probe probe) {
    if (engine.isRecording()) {
      return layer.forward(h, mask, training, probe);
    }
    Tensor next = engine.scoped(() -> layer.forward(h, mask, training, probe));
    h.close();
    return next;
  }

  private Tensor embed(BertInputs in) {
    Tensor h = weights.words().rows(TokenIds.of(engine, in.ids(), config.vocabSize(), "input_ids"));
    if (weights.types() != null) {
      int[][] types = in.types() == null ? new int[1][in.time()] : in.types();
      h =
          add(
              h,
              embedding(
                  weights.types(),
                  TokenIds.of(engine, types, config.tokenTypes(), "token_type_ids")));
    } else if (in.types() != null) {
      throw new ModelException("this model has no token types; leave token_type_ids out");
    }
    int[][] positions = in.positions() == null ? positions(in) : in.positions();
    return add(
        h,
        embedding(
            weights.positions(),
            TokenIds.of(engine, positions, config.positions(), "position_ids")));
  }

  /** RoBERTa counts from behind the padding token's id, over tokens that are not padding. */
  private int[][] positions(BertInputs in) {
    if (config.family() != BertFamily.ROBERTA) {
      int[][] counted = new int[1][in.time()];
      for (int t = 0; t < in.time(); t++) {
        counted[0][t] = t;
      }
      return counted;
    }
    int pad = config.padToken();
    int[][] counted = new int[in.batch()][in.time()];
    for (int b = 0; b < counted.length; b++) {
      int last = pad;
      for (int t = 0; t < counted[b].length; t++) {
        counted[b][t] = in.ids()[b][t] == pad ? pad : ++last;
      }
    }
    return counted;
  }

  /**
   * The pooled output: tanh of a dense layer over the first token.
   *
   * @param hidden [batch, time, width]
   * @return [batch, width]
   */
  public Tensor pooled(Tensor hidden) {
    require(BertHead.POOLER, "pooler");
    return weights.pooler().apply(first(hidden), new Tanh());
  }

  /** The first token's hidden states, [batch, width]. */
  private Tensor first(Tensor hidden) {
    long batch = hidden.shape().dim(0);
    long[] to = {batch, 1, config.width()};
    return slice(hidden, new long[3], to).reshape(batch, config.width());
  }

  /**
   * The language head.
   *
   * @param hidden [..., width]
   * @return logits [..., vocabSize]
   */
  public Tensor vocabularyLogits(Tensor hidden) {
    require(BertHead.MASKED_LM, "language head");
    BertWeights.LanguageHead head = weights.languageHead();
    // RoBERTa's head has gelu whatever the encoder has.
    Activation f =
        config.family() == BertFamily.ROBERTA
            ? new GeluErf()
            : Activations.byName(config.activation());
    Tensor h = head.norm().apply(head.transform().apply(hidden, f));
    return head.decoder().apply(h, head.bias(), null);
  }

  /**
   * Whether the second sentence follows the first (class 0) or not (class 1).
   *
   * @param pooled [batch, width]
   * @return logits [batch, 2]
   */
  public Tensor nextSentenceLogits(Tensor pooled) {
    require(BertHead.NEXT_SENTENCE, "next-sentence head");
    return weights.nextSentence().apply(pooled, null);
  }

  /**
   * The classifier.
   *
   * @param hidden [batch, time, width]
   * @param training whether dropout acts
   * @return logits [batch, labels]
   */
  public Tensor classLogits(Tensor hidden, boolean training) {
    require(BertHead.CLASSIFIER, "classifier");
    Dropout dropout = new Dropout(config.classifierDropout());
    Tensor x =
        switch (config.family()) {
          case BERT -> pooled(hidden);
          case ROBERTA -> pre(dropout.apply(first(hidden), training), new Tanh());
          case DISTILBERT -> pre(first(hidden), new Relu());
        };
    return weights.classifier().apply(dropout.apply(x, training), null);
  }

  private Tensor pre(Tensor first, Activation f) {
    Dense layer = weights.preClassifier();
    return layer.apply(first, f);
  }

  /** The values of a computation without gradients, whose tensors are all freed. */
  @SuppressWarnings("try") // the scope is there to be closed
  public float[] values(Supplier<Tensor> computation) {
    return engine.noGrad(
        () -> {
          try (Scope scope = engine.scope()) {
            return computation.get().toFloats();
          }
        });
  }

  private void require(BertHead head, String name) {
    if (!has(head)) {
      throw new ModelException("this checkpoint has no " + name);
    }
  }

  /** Frees the parameters. */
  @Override
  public void close() {
    source.close();
  }
}
