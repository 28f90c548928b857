package dev.kernite.models.bert;

/** What may stand on top of the encoder. */
public enum BertHead {
  /** A dense layer with tanh over the first token's hidden state. */
  POOLER,
  /** Logits over the vocabulary for each token. */
  MASKED_LM,
  /** Two logits from the pooled output: whether the second sentence follows the first. */
  NEXT_SENTENCE,
  /** Logits of the classes of a sequence, or a number. */
  CLASSIFIER
}
