package dev.kernite.models.generation;

/**
 * One change to the scores of the next token, made in place before a token is chosen. Scores are
 * logits in greedy search and sampling, log-probabilities in beam search; a token is ruled out by a
 * score of -infinity. Arithmetic is float32, as in the reference implementation.
 */
public sealed interface LogitsProcessor
    permits BadWords,
        EpsilonCutoff,
        EtaCutoff,
        MinLength,
        MinNewTokens,
        MinP,
        NoRepeatNgram,
        RepetitionPenalty,
        Temperature,
        TopK,
        TopP,
        TypicalP {

  /**
   * Applies the change.
   *
   * @param row the scores of one row, and the tokens before it
   */
  void apply(NextTokenScores row);
}
