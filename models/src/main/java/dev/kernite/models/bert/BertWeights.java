package dev.kernite.models.bert;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.bert.BertFamily.HeadNames;
import dev.kernite.models.bert.BertFamily.LayerNames;
import dev.kernite.models.transformer.Dense;
import dev.kernite.models.transformer.Norm;
import dev.kernite.models.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The parameters of a BERT.
 *
 * @param words word embedding [vocabSize, width]
 * @param positions position embedding [positions, width]
 * @param types token type embedding [tokenTypes, width], or null
 * @param norm after the embeddings
 * @param layers the transformer layers
 * @param pooler [width] to [width], or null
 * @param languageHead or null
 * @param nextSentence [width] to [2], or null
 * @param preClassifier [width] to [width] where the pooler is not that, or null
 * @param classifier [width] to [labels], or null
 */
record BertWeights(
    WeightMatrix words,
    Tensor positions,
    Tensor types,
    Norm norm,
    List<Layer> layers,
    Dense pooler,
    LanguageHead languageHead,
    Dense nextSentence,
    Dense preClassifier,
    Dense classifier) {

  /** Parameters of one layer. */
  record Layer(
      Dense query,
      Dense key,
      Dense value,
      Dense output,
      Norm attentionNorm,
      Dense inner,
      Dense outer,
      Norm norm) {}

  /**
   * Parameters of the language head.
   *
   * @param decoder the word embedding where they are tied
   */
  record LanguageHead(Dense transform, Norm norm, WeightMatrix decoder, Tensor bias) {}

  /** Gets every parameter from a source, in the order of published checkpoints. */
  static BertWeights from(BertConfig c, Set<BertHead> heads, WeightSource source) {
    BertFamily family = c.family();
    String prefix = family.prefix();
    int width = c.width();
    String embeddings = prefix + "embeddings.";
    WeightMatrix words =
        source.matrix(prefix + BertFamily.WORDS, WeightLayout.OUT_IN, c.vocabSize(), width);
    Tensor positions =
        source.tensor(embeddings + "position_embeddings.weight", c.positions(), width);
    Tensor types =
        c.tokenTypes() == 0
            ? null
            : source.tensor(embeddings + "token_type_embeddings.weight", c.tokenTypes(), width);
    Norm norm = Norm.from(source, embeddings + "LayerNorm", width, c.epsilon());
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < c.layers(); i++) {
      layers.add(layer(c, prefix, family.layer(i), source));
    }
    HeadNames names = family.heads();
    boolean classifies = heads.contains(BertHead.CLASSIFIER);
    return new BertWeights(
        words,
        positions,
        types,
        norm,
        layers,
        heads.contains(BertHead.POOLER)
            ? Dense.from(source, prefix + BertFamily.POOLER, width, width)
            : null,
        heads.contains(BertHead.MASKED_LM) ? languageHead(c, names, words, source) : null,
        heads.contains(BertHead.NEXT_SENTENCE)
            ? Dense.from(source, BertFamily.NEXT_SENTENCE, width, 2)
            : null,
        classifies && !names.preClassifier().isEmpty()
            ? Dense.from(source, names.preClassifier(), width, width)
            : null,
        classifies ? Dense.from(source, names.classifier(), width, c.labels().size()) : null);
  }

  private static Layer layer(BertConfig c, String prefix, LayerNames n, WeightSource source) {
    int width = c.width();
    return new Layer(
        Dense.from(source, prefix + n.query(), width, width),
        Dense.from(source, prefix + n.key(), width, width),
        Dense.from(source, prefix + n.value(), width, width),
        Dense.from(source, prefix + n.output(), width, width),
        Norm.from(source, prefix + n.attentionNorm(), width, c.epsilon()),
        Dense.from(source, prefix + n.inner(), width, c.innerWidth()),
        Dense.from(source, prefix + n.outer(), c.innerWidth(), width),
        Norm.from(source, prefix + n.norm(), width, c.epsilon()));
  }

  private static LanguageHead languageHead(
      BertConfig c, HeadNames names, WeightMatrix words, WeightSource source) {
    int width = c.width();
    Dense transform = Dense.from(source, names.transform(), width, width);
    Norm norm = Norm.from(source, names.norm(), width, c.epsilon());
    WeightMatrix decoder =
        c.tiedHead()
            ? words
            : source.matrix(names.decoder(), WeightLayout.OUT_IN, c.vocabSize(), width);
    return new LanguageHead(transform, norm, decoder, source.tensor(names.bias(), c.vocabSize()));
  }
}
