package dev.kernite.test.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A GPT-2 with a context of 96 tokens that has learnt, in a second or two, to reply with a few
 * words and one of 40 emoji, whose bytes are no single token, and to end its turn.
 */
public final class TinyChat {
  /** Tokens that it can see. */
  public static final int CONTEXT = 96;

  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 320,
       "n_positions": 96, "n_embd": 32, "n_layer": 2, "n_head": 2, "eos_token_id": 0,
       "attn_pdrop": 0, "embd_pdrop": 0, "resid_pdrop": 0}
      """;

  /** The files of the trained model by name: it learns once. */
  private static final Map<String, byte[]> FILES = new TreeMap<>();

  private TinyChat() {}

  /** Lays it into a folder. */
  public static synchronized Path lay(Path folder) throws IOException {
    if (FILES.isEmpty()) {
      train(Files.createDirectories(folder.resolve("training")));
    }
    Path model = Files.createDirectories(folder.resolve("tiny"));
    for (Map.Entry<String, byte[]> file : FILES.entrySet()) {
      Files.write(model.resolve(file.getKey()), file.getValue());
    }
    return model;
  }

  private static void train(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    String[] words = {"hi", "yes", "no", "the sea", "a day", "good"};
    for (int i = 0; i < 600; i++) {
      text.append("User: ").append(words[i % 5]).append(i % 7).append('\n');
      text.append("Assistant: ").append(words[(i + 1) % 6]).append(' ');
      text.appendCodePoint(0x1F600 + i % 40).append(" so.\n");
    }
    Path data = Files.writeString(folder.resolve("talk.txt"), text);
    Path start = Files.createDirectories(folder.resolve("start"));
    Files.writeString(start.resolve("config.json"), CONFIG);
    Path out = folder.resolve("out");
    run("train-tokenizer --vocab-size 320", "--data", data, "--out", start);
    run(
        "train --batch-size 8 --max-length 64 --lr 5e-3 --steps 150 --seed 1",
        "--model",
        start,
        "--data",
        data,
        "--out",
        out);
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      FILES.put(name, Files.readAllBytes(out.resolve(name)));
    }
  }

  private static void run(String words, Object... more) {
    String[] args =
        Stream.concat(Stream.of(words.split(" ")), Stream.of(more).map(Object::toString))
            .toArray(String[]::new);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            InputStream.nullInputStream(),
            new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8));
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
  }
}
