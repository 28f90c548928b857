package dev.kernite.test.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.TextModel;
import dev.kernite.models.chat.Conversation;
import dev.kernite.models.chat.PromptTemplate;
import dev.kernite.models.chat.Reply;
import dev.kernite.models.chat.ReplyListener;
import dev.kernite.models.chat.Turn;
import dev.kernite.models.generation.FinishReason;
import dev.kernite.models.generation.GenerationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations far beyond the context, against one that is computed anew at every turn. */
final class ConversationTest {
  private static final PromptTemplate PLAIN = PromptTemplate.named("plain");

  @TempDir private static Path folder;
  private static Engine engine;
  private static TextModel model;

  @BeforeAll
  static void train() throws Exception {
    Path tiny = TinyChat.lay(folder);
    engine = Engine.open();
    model = TextModel.load(engine, tiny);
  }

  @AfterAll
  static void close() {
    model.close();
    engine.close();
  }

  private static Conversation begin(GenerationConfig options) {
    Conversation chat = new Conversation(model, PLAIN);
    chat.options(options);
    return chat;
  }

  private static GenerationConfig greedy(int newTokens) {
    return model.options().maxNewTokens(newTokens).build();
  }

  /** What is said in turn n: of other lengths, some with characters of several bytes. */
  private static String said(int n) {
    return new String[] {"hi", "the sea", "yes \ud83d\ude07", "a day"}[n % 4] + n;
  }

  @Test
  void twoHundredTurnsAreThoseOfAConversationComputedAnew() {
    NaiveConversation naive = new NaiveConversation(model, PLAIN, "Be kind.");
    GenerationConfig options = greedy(30);
    long[] work = new long[200];
    long needed = 0;
    int slid = 0;
    int stopped = 0;
    List<String> all = new ArrayList<>();
    try (Conversation chat = begin(options)) {
      chat.system("Be kind.");
      for (int n = 0; n < work.length; n++) {
        Pieces pieces = new Pieces();
        Reply reply = chat.reply(said(n), pieces);
        NaiveConversation.Answer expected = naive.reply(said(n), options);
        assertEquals(expected.text(), reply.text(), "turn " + n);
        assertEquals(expected.prompt().length, reply.windowTokens(), "turn " + n);
        assertArrayEquals(naive.window(), chat.window(), "turn " + n);
        assertEquals(reply.text(), pieces.joined(), "turn " + n);
        all.addAll(List.of(said(n), reply.text()));
        work[n] = reply.computedTokens();
        needed += expected.turn() + reply.newTokens();
        slid += pieces.moved > 0 ? 1 : 0;
        stopped += reply.finishReason() == FinishReason.STOP ? 1 : 0;
        assertTrue(work[n] <= TinyChat.CONTEXT, "turn " + n + " ran " + work[n]);
      }
      assertEquals(all, chat.turns().stream().map(Turn::text).toList());
    }
    assertTrue(slid > 20, "the window slid " + slid + " times");
    assertTrue(stopped > 100, "the model ended its turn " + stopped + " times");
    long total = Arrays.stream(work).sum();
    assertTrue(total < 2.5 * needed, total + " positions run for " + needed);
    long first = Arrays.stream(work, 20, 80).sum();
    long last = Arrays.stream(work, 140, 200).sum();
    assertTrue(last < 1.3 * first, first + " positions of 60 turns, later " + last);
  }

  @Test
  void withoutSlidingOnlyWhatIsNewIsRun() {
    try (Conversation chat = begin(greedy(4))) {
      int before = 0;
      for (int n = 0; n < 3; n++) {
        Reply reply = chat.reply("hi", _ -> {});
        // The last token of a reply and what the template puts behind it are read with the turn.
        assertTrue(reply.windowTokens() + 3 - before >= reply.computedTokens(), "turn " + n);
        before = reply.windowTokens() + reply.newTokens() - 1;
      }
    }
  }

  /** Wherever a stop text lies in a reply, in tokens and characters, what is before it stays. */
  @Test
  void aStopTextEndsTheReplyAndIsNoPartOfIt() {
    GenerationConfig options = greedy(24).toBuilder().endTokens(List.of()).build();
    String whole;
    try (Conversation chat = begin(options)) {
      whole = chat.reply("yes1", _ -> {}).text();
    }
    assertTrue(whole.length() > 8, whole);
    for (int from = 0; from < whole.length(); from++) {
      for (int to = from + 1; to <= Math.min(whole.length(), from + 6); to++) {
        if (Character.isLowSurrogate(whole.charAt(from))
            || Character.isHighSurrogate(whole.charAt(to - 1))) {
          continue;
        }
        String stop = whole.substring(from, to);
        GenerationConfig stops = options.toBuilder().stopTexts(List.of("zzz", stop)).build();
        NaiveConversation naive = new NaiveConversation(model, PLAIN, "");
        try (Conversation chat = begin(stops)) {
          Pieces pieces = new Pieces();
          Reply reply = chat.reply("yes1", pieces);
          assertEquals(whole.substring(0, whole.indexOf(stop)), reply.text(), stop);
          assertEquals(reply.text(), pieces.joined(), stop);
          assertEquals(FinishReason.STOP, reply.finishReason());
          naive.reply("yes1", stops);
          assertArrayEquals(naive.window(), chat.window(), stop);
        }
      }
    }
  }

  @Test
  void charactersOfSeveralTokensArriveWhole() {
    boolean emoji = false;
    try (Conversation chat = begin(greedy(30))) {
      for (int n = 0; n < 10; n++) {
        Pieces pieces = new Pieces();
        String text = chat.reply(said(n), pieces).text();
        if (text.codePoints().anyMatch(c -> c >= 0x1F600) && text.indexOf('\uFFFD') < 0) {
          emoji = true;
          for (String piece : pieces.texts) {
            assertFalse(Character.isHighSurrogate(piece.charAt(piece.length() - 1)), piece);
            assertEquals(-1, piece.indexOf('\uFFFD'), piece);
          }
        }
      }
    }
    assertTrue(emoji, "no reply had an emoji");
  }

  @Test
  void aReplyCancelledByAnotherThreadIsKept() throws Exception {
    GenerationConfig endless = greedy(60).toBuilder().endTokens(List.of()).build();
    try (Conversation chat = new Conversation(model, PromptTemplate.named("bare"))) {
      chat.options(endless);
      chat.cancel(); // without a reply it does nothing
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch cancelled = new CountDownLatch(1);
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    await(begun);
                    chat.cancel();
                    cancelled.countDown();
                  });
      StringBuilder seen = new StringBuilder();
      Reply reply =
          chat.reply(
              "User: hi",
              piece -> {
                seen.append(piece);
                begun.countDown();
                await(cancelled);
              });
      other.join();
      assertEquals(FinishReason.CANCELLED, reply.finishReason());
      assertTrue(reply.newTokens() < 60, "cancelled after " + reply.newTokens());
      assertFalse(seen.isEmpty());
      assertEquals(seen.toString(), reply.text());
      assertEquals(new Turn(Turn.Role.ASSISTANT, seen.toString(), true), chat.turns().getLast());
      Reply next = chat.reply("more", _ -> {});
      assertEquals(FinishReason.LENGTH, next.finishReason());
      assertFalse(chat.turns().getLast().interrupted());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aListenerThatFailsLosesNothing() {
    try (Conversation chat = begin(greedy(20))) {
      assertThrows(
          ArithmeticException.class,
          () ->
              chat.reply(
                  "hi1",
                  _ -> {
                    throw new ArithmeticException();
                  }));
      assertEquals("hi1", chat.turns().getFirst().text());
      assertTrue(chat.turns().getLast().interrupted());
      assertTrue(chat.reply("hi2", _ -> {}).newTokens() > 0);
      assertEquals(4, chat.turns().size());
    }
  }

  @Test
  void aTurnThatIsTooLongLosesItsStartAndSaysSo() {
    String longText = "the sea ".repeat(100) + "\ud83d\ude00 a day3";
    try (Conversation chat = begin(greedy(10))) {
      chat.system("Be kind.");
      chat.reply("hi", _ -> {});
      Pieces pieces = new Pieces();
      Reply reply = chat.reply(longText, pieces);
      assertTrue(pieces.cut > 0);
      assertEquals(2, pieces.moved);
      assertTrue(reply.windowTokens() <= TinyChat.CONTEXT - 10, "" + reply.windowTokens());
      String seen = model.tokenizer().decode(chat.window(), false);
      assertTrue(seen.startsWith("Be kind.\n\nUser: "), seen);
      assertTrue(seen.contains("\ud83d\ude00 a day3\nAssistant:"), seen);
      assertEquals(longText, chat.turns().get(2).text());
      assertTrue(chat.reply("hi2", _ -> {}).newTokens() > 0);
    }
  }

  @Test
  void savedAndLoadedItGoesOn() throws Exception {
    Path file = folder.resolve("chat.jsonl");
    List<Turn> turns;
    String next;
    try (Conversation chat = begin(greedy(30))) {
      chat.system("Be \"kind\".\n");
      for (int n = 0; n < 12; n++) {
        chat.reply(said(n) + "\n\ud800", _ -> {});
      }
      chat.save(file);
      turns = chat.turns();
    }
    assertTrue(turns.getFirst().text().endsWith("\n\uFFFD"), turns.getFirst().text());
    try (Conversation chat = begin(greedy(30))) {
      chat.reply("forgotten", _ -> {});
      chat.load(file);
      assertEquals(turns, chat.turns());
      assertEquals("Be \"kind\".\n", chat.system());
      assertTrue(chat.window().length > 10 && chat.window().length <= TinyChat.CONTEXT / 2);
      next = chat.reply("hi5", _ -> {}).text();
      chat.reset();
      assertEquals(List.of(), chat.turns());
      chat.load(file);
      assertEquals(next, chat.reply("hi5", _ -> {}).text());
    }
  }

  @Test
  void aFileThatIsNoConversationIsRefusedAndChangesNothing() throws Exception {
    try (Conversation chat = begin(greedy(5))) {
      chat.reply("hi", _ -> {});
      List<Turn> before = chat.turns();
      String user = "{\"role\":\"user\",\"content\":\"a\"}\n";
      for (String bad :
          List.of(
              "no json",
              "{}",
              "[1]",
              user,
              user + user,
              user + "\n",
              "{\"role\":\"assistant\",\"content\":\"a\"}",
              user + "{\"role\":\"system\",\"content\":\"a\"}",
              "{\"role\":\"user\",\"content\":7}")) {
        Path file = Files.writeString(folder.resolve("bad.jsonl"), bad);
        ModelException e = assertThrows(ModelException.class, () -> chat.load(file), bad);
        assertTrue(e.getMessage().contains("bad.jsonl"), e.getMessage());
      }
      assertThrows(ModelException.class, () -> chat.load(folder.resolve("none.jsonl")));
      assertEquals(before, chat.turns());
    }
  }

  @Test
  void samplesDifferFromTurnToTurnAndRepeatWithTheSeed() {
    GenerationConfig options = greedy(20).toBuilder().sample(true).temperature(2).seed(5).build();
    List<String> once = new ArrayList<>();
    List<String> again = new ArrayList<>();
    try (Conversation chat = begin(options)) {
      for (List<String> run : List.of(once, again)) {
        for (int n = 0; n < 3; n++) {
          run.add(chat.reply("hi", _ -> {}).text());
        }
        chat.reset();
      }
    }
    assertEquals(once, again);
    assertEquals(3, once.stream().distinct().count());
  }

  @Test
  void beamsReplyToo() {
    GenerationConfig options = greedy(12).toBuilder().numBeams(3).build();
    NaiveConversation naive = new NaiveConversation(model, PLAIN, "");
    try (Conversation chat = begin(options)) {
      for (int n = 0; n < 6; n++) {
        Pieces pieces = new Pieces();
        String text = chat.reply(said(n), pieces).text();
        assertEquals(naive.reply(said(n), options).text(), text);
        assertEquals(text, pieces.joined());
      }
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    try (Conversation chat = begin(greedy(5))) {
      String system = "the sea ".repeat(40);
      ModelException long1 = assertThrows(ModelException.class, () -> chat.system(system));
      assertTrue(long1.getMessage().contains("can have 24"), long1.getMessage());
      assertEquals("", chat.system());
      for (GenerationConfig bad :
          List.of(
              model.options().maxLength(9).build(),
              model.options().minLength(9).build(),
              model.options().sample(true).numReturnSequences(2).build())) {
        assertThrows(ModelException.class, () -> chat.options(bad));
      }
    }
    try (Conversation chat = new Conversation(model, PromptTemplate.named("bare"))) {
      assertThrows(ModelException.class, () -> chat.reply("", _ -> {}));
      assertEquals(List.of(), chat.turns());
    }
  }

  /** What a listener is told. */
  private static final class Pieces implements ReplyListener {
    final List<String> texts = new ArrayList<>();
    int moved;
    int cut;

    @Override
    public void text(String piece) {
      texts.add(piece);
    }

    @Override
    public void windowMoved(int turns) {
      moved += turns;
    }

    @Override
    public void startCut(int tokens) {
      cut += tokens;
    }

    String joined() {
      return String.join("", texts);
    }
  }
}
