package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.test.chat.TinyChat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code kernite chat} before a real terminal, which tmux plays. */
@Tag("slow")
final class ChatTerminalTest {
  private static final int TURNS = 200;
  private static final Path STORIES = Path.of("../models/bundled/stories").toAbsolutePath();
  private static final Pattern TURN =
      Pattern.compile(
          "\\[turn (\\d+): window (\\d+) tokens, (\\d+) written, (\\d+) run, ([^ ]+) s]");

  @TempDir private Path folder;
  private String socket;

  @BeforeEach
  void requireTmux() throws Exception {
    boolean there;
    try {
      there = new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, "tmux is not installed; it plays the terminal");
    socket = folder.resolve("tmux").toString();
  }

  @AfterEach
  void endTmux() throws Exception {
    tmux("kill-server");
  }

  private String tmux(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-S", socket));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    return out;
  }

  /** Starts a conversation; its exit code follows on the screen. */
  private void start(Path model, String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of("chat", "--model", model.toString()));
    args.addAll(List.of(options));
    List<String> command = new ArrayList<>(Launched.command(args));
    command.addAll(
        1,
        List.of(
            "-Dkernite.terminal.interactive=true", "-Dkernite.cache=" + folder.resolve("cache")));
    StringBuilder script = new StringBuilder("trap : INT; export LC_ALL=C.UTF-8\n");
    command.forEach(word -> script.append('\'').append(word.replace("'", "'\\''")).append("' "));
    script
        .append("2>'")
        .append(folder.resolve("errors"))
        .append("'\necho exit code $?\nsleep 600\n");
    Path file = Files.writeString(folder.resolve("run.sh"), script);
    tmux("new-session", "-d", "-s", "chat", "-x", "100", "-y", "40", "sh '" + file + "'");
    tmux("set-option", "-g", "history-limit", "20000");
    await(screen -> screen.strip().endsWith(">"));
  }

  private String screen() throws Exception {
    return tmux("capture-pane", "-p", "-J", "-t", "chat", "-S", "-2000");
  }

  private String await(Predicate<String> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    String screen = screen();
    while (!condition.test(screen)) {
      if (System.nanoTime() > end) {
        fail(screen + Files.readString(folder.resolve("errors")));
      }
      Thread.sleep(20);
      screen = screen();
    }
    return screen;
  }

  private void type(String text) throws Exception {
    tmux("send-keys", "-t", "chat", "-l", text);
  }

  private void press(String... keys) throws Exception {
    for (String key : keys) {
      tmux("send-keys", "-t", "chat", key);
    }
  }

  @Test
  void twoHundredTurns() throws Exception {
    start(TinyChat.lay(folder), "--verbose", "--max-new-tokens", "30");
    List<Double> seconds = new ArrayList<>();
    for (int n = 1; n <= TURNS; n++) {
      type("the sea " + n);
      press("Enter");
      String mark = "[turn " + n + ":";
      Matcher turn = TURN.matcher(await(s -> s.contains(mark) && s.strip().endsWith(">")));
      while (turn.find()) {
        if (Integer.parseInt(turn.group(1)) == n) {
          seconds.add(Double.parseDouble(turn.group(5)));
          assertTrue(Integer.parseInt(turn.group(4)) <= TinyChat.CONTEXT, turn.group());
        }
      }
      if (n % 50 == 0) {
        tmux("resize-window", "-t", "chat", "-x", n % 100 == 0 ? "100" : "61", "-y", "30");
      }
    }
    assertEquals(TURNS, seconds.size());
    Path saved = folder.resolve("saved.jsonl");
    type("/save " + saved);
    press("Enter");
    await(s -> s.replace("\n", "").contains("turns are in"));
    List<String> lines = Files.readAllLines(saved);
    assertEquals(2 * TURNS, lines.size());
    for (int n = 1; n <= TURNS; n++) {
      String content = new JsonMapper().readTree(lines.get(2 * n - 2)).get("content").stringValue();
      assertEquals("the sea " + n, content);
    }
    press("C-d");
    await(s -> s.contains("exit code 0"));
    double early = median(seconds.subList(20, 60));
    double late = median(seconds.subList(TURNS - 40, TURNS));
    assertTrue(late < 3 * early, "turns 20 to 60 took %f s, the last %f s".formatted(early, late));
    List<String> errors =
        Files.readAllLines(folder.resolve("errors")).stream()
            .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
            .toList();
    assertEquals(List.of(), errors);
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
  }

  @Test
  void controlCStopsAReplyOrClearsTheLine() throws Exception {
    // Bare and without an end token a reply takes as many tokens as it may: a second or so.
    start(STORIES, "--template", "bare", "--eos", "none", "--max-new-tokens", "240", "--verbose");
    type("not said");
    await(s -> s.contains("not said"));
    press("C-c");
    await(s -> s.strip().endsWith("said\n>"));
    boolean stopped = false;
    for (int n = 1; n <= 10 && !stopped; n++) {
      String said = "Chapter " + n + ". It was";
      type(said);
      press("Enter");
      await(s -> s.substring(s.lastIndexOf(said) + said.length()).strip().length() > 20);
      press("C-c");
      String mark = "[turn " + n + ":";
      stopped = await(s -> s.contains(mark)).contains("[stopped]");
    }
    assertTrue(stopped, "no reply was stopped");
    await(s -> s.strip().endsWith(">"));
    type("/params max-new-tokens=3");
    press("Enter");
    type("and on");
    press("Enter");
    await(s -> s.contains(" 3 written") && s.strip().endsWith(">"));
    Path saved = folder.resolve("saved.jsonl");
    type("/save " + saved);
    press("Enter");
    await(s -> s.replace("\n", "").contains("turns are in"));
    String all = Files.readString(saved);
    assertTrue(all.contains("\"interrupted\":true"), all);
    assertTrue(!all.contains("not said"), all);
    type("/exit");
    press("Enter");
    await(s -> s.contains("exit code 0"));
  }

  @Test
  void linesAreEditedJoinedAndRemembered() throws Exception {
    start(TinyChat.lay(folder), "--max-new-tokens", "2");
    type("one\\");
    press("Enter");
    type("two");
    press("M-Enter");
    type("thre\u00e9x");
    press("BSpace", "Enter");
    await(s -> s.contains("three") || s.contains("thre\u00e9"));
    type("\"\"\"a");
    press("Enter");
    type("b\"\"\"");
    press("Enter");
    press("Up", "Up", "Up", "Enter"); // through both lines of the last message to the first
    Path saved = folder.resolve("saved.jsonl");
    type("/save " + saved);
    press("Enter");
    await(s -> s.replace("\n", "").contains("6 turns are in"));
    List<String> said =
        Files.readAllLines(saved).stream()
            .map(line -> new JsonMapper().readTree(line))
            .filter(line -> line.get("role").stringValue().equals("user"))
            .map(line -> line.get("content").stringValue())
            .toList();
    String first = "one\ntwo\nthre\u00e9";
    assertEquals(List.of(first, "a\nb", first), said);
    press("C-d");
    await(s -> s.contains("exit code 0"));
    assertTrue(Files.readString(folder.resolve("cache/chat/history")).contains("thre\u00e9"));
  }
}
