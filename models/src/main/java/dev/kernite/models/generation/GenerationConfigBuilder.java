package dev.kernite.models.generation;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Collects options. Setting an option that only sampling has (temperature, top-k, top-p, ...) turns
 * sampling on, unless {@link #sample} says otherwise.
 */
public final class GenerationConfigBuilder {
  private OptionalInt maxNewTokens = OptionalInt.empty();
  private OptionalInt maxLength = OptionalInt.empty();
  private int minLength;
  private int minNewTokens;
  private Optional<Boolean> sample = Optional.empty();
  private boolean samplingOptionSet;
  private double temperature = 1;
  private int topK;
  private double topP = 1;
  private double minP;
  private double typicalP = 1;
  private double epsilonCutoff;
  private double etaCutoff;
  private double repetitionPenalty = 1;
  private int noRepeatNgramSize;
  private List<List<Integer>> badWords = List.of();
  private int numBeams = 1;
  private int numBeamGroups = 1;
  private double diversityPenalty;
  private double lengthPenalty = 1;
  private EarlyStopping earlyStopping = EarlyStopping.HEURISTIC;
  private int numReturnSequences = 1;
  private long seed;
  private List<String> stopTexts = List.of();
  private List<Integer> endTokens = List.of();
  private OptionalInt padToken = OptionalInt.empty();
  private boolean keepScores;

  GenerationConfigBuilder() {}

  GenerationConfigBuilder(GenerationConfig from) {
    maxNewTokens = from.maxNewTokens();
    maxLength = from.maxLength();
    minLength = from.minLength();
    minNewTokens = from.minNewTokens();
    sample = Optional.of(from.sample());
    temperature = from.temperature();
    topK = from.topK();
    topP = from.topP();
    minP = from.minP();
    typicalP = from.typicalP();
    epsilonCutoff = from.epsilonCutoff();
    etaCutoff = from.etaCutoff();
    repetitionPenalty = from.repetitionPenalty();
    noRepeatNgramSize = from.noRepeatNgramSize();
    badWords = from.badWords();
    numBeams = from.numBeams();
    numBeamGroups = from.numBeamGroups();
    diversityPenalty = from.diversityPenalty();
    lengthPenalty = from.lengthPenalty();
    earlyStopping = from.earlyStopping();
    numReturnSequences = from.numReturnSequences();
    seed = from.seed();
    stopTexts = from.stopTexts();
    endTokens = from.endTokens();
    padToken = from.padToken();
    keepScores = from.keepScores();
  }

  /** Whether to sample; false is greedy search whatever else is set. */
  public GenerationConfigBuilder sample(boolean value) {
    sample = Optional.of(value);
    return this;
  }

  /** Divides the logits; samples. */
  public GenerationConfigBuilder temperature(double value) {
    temperature = value;
    samplingOptionSet = true;
    return this;
  }

  /** Keeps the k best tokens; samples. */
  public GenerationConfigBuilder topK(int value) {
    topK = value;
    samplingOptionSet = true;
    return this;
  }

  /** Keeps the nucleus of this mass; samples. */
  public GenerationConfigBuilder topP(double value) {
    topP = value;
    samplingOptionSet = true;
    return this;
  }

  /** Keeps tokens from this share of the best one's probability; samples. */
  public GenerationConfigBuilder minP(double value) {
    minP = value;
    samplingOptionSet = true;
    return this;
  }

  /** Keeps the locally typical set of this mass; samples. */
  public GenerationConfigBuilder typicalP(double value) {
    typicalP = value;
    samplingOptionSet = true;
    return this;
  }

  /** Drops tokens below this probability; samples. */
  public GenerationConfigBuilder epsilonCutoff(double value) {
    epsilonCutoff = value;
    samplingOptionSet = true;
    return this;
  }

  /** Drops tokens below the entropy-dependent threshold; samples. */
  public GenerationConfigBuilder etaCutoff(double value) {
    etaCutoff = value;
    samplingOptionSet = true;
    return this;
  }

  /** The most tokens after the prompt. */
  public GenerationConfigBuilder maxNewTokens(int value) {
    maxNewTokens = OptionalInt.of(value);
    return this;
  }

  /** The most tokens in all, prompt included. */
  public GenerationConfigBuilder maxLength(int value) {
    maxLength = OptionalInt.of(value);
    return this;
  }

  /** No end before this length, prompt included. */
  public GenerationConfigBuilder minLength(int value) {
    minLength = value;
    return this;
  }

  /** No end before this many new tokens. */
  public GenerationConfigBuilder minNewTokens(int value) {
    minNewTokens = value;
    return this;
  }

  /** Key of the random numbers. */
  public GenerationConfigBuilder seed(long value) {
    seed = value;
    return this;
  }

  /** Divides scores of tokens already in the row. */
  public GenerationConfigBuilder repetitionPenalty(double value) {
    repetitionPenalty = value;
    return this;
  }

  /** No n-gram of this size occurs twice. */
  public GenerationConfigBuilder noRepeatNgramSize(int value) {
    noRepeatNgramSize = value;
    return this;
  }

  /** Token sequences that must not appear. */
  public GenerationConfigBuilder badWords(List<List<Integer>> value) {
    badWords = value;
    return this;
  }

  /** Beams of beam search; with more than one nothing is sampled. */
  public GenerationConfigBuilder numBeams(int value) {
    numBeams = value;
    return this;
  }

  /** Groups of diverse beam search. */
  public GenerationConfigBuilder numBeamGroups(int value) {
    numBeamGroups = value;
    return this;
  }

  /** What a token loses for each use in an earlier group. */
  public GenerationConfigBuilder diversityPenalty(double value) {
    diversityPenalty = value;
    return this;
  }

  /** Exponent of the length that divides a beam's score. */
  public GenerationConfigBuilder lengthPenalty(double value) {
    lengthPenalty = value;
    return this;
  }

  /** When beam search stops. */
  public GenerationConfigBuilder earlyStopping(EarlyStopping value) {
    earlyStopping = value;
    return this;
  }

  /** Sequences for each prompt. */
  public GenerationConfigBuilder numReturnSequences(int value) {
    numReturnSequences = value;
    return this;
  }

  /** Texts that end generation. */
  public GenerationConfigBuilder stopTexts(List<String> value) {
    stopTexts = value;
    return this;
  }

  /** Tokens that end a sequence. */
  public GenerationConfigBuilder endTokens(List<Integer> value) {
    endTokens = value;
    return this;
  }

  /** Fills up prompts and finished rows. */
  public GenerationConfigBuilder padToken(int value) {
    padToken = OptionalInt.of(value);
    return this;
  }

  /** Whether to keep the processed scores of every new token. */
  public GenerationConfigBuilder keepScores(boolean value) {
    keepScores = value;
    return this;
  }

  /**
   * Checks the options and puts them together.
   *
   * @throws ModelException naming the option that is wrong
   */
  public GenerationConfig build() {
    GenerationConfig config =
        new GenerationConfig(
            maxNewTokens,
            maxLength,
            minLength,
            minNewTokens,
            sample.orElse(samplingOptionSet),
            temperature,
            topK,
            topP,
            minP,
            typicalP,
            epsilonCutoff,
            etaCutoff,
            repetitionPenalty,
            noRepeatNgramSize,
            badWords,
            numBeams,
            numBeamGroups,
            diversityPenalty,
            lengthPenalty,
            earlyStopping,
            numReturnSequences,
            seed,
            stopTexts,
            endTokens,
            padToken,
            keepScores);
    config.addSamplingFilters(new ArrayList<>()); // their ranges hold whether they act or not
    config.processors(0);
    return config;
  }
}
