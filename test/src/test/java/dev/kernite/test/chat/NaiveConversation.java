package dev.kernite.test.chat;

import dev.kernite.models.TextModel;
import dev.kernite.models.chat.PromptTemplate;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.Generator;
import dev.kernite.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A conversation by its definition: a fresh session reads the whole window at every turn, and the
 * window is what the documentation says it is.
 */
final class NaiveConversation {
  private final TextModel model;
  private final Tokenizer tokenizer;
  private final PromptTemplate template;
  private final int[] system;
  private final List<int[]> exchanges = new ArrayList<>();
  private int limit;

  NaiveConversation(TextModel model, PromptTemplate template, String system) {
    this.model = model;
    this.tokenizer = model.tokenizer();
    this.template = template;
    this.system =
        system.isEmpty()
            ? new int[0]
            : encode(template.system().prefix() + system + template.system().suffix());
  }

  /**
   * An answer.
   *
   * @param text without a stop text
   * @param prompt what the model read
   * @param turn tokens of what the user said
   */
  record Answer(String text, int[] prompt, int turn) {}

  int[] window() {
    return join(Stream.concat(Stream.of(system), exchanges.stream()));
  }

  Answer reply(String said, GenerationConfig options) {
    int[] turn =
        encode(
            template.user().prefix()
                + said
                + template.user().suffix()
                + template.assistant().prefix());
    List<String> stops = new ArrayList<>(template.stopTexts());
    stops.addAll(options.stopTexts());
    try (DecodeSession session = model.session()) {
      limit = session.maxPositions();
      int reserve = Math.min(options.maxNewTokens().getAsInt(), limit / 4);
      if (window().length + turn.length + reserve > limit) {
        while (!exchanges.isEmpty() && window().length + turn.length > limit / 2) {
          exchanges.removeFirst();
        }
      }
      int[] prompt = join(Stream.of(window(), turn));
      int[] ids =
          new Generator(session)
              .decoder(tokens -> tokenizer.decode(tokens, true))
              .generate(options.toBuilder().stopTexts(stops).build(), new int[][] {prompt})
              .sequences()
              .getFirst()
              .newIds();
      String whole = tokenizer.decode(ids, true);
      int end = stops.stream().mapToInt(whole::indexOf).filter(at -> at >= 0).min().orElse(-1);
      exchanges.add(exchange(turn, ids, whole, end, options));
      return new Answer(end < 0 ? whole : whole.substring(0, end), prompt, turn.length);
    }
  }

  /** The tokens that hold the reply, the rest of its text encoded anew, the template's suffix. */
  private int[] exchange(int[] turn, int[] ids, String whole, int end, GenerationConfig options) {
    if (end < 0) {
      int[] kept = Arrays.stream(ids).filter(id -> !options.endTokens().contains(id)).toArray();
      return join(Stream.of(turn, kept, encode(template.assistant().suffix())));
    }
    String text = whole.substring(0, end);
    int count =
        IntStream.rangeClosed(0, ids.length)
            .filter(n -> text.startsWith(decode(ids, n)))
            .reduce(0, (a, b) -> decode(ids, b).length() >= decode(ids, a).length() ? b : a);
    String rest = text.substring(decode(ids, count).length());
    return join(
        Stream.of(turn, Arrays.copyOf(ids, count), encode(rest + template.assistant().suffix())));
  }

  private String decode(int[] ids, int count) {
    return tokenizer.decode(Arrays.copyOf(ids, count), true);
  }

  private int[] encode(String text) {
    return tokenizer.encodeToIds(text, false);
  }

  private static int[] join(Stream<int[]> parts) {
    return parts.flatMapToInt(Arrays::stream).toArray();
  }
}
