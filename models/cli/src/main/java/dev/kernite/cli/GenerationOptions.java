package dev.kernite.cli;

import dev.kernite.models.TextModel;
import dev.kernite.models.generation.EarlyStopping;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/**
 * The options of {@code generate} that say how to continue; an option not given changes nothing.
 */
final class GenerationOptions {
  @Option(names = "--max-new-tokens", paramLabel = "N", description = "Most new tokens.")
  private Integer maxNewTokens;

  @Option(names = "--max-length", paramLabel = "N", description = "Most tokens with the prompt.")
  private Integer maxLength;

  @Option(
      names = "--min-length",
      paramLabel = "N",
      description = "No end before this many tokens, the prompt counted.")
  private Integer minLength;

  @Option(names = "--greedy", description = "Always take the likeliest token.")
  private boolean greedy;

  @Option(names = "--sample", description = "Draw tokens by their probabilities.")
  private boolean sample;

  @Option(names = "--temperature", paramLabel = "T", description = "Divide the logits; samples.")
  private Double temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Keep the K likeliest; samples.")
  private Integer topK;

  @Option(names = "--top-p", paramLabel = "P", description = "Keep mass P; samples.")
  private Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Keep tokens from P times the likeliest one's probability; samples.")
  private Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Make tokens that occurred less likely.")
  private Double repetitionPenalty;

  @Option(
      names = "--no-repeat-ngram-size",
      paramLabel = "N",
      description = "Never repeat an N-gram.")
  private Integer noRepeatNgramSize;

  @Option(names = "--num-beams", paramLabel = "N", description = "Beam search with N beams.")
  private Integer numBeams;

  @Option(names = "--num-beam-groups", paramLabel = "N", description = "Groups of diverse beams.")
  private Integer numBeamGroups;

  @Option(
      names = "--diversity-penalty",
      paramLabel = "X",
      description = "What a token loses for each use in an earlier group.")
  private Double diversityPenalty;

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      description = "Exponent of the length that divides a beam's score.")
  private Double lengthPenalty;

  @Option(
      names = "--early-stopping",
      arity = "0..1",
      paramLabel = "true|false|never",
      converter = EarlyStoppingValue.class,
      preprocessor = EarlyStoppingValue.class,
      description =
          "When beam search ends, once N beams are finished: at once (true, the value without one);"
              + " when no running beam scores better now (false, the default); when none can ever"
              + " score better (never).")
  private EarlyStopping earlyStopping;

  @Option(names = "--num-return-sequences", paramLabel = "N", description = "Results a prompt.")
  private Integer numReturnSequences;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the samples (default: 0).")
  private Long seed;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Stop after this text; repeatable.")
  private List<String> stop;

  @Option(names = "--eos", paramLabel = "ID", description = "End token, or none.")
  private String eos;

  @Option(names = "--pad", paramLabel = "ID", description = "Padding token.")
  private Integer pad;

  /** The configuration for a model: its own end tokens unless {@code --eos} says otherwise. */
  GenerationConfig toConfig(TextModel model) {
    return toConfig(model.options());
  }

  /** The options given here, over others. */
  GenerationConfig toConfig(GenerationConfigBuilder c) {
    set(maxNewTokens, c::maxNewTokens);
    set(maxLength, c::maxLength);
    set(minLength, c::minLength);
    set(temperature, c::temperature);
    set(topK, c::topK);
    set(topP, c::topP);
    set(minP, c::minP);
    set(repetitionPenalty, c::repetitionPenalty);
    set(noRepeatNgramSize, c::noRepeatNgramSize);
    set(numBeams, c::numBeams);
    set(numBeamGroups, c::numBeamGroups);
    set(diversityPenalty, c::diversityPenalty);
    set(lengthPenalty, c::lengthPenalty);
    set(numReturnSequences, c::numReturnSequences);
    set(seed, c::seed);
    set(stop, c::stopTexts);
    set(pad, c::padToken);
    set(earlyStopping, c::earlyStopping);
    if (eos != null) {
      c.endTokens(endTokens(eos));
    }
    if (greedy || (numBeams != null && numBeams > 1)) {
      c.sample(false);
    } else if (sample) {
      c.sample(true);
    }
    return c.build();
  }

  private static List<Integer> endTokens(String text) {
    if (text.equals("none")) {
      return List.of();
    }
    try {
      return List.of(Integer.valueOf(text));
    } catch (NumberFormatException e) {
      throw new CommandException("--eos takes a token id or none, not '" + text + "'", e);
    }
  }

  private static <T> void set(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
