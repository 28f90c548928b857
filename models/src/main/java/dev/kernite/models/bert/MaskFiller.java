package dev.kernite.models.bert;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Tells what a masked token may have been. */
public final class MaskFiller implements AutoCloseable {
  /** How families write the mask; a text may use either. */
  private static final List<String> MASKS = List.of("[MASK]", "<mask>");

  private final Bert model;
  private final Tokenizer tokenizer;
  private final String mask;
  private final int maskId;

  /**
   * A token that may stand in the place of a mask.
   *
   * @param id token id
   * @param token as the vocabulary has it
   * @param score probability
   */
  public record Candidate(int id, String token, double score) {}

  /**
   * A mask of a text.
   *
   * @param position its place among the text's tokens, special ones included
   * @param candidates the most probable first
   */
  public record Mask(int position, List<Candidate> candidates) {}

  private MaskFiller(Bert model, Tokenizer tokenizer, String mask, int maskId) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.mask = mask;
    this.maskId = maskId;
  }

  /**
   * Loads a model with its tokenizer.
   *
   * @throws ModelException if there is no language head, or no token for the mask
   */
  public static MaskFiller load(Engine engine, Path folder) {
    Tokenizer tokenizer = Tokenizer.load(folder);
    String mask = maskToken(tokenizer);
    Bert model = BertFiles.load(engine, folder, Use.INFERENCE);
    if (!model.has(BertHead.MASKED_LM)) {
      model.close();
      throw new ModelException(folder + ": the checkpoint has no masked-language-model head");
    }
    return new MaskFiller(model, tokenizer, mask, tokenizer.tokenToId(mask));
  }

  /**
   * The token that stands for a masked one.
   *
   * @throws ModelException if the vocabulary has none
   */
  public static String maskToken(Tokenizer tokenizer) {
    return MASKS.stream()
        .filter(m -> tokenizer.tokenToId(m) >= 0)
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    "the tokenizer has none of "
                        + MASKS
                        + "; it is not of a masked language model"));
  }

  /**
   * Fills the masks of a text, each on its own.
   *
   * @param text with {@code [MASK]} or {@code <mask>} in it
   * @param k candidates of each mask
   * @throws ModelException if there is no mask in it, or it is too long
   */
  public List<Mask> fill(String text, int k) {
    for (String other : MASKS) {
      text = text.replace(other, mask);
    }
    Encoding sequence = tokenizer.encode(text);
    int[] places =
        IntStream.range(0, sequence.length()).filter(i -> sequence.ids()[i] == maskId).toArray();
    if (places.length == 0) {
      throw new ModelException("there is no mask in the text; write " + mask + " where one is");
    }
    BertConfig config = model.config();
    int[][] types = config.tokenTypes() > 0 ? new int[][] {sequence.typeIds()} : null;
    BertInputs in = new BertInputs(new int[][] {sequence.ids()}, null, types, null);
    float[] logits = model.values(() -> logits(in, places));
    List<Mask> masks = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      int from = i * config.vocabSize();
      float[] row = Arrays.copyOfRange(logits, from, from + config.vocabSize());
      masks.add(new Mask(places[i], candidates(Scores.softmax(row), k)));
    }
    return masks;
  }

  /** Of the masks alone, [masks, vocabSize]. */
  private Tensor logits(BertInputs in, int[] places) {
    Tensor hidden = model.hidden(in, false, Probe.NONE).reshape(in.time(), -1);
    Tensor where = model.engine().tensor(places, Shape.of(places.length));
    return model.vocabularyLogits(Functional.indexSelect(hidden, where, 0));
  }

  private List<Candidate> candidates(double[] scores, int k) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
        .limit(k)
        .map(i -> new Candidate(i, tokenizer.idToToken(i), scores[i]))
        .toList();
  }

  /** Frees the model. */
  @Override
  public void close() {
    model.close();
  }
}
