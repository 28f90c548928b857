package dev.kernite.models.generation;

import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Generates continuations of prompts with the strategy that a {@link GenerationConfig} asks for:
 * greedy search, sampling, beam search or diverse beam search.
 *
 * <pre>{@code
 * GenerationConfig config = GenerationConfig.builder().maxNewTokens(40).topP(0.9).seed(7).build();
 * try (DecodeSession session = model.session()) {
 *   GenerationResult result = new Generator(session).generate(config, new int[][] {promptIds});
 * }
 * }</pre>
 */
public final class Generator {
  private final DecodeSession session;
  private TokenListener listener = (sequence, token) -> {};
  private BooleanSupplier cancelled = () -> false;
  private Function<int[], String> decoder;

  /**
   * Creates a generator.
   *
   * @param session a fresh session; the caller closes it
   */
  public Generator(DecodeSession session) {
    this.session = session;
  }

  /** Streams tokens to a listener. */
  public Generator listener(TokenListener tokenListener) {
    listener = tokenListener;
    return this;
  }

  /** Ends generation early, with what there is, once this returns true; polled before each step. */
  public Generator cancelWhen(BooleanSupplier condition) {
    cancelled = condition;
    return this;
  }

  /** Turns token ids into text; stop texts need it. */
  public Generator decoder(Function<int[], String> tokensToText) {
    decoder = tokensToText;
    return this;
  }

  /**
   * Generates.
   *
   * @param config the options
   * @param prompts token ids of one or more prompts, each of one or more tokens; shorter prompts
   *     are padded on the left
   * @return {@code numReturnSequences} sequences for each prompt
   * @throws ModelException where a prompt does not fit the model or the options
   */
  public GenerationResult generate(GenerationConfig config, int[][] prompts) {
    GenerationRun run = prepare(config, prompts);
    return new GenerationResult(
        config.numBeams() > 1 ? new BeamSearch(run).run() : new TokenSearch(run).run(),
        run.promptLength());
  }

  private GenerationRun prepare(GenerationConfig config, int[][] prompts) {
    if (prompts.length == 0) {
      throw new ModelException("there is no prompt to continue");
    }
    int length = 0;
    for (int[] prompt : prompts) {
      checkPrompt(prompt);
      length = Math.max(length, prompt.length);
    }
    if (!config.stopTexts().isEmpty() && decoder == null) {
      throw new ModelException("stop texts need a tokenizer that turns token ids into text");
    }
    int pad =
        config.padToken().orElse(config.endTokens().isEmpty() ? 0 : config.endTokens().getFirst());
    if (pad >= session.vocabSize()) {
      throw new ModelException(
          "pad token " + pad + " is outside the vocabulary of " + session.vocabSize());
    }
    int[][] padded = new int[prompts.length][length];
    boolean[][] mask = new boolean[prompts.length][length];
    for (int i = 0; i < prompts.length; i++) {
      int padding = length - prompts[i].length;
      Arrays.fill(padded[i], 0, padding, pad);
      System.arraycopy(prompts[i], 0, padded[i], padding, prompts[i].length);
      Arrays.fill(mask[i], padding, length, true);
    }
    return new GenerationRun(
        session,
        config,
        padded,
        mask,
        maxLength(config, length),
        pad,
        config.processors(length),
        new StopTexts(config.stopTexts(), decoder),
        listener,
        cancelled);
  }

  private void checkPrompt(int[] prompt) {
    if (prompt.length == 0) {
      throw new ModelException("a prompt is empty; it needs at least one token");
    }
    for (int token : prompt) {
      if (token < 0 || token >= session.vocabSize()) {
        throw new ModelException(
            "prompt token "
                + token
                + " is outside the vocabulary of "
                + session.vocabSize()
                + "; the tokenizer belongs to another model");
      }
    }
  }

  private int maxLength(GenerationConfig config, int promptLength) {
    if (promptLength >= session.maxPositions()) {
      throw new ModelException(
          "the prompt has "
              + promptLength
              + " tokens, which leaves no room in the model's context of "
              + session.maxPositions()
              + "; shorten it");
    }
    long wanted;
    if (config.maxNewTokens().isPresent()) {
      wanted = (long) promptLength + config.maxNewTokens().getAsInt();
    } else if (config.maxLength().isPresent()) {
      wanted = config.maxLength().getAsInt();
    } else {
      wanted = (long) promptLength + GenerationConfig.DEFAULT_NEW_TOKENS;
    }
    if (wanted <= promptLength) {
      throw new ModelException(
          "max-length is "
              + wanted
              + " but the prompt already has "
              + promptLength
              + " tokens; raise it, or set max-new-tokens");
    }
    return (int) Math.min(wanted, session.maxPositions());
  }
}
