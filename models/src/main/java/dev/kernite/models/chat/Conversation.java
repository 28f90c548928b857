package dev.kernite.models.chat;

import dev.kernite.models.ModelException;
import dev.kernite.models.TextModel;
import dev.kernite.models.chat.Turn.Role;
import dev.kernite.models.generation.FinishReason;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.generation.PrefixSession;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.text.IntList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A conversation with a causal model:
 *
 * <pre>{@code
 * try (Conversation chat = new Conversation(model, PromptTemplate.named("plain"))) {
 *   chat.options(model.options().maxNewTokens(100).topP(0.9).build());
 *   Reply reply = chat.reply("How are you?", System.out::print);
 * }
 * }</pre>
 *
 * <p>The model sees a window of it: the system text and the latest turns. What it has seen stays in
 * its key-value cache, so a reply costs what is new. When the context is full, the oldest exchanges
 * (a user's turn with its reply) leave the window until half of the context is free, and the rest
 * is run through the model once more; so a turn costs the same on average however long the
 * conversation is. A reply can be sure of a quarter of the context, or of its {@code maxNewTokens}
 * where that is less. A user's turn that does not fit even alone loses its start. All this concerns
 * what the model sees; the transcript keeps every turn whole.
 *
 * <p>A conversation belongs to the thread of its model, except {@link #cancel}.
 */
public final class Conversation implements AutoCloseable {
  /** The most tokens of a reply, unless the options say otherwise. */
  public static final int DEFAULT_NEW_TOKENS = 200;

  private final Tokenizer tokenizer;
  private final PromptTemplate template;
  private final PrefixSession session;
  private final Window window;
  private final List<Turn> turns = new ArrayList<>();

  /** Of the template: stop texts, and those of them that are single special tokens. */
  private final List<String> stopTexts = new ArrayList<>();

  private final List<Integer> stopTokens = new ArrayList<>();

  private GenerationConfig options;
  private String system = "";
  private volatile boolean cancelled;

  /**
   * Begins a conversation.
   *
   * @param model a causal model with its tokenizer; stays open longer than the conversation
   * @param template what is put around turns
   * @throws ModelException if the model does not continue texts, or has no tokenizer
   */
  public Conversation(TextModel model, PromptTemplate template) {
    session = model.prefixSession();
    tokenizer = model.tokenizer();
    this.template = template;
    window = new Window(session.maxPositions());
    options = model.options().maxNewTokens(DEFAULT_NEW_TOKENS).build();
    for (String stop : template.stopTexts()) {
      int[] ids = tokenizer.encodeToIds(stop, false);
      if (ids.length == 1 && tokenizer.isSpecial(ids[0])) {
        stopTokens.add(ids[0]);
      } else {
        stopTexts.add(stop);
      }
    }
  }

  /** The generation options. */
  public GenerationConfig options() {
    return options;
  }

  /**
   * Sets how replies are generated. Stop texts and end tokens count beside the template's; the n-th
   * reply is sampled with {@code seed + n}, from 0 on.
   *
   * @throws ModelException for options that a reply cannot have: a length that counts the prompt,
   *     or several sequences
   */
  public void options(GenerationConfig value) {
    if (value.maxLength().isPresent() || value.minLength() > 0) {
      throw new ModelException(
          "max-length and min-length count the whole conversation; give max-new-tokens instead");
    }
    if (value.numReturnSequences() != 1) {
      throw new ModelException("num-return-sequences must be 1: a conversation goes on with one");
    }
    options = value;
  }

  /** The system text; empty for none. */
  public String system() {
    return system;
  }

  /**
   * Sets the system text, which stays in the window whatever else leaves it.
   *
   * @param text empty for none
   * @throws ModelException if it takes more than a quarter of the model's context
   */
  public void system(String text) {
    String wellFormed = wellFormed(text);
    window.system(wellFormed.isEmpty() ? new int[0] : encode(template.system().put(wellFormed)));
    system = wellFormed;
  }

  /** All turns so far, oldest first: the user's and the replies, in turns. */
  public List<Turn> turns() {
    return List.copyOf(turns);
  }

  /** The tokens that the model remembers: what a reply begins with, less the user's turn. */
  public int[] window() {
    return window.with(new int[0]);
  }

  /** Forgets all turns; the system text and the options stay. */
  public void reset() {
    turns.clear();
    window.clear();
  }

  /**
   * Ends the reply that is being written, before its next token; it stays in the conversation,
   * marked as interrupted. Without one nothing happens. May be called on any thread.
   */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Says something, and has the model reply.
   *
   * @param userText what the user says; unpaired surrogates become U+FFFD
   * @param listener told of the reply as it is written; with beams, at its end
   * @return the reply
   * @throws ModelException if there is nothing to reply to, or the model is damaged
   */
  public Reply reply(String userText, ReplyListener listener) {
    cancelled = false;
    String said = wellFormed(userText);
    int mostNew = options.maxNewTokens().orElse(GenerationConfig.DEFAULT_NEW_TOKENS);
    int[] turn = encode(opening(said));
    int before = window.exchanges();
    window.makeRoom(turn.length, mostNew);
    if (window.exchanges() < before) {
      listener.windowMoved(2 * (before - window.exchanges()));
    }
    int most = window.mostForTurn(mostNew);
    if (turn.length > most) {
      int[] cut = Window.cut(turn, encode(template.user().prefix()), most);
      listener.startCut(turn.length - cut.length);
      turn = cut;
    }
    int[] prompt = window.with(turn);
    if (prompt.length == 0) {
      throw new ModelException("there is nothing to reply to yet: say something");
    }
    return new Writing(said, turn, prompt, listener).run();
  }

  /** One reply while it is written. */
  private final class Writing {
    private final String said;
    private final int[] turn;
    private final int[] prompt;
    private final ReplyListener listener;
    private final GenerationConfig config;
    private final ReplyText text;
    private final long computedBefore = session.computed();

    Writing(String said, int[] turn, int[] prompt, ReplyListener listener) {
      this.said = said;
      this.turn = turn;
      this.prompt = prompt;
      this.listener = listener;
      config =
          options.toBuilder()
              .stopTexts(both(stopTexts, options.stopTexts()))
              .endTokens(both(stopTokens, options.endTokens()))
              .seed(options.seed() + turns.size() / 2)
              .build();
      text = new ReplyText(tokenizer.streamingDecoder(true), config.stopTexts());
    }

    Reply run() {
      FinishReason reason = FinishReason.CANCELLED;
      try {
        reason = generate();
        tell(text.finish());
      } finally { // whatever ends it, what was said and replied is kept
        text.finish();
        keep(reason == FinishReason.CANCELLED);
      }
      long computed = session.computed() - computedBefore;
      return new Reply(text.text(), reason, prompt.length, computed, text.tokens());
    }

    private FinishReason generate() {
      GeneratedSequence sequence =
          new Generator(session)
              .decoder(tokens -> tokenizer.decode(tokens, true))
              .cancelWhen(() -> cancelled)
              .listener((_, token) -> tell(text.push(token)))
              .generate(config, new int[][] {prompt})
              .sequences()
              .getFirst();
      if (config.numBeams() > 1) { // beams are known at their end
        for (int token : sequence.newIds()) {
          tell(text.push(token));
        }
      }
      return text.stopped() ? FinishReason.STOP : sequence.finishReason();
    }

    private void tell(String piece) {
      if (!piece.isEmpty()) {
        listener.text(piece);
      }
    }

    private void keep(boolean interrupted) {
      turns.add(new Turn(Role.USER, said, false));
      turns.add(new Turn(Role.ASSISTANT, text.text(), interrupted));
      ReplyText.Memory memory =
          text.memory(config.endTokens(), tokens -> tokenizer.decode(tokens, true));
      window.add(
          join(turn, memory.tokens(), encode(memory.rest() + template.assistant().suffix())));
    }
  }

  /**
   * Writes the transcript as JSON lines, a turn each: {@code role} ({@code system}, {@code user},
   * {@code assistant}), {@code content}, and {@code "interrupted": true} where a reply was.
   *
   * @throws ModelException if the file cannot be written; it is left as it was
   */
  public void save(Path file) {
    new Transcript(system, turns).write(file);
  }

  /**
   * Goes on with a conversation that was saved, instead of this one. The window gets as many of its
   * latest exchanges as fit half of the context.
   *
   * @throws ModelException if the file holds no conversation; this one then stays as it was
   */
  public void load(Path file) {
    Transcript read = Transcript.read(file);
    system(read.system());
    reset();
    turns.addAll(read.turns());
    for (int i = turns.size() - 2; i >= 0; i -= 2) {
      String replied = turns.get(i + 1).text() + template.assistant().suffix();
      if (!window.addOlder(join(encode(opening(turns.get(i).text())), encode(replied)))) {
        break;
      }
    }
  }

  /** Ends the conversation; the model stays open. */
  @Override
  public void close() {
    session.close();
  }

  /** What the model reads before it replies. */
  private String opening(String said) {
    return template.user().put(said) + template.assistant().prefix();
  }

  private int[] encode(String text) {
    return tokenizer.encodeToIds(text, false);
  }

  private static int[] join(int[]... parts) {
    IntList all = new IntList();
    Arrays.stream(parts).forEach(all::addAll);
    return all.toArray();
  }

  private static <T> List<T> both(List<T> some, List<T> others) {
    List<T> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  /** The text with U+FFFD for surrogates that are no pair, as UTF-8 cannot hold them. */
  private static String wellFormed(String text) {
    StringBuilder sound = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(sound::appendCodePoint);
    return sound.toString();
  }
}
