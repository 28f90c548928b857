package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.cli.Main;
import dev.kernite.test.chat.TinyChat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kernite chat} driven by a script. */
final class ChatCommandTest {
  private static final Path MODELS = Path.of("src/test/resources/fixtures/models");

  @TempDir private static Path folder;
  private static String model;

  @BeforeAll
  static void train() throws Exception {
    model = TinyChat.lay(folder).toString();
  }

  private static Kernite chat(String typed, String... options) {
    List<String> args = new ArrayList<>(List.of("chat", "--model", model));
    args.addAll(List.of(options));
    return Kernite.runWith(typed, args.toArray(String[]::new));
  }

  private static List<JsonNode> json(String typed, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--json");
    Kernite run = chat(typed, all.toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().chars().allMatch(c -> c < 128), run.out());
    return run.out().lines().map(line -> new JsonMapper().readTree(line)).toList();
  }

  private static String said(JsonNode reply) {
    return reply.get("user").stringValue();
  }

  @Test
  void aLineIsAMessageAndAReplyALine() {
    Kernite plain = chat("hi3\n\nno2");
    assertEquals(0, plain.code(), plain.err());
    List<JsonNode> json = json("hi3\n\nno2");
    assertEquals(2, json.size());
    assertEquals(
        json.stream().map(reply -> reply.get("reply").stringValue().strip()).toList(),
        plain.out().lines().toList());
    JsonNode first = json.getFirst();
    assertEquals("hi3", said(first));
    assertEquals("stop", first.get("finish_reason").stringValue());
    assertEquals(
        first.get("window_tokens").intValue() + first.get("new_tokens").intValue() - 1,
        first.get("computed_tokens").intValue());
    assertTrue(
        json.getLast().get("computed_tokens").intValue()
            < json.getLast().get("window_tokens").intValue() + 5,
        "the second turn reads the first again");
  }

  @Test
  void messagesMayHaveSeveralLines() {
    String typed = "one\\\ntwo\n\"\"\"\nthree\n\nfour \\\n\"\"\"\n\"\"\"five\"\"\"\n /help\nsix\\";
    assertEquals(
        List.of("one\ntwo", "three\n\nfour \\", "five", " /help", "six\\"),
        json(typed, "--max-new-tokens", "2").stream().map(ChatCommandTest::said).toList());
  }

  @Test
  void bytesThatAreNoTextArriveAsReplacements() {
    byte[] typed = {'h', 'i', (byte) 0xff, (byte) 0xf0, (byte) 0x9f, '\n'};
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        Main.run(
            new String[] {"chat", "--json", "--model", model, "--max-new-tokens", "3"},
            new ByteArrayInputStream(typed),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8));
    assertEquals(0, code);
    String said = said(new JsonMapper().readTree(out.toString(StandardCharsets.UTF_8)));
    assertTrue(said.startsWith("hi\uFFFD\uFFFD"), said);
  }

  @Test
  void commandsSaveLoadResetAndSet() throws IOException {
    Path file = folder.resolve("saved.jsonl");
    Kernite run =
        chat(
            "/system Be kind.\nhi1\n/save "
                + file
                + "\n/reset\n/load "
                + file
                + "\n"
                + "/params max_new_tokens=3 Temperature=0.5 seed=4\n/params\n/params seed=\n"
                + "/system -\n/help\n/exit\nnever read\n");
    assertEquals(0, run.code(), run.err());
    assertEquals(1, run.out().lines().count(), run.out());
    List<String> saved = Files.readAllLines(file);
    assertEquals(3, saved.size());
    assertEquals("{\"role\":\"system\",\"content\":\"Be kind.\"}", saved.getFirst());
    assertEquals(
        run.out().strip(),
        new JsonMapper().readTree(saved.getLast()).get("content").stringValue().strip());
    for (String part :
        List.of(
            "system text: Be kind.",
            "2 turns are in " + file,
            "going on after 2 turns",
            "max-new-tokens=3 temperature=0.5 seed=4",
            "max-new-tokens=3 temperature=0.5\n",
            "no-repeat-ngram-size",
            "there is no system text",
            "/reset")) {
      assertTrue(run.err().contains(part), part + " is not in " + run.err());
    }
  }

  @Test
  void whatCannotBeDoneEndsAScriptWithOneLine() {
    for (List<String> bad :
        List.of(
            List.of("/frobnicate", "no command '/frobnicate'"),
            List.of("/save", "/save needs a file"),
            List.of("/load nowhere.jsonl", "nowhere.jsonl"),
            List.of("/params top_p", "not name=value"),
            List.of("/params top_p=2", "top-p"),
            List.of("/params top_p=x", "top_p"),
            List.of("/params nonsense=1", "max-new-tokens"),
            List.of("/params max_length=9", "max-new-tokens"),
            List.of("/system " + "long ".repeat(90), "system text"))) {
      Kernite run = chat(bad.getFirst() + "\nhi\n");
      assertEquals(1, run.code(), run.err());
      assertEquals("", run.out());
      List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
      assertEquals(1, errors.size(), run.err());
      assertTrue(errors.getFirst().contains(bad.getLast()), errors.getFirst());
    }
  }

  @Test
  void aTemplateMayComeFromAFileOrTheModel() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("t.json"),
            "{\"user\": {\"prefix\": \"User: \", \"suffix\": \"\\nAssistant:\"}, \"stop\": [\".\"]}");
    String reply = json("hi1", "--template", file.toString()).getFirst().get("reply").stringValue();
    assertFalse(reply.contains("."), reply);
    Files.writeString(folder.resolve("bad.json"), "{\"usr\": {}}");
    for (String[] bad :
        new String[][] {{folder.resolve("bad.json").toString(), "'usr'"}, {"nope", "chatml"}}) {
      Kernite run = chat("hi", "--template", bad[0]);
      assertEquals(1, run.code());
      assertTrue(run.err().contains(bad[1]), run.err());
    }
    Path config = Path.of(model, "tokenizer_config.json");
    try {
      Files.writeString(config, "{\"chat_template\": \"{% for m in messages %}<|user|>\"}");
      Kernite unknown = chat("hi", "--max-new-tokens", "1");
      assertTrue(unknown.err().contains("not known and not used"), unknown.err());
      Files.writeString(config, "{\"chat_template\": \"<|im_start|>user<|im_end|>\"}");
      int known = json("hi", "--max-new-tokens", "1").getFirst().get("window_tokens").intValue();
      int chatml =
          json("hi", "--max-new-tokens", "1", "--template", "chatml")
              .getFirst()
              .get("window_tokens")
              .intValue();
      assertEquals(chatml, known);
    } finally {
      Files.deleteIfExists(config);
    }
  }

  @Test
  void modelsThatDoNotContinueTextsAreRefused() {
    for (String other : List.of("t5-v1.1", "bert", "gpt2")) { // the last has no tokenizer
      Kernite run = Kernite.runWith("hi", "chat", "--model", MODELS.resolve(other).toString());
      assertEquals(1, run.code(), run.err());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().startsWith("error: "), run.err());
    }
  }
}
