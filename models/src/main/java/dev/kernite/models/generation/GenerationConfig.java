package dev.kernite.models.generation;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The options of a generation, with the names and meanings of transformers' {@code
 * GenerationConfig}. Without any option: greedy search for 20 new tokens. Filters are off unless
 * set; in particular there is no hidden top-k.
 *
 * @param maxNewTokens the most tokens after the prompt; goes before {@code maxLength}
 * @param maxLength the most tokens in all, prompt included
 * @param minLength end tokens are ruled out before this length, prompt included; 0 is off
 * @param minNewTokens end tokens are ruled out before this many new tokens; 0 is off
 * @param sample whether to draw tokens instead of taking the best; never with several beams
 * @param temperature divides the logits when sampling; 1 changes nothing
 * @param topK keeps the k best tokens when sampling; 0 is off
 * @param topP keeps the nucleus of this mass when sampling; 1 is off
 * @param minP keeps tokens from this share of the best one's probability when sampling; 0 is off
 * @param typicalP keeps the locally typical set of this mass when sampling; 1 is off
 * @param epsilonCutoff drops tokens below this probability when sampling; 0 is off
 * @param etaCutoff drops tokens below the entropy-dependent threshold when sampling; 0 is off
 * @param repetitionPenalty divides scores of tokens already in the row; 1 is off
 * @param noRepeatNgramSize no n-gram of this size occurs twice; 0 is off
 * @param badWords token sequences that must not appear
 * @param numBeams beams of beam search; 1 is greedy search or sampling
 * @param numBeamGroups groups of diverse beam search; a divisor of {@code numBeams}
 * @param diversityPenalty what a token loses for each use in an earlier group
 * @param lengthPenalty exponent of the length that divides a beam's score
 * @param earlyStopping when beam search stops
 * @param numReturnSequences sequences for each prompt
 * @param seed key of the random numbers; the same seed gives the same samples
 * @param stopTexts generation ends where one of them appears in the generated text; it is kept
 * @param endTokens tokens that end a sequence; may be empty
 * @param padToken fills up prompts and finished rows; unset: the first end token, or 0
 * @param keepScores whether to keep the processed scores of every new token
 */
public record GenerationConfig(
    OptionalInt maxNewTokens,
    OptionalInt maxLength,
    int minLength,
    int minNewTokens,
    boolean sample,
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    double epsilonCutoff,
    double etaCutoff,
    double repetitionPenalty,
    int noRepeatNgramSize,
    List<List<Integer>> badWords,
    int numBeams,
    int numBeamGroups,
    double diversityPenalty,
    double lengthPenalty,
    EarlyStopping earlyStopping,
    int numReturnSequences,
    long seed,
    List<String> stopTexts,
    List<Integer> endTokens,
    OptionalInt padToken,
    boolean keepScores) {

  /** New tokens where neither a number of new tokens nor a length is given. */
  public static final int DEFAULT_NEW_TOKENS = 20;

  /**
   * Checks the options against each other; the range of a logits processor's option is checked
   * where {@link GenerationConfigBuilder#build} and {@link #processors} make it.
   *
   * @throws ModelException naming the option that is wrong
   */
  public GenerationConfig {
    maxNewTokens.ifPresent(value -> Options.atLeast(1, "max-new-tokens", value));
    maxLength.ifPresent(value -> Options.atLeast(1, "max-length", value));
    Options.atLeast(0, "min-length", minLength);
    Options.atLeast(0, "min-new-tokens", minNewTokens);
    Options.atLeast(0, "top-k", topK);
    Options.atLeast(0, "no-repeat-ngram-size", noRepeatNgramSize);
    Options.atLeast(1, "num-beams", numBeams);
    Options.atLeast(1, "num-beam-groups", numBeamGroups);
    Options.atLeast(1, "num-return-sequences", numReturnSequences);
    Options.require(
        numBeams % numBeamGroups == 0,
        "num-beam-groups",
        numBeamGroups,
        "a divisor of num-beams " + numBeams);
    Options.require(
        diversityPenalty >= 0 && diversityPenalty < Double.POSITIVE_INFINITY,
        "diversity-penalty",
        diversityPenalty,
        "at least 0");
    Options.require(
        diversityPenalty == 0 || numBeamGroups > 1,
        "diversity-penalty",
        diversityPenalty,
        "0 unless num-beam-groups is at least 2");
    Options.require(
        Double.isFinite(lengthPenalty), "length-penalty", lengthPenalty, "a finite number");
    if (numBeams > 1) {
      sample = false;
      Options.require(
          numReturnSequences <= numBeams,
          "num-return-sequences",
          numReturnSequences,
          "at most num-beams " + numBeams);
    } else {
      Options.require(
          sample || numReturnSequences == 1,
          "num-return-sequences",
          numReturnSequences,
          "1 in greedy search, which has one result; sample or use beams for more");
    }
    for (int token : endTokens) {
      Options.atLeast(0, "end token", token);
    }
    padToken.ifPresent(token -> Options.atLeast(0, "pad token", token));
    Options.require(
        stopTexts.stream().noneMatch(String::isEmpty), "stop", "''", "a text that is not empty");
    badWords = badWords.stream().map(List::copyOf).toList();
    stopTexts = List.copyOf(stopTexts);
    endTokens = List.copyOf(endTokens);
  }

  /**
   * The logits processors that these options ask for, in the order in which transformers applies
   * them: penalties and bans first, then, when sampling, temperature and filters.
   *
   * @param promptLength tokens of the prompt, padding included
   * @throws ModelException naming an option whose value is out of range
   */
  public List<LogitsProcessor> processors(int promptLength) {
    List<LogitsProcessor> list = new ArrayList<>();
    if (repetitionPenalty != 1) {
      list.add(new RepetitionPenalty(repetitionPenalty));
    }
    if (noRepeatNgramSize > 0) {
      list.add(new NoRepeatNgram(noRepeatNgramSize));
    }
    if (!badWords.isEmpty()) {
      list.add(new BadWords(badWords, endTokens));
    }
    if (minLength > 0 && !endTokens.isEmpty()) {
      list.add(new MinLength(minLength, endTokens));
    }
    if (minNewTokens > 0 && !endTokens.isEmpty()) {
      list.add(new MinNewTokens(promptLength, minNewTokens, endTokens));
    }
    if (sample) {
      addSamplingFilters(list);
    }
    return List.copyOf(list);
  }

  void addSamplingFilters(List<LogitsProcessor> list) {
    if (temperature != 1) {
      list.add(new Temperature(temperature));
    }
    if (topK > 0) {
      list.add(new TopK(topK));
    }
    if (topP != 1) {
      list.add(new TopP(topP));
    }
    if (minP != 0) {
      list.add(new MinP(minP));
    }
    if (typicalP != 1) {
      list.add(new TypicalP(typicalP));
    }
    if (epsilonCutoff != 0) {
      list.add(new EpsilonCutoff(epsilonCutoff));
    }
    if (etaCutoff != 0) {
      list.add(new EtaCutoff(etaCutoff));
    }
  }

  /** Starts from these options; whether to sample stays as it is, unless it is said anew. */
  public GenerationConfigBuilder toBuilder() {
    return new GenerationConfigBuilder(this);
  }

  /** Starts from the defaults. */
  public static GenerationConfigBuilder builder() {
    return new GenerationConfigBuilder();
  }
}
