package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.training.ModelWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of trained models: what is written, and what is left as it is. */
final class ModelWriterTest {
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir private Path temporary;
  private Path source;
  private Path out;

  @BeforeEach
  void laySource() throws IOException {
    source = Files.createDirectories(temporary.resolve("source"));
    out = temporary.resolve("out");
    Files.writeString(source.resolve("config.json"), "{\"n_layer\": 1}");
    Files.writeString(source.resolve("tokenizer.json"), "{}");
    Files.writeString(source.resolve("notes.txt"), "not part of a model");
  }

  private void write(Path folder, float value) {
    try (Engine engine = Engine.open();
        Tensor w = engine.full(Shape.of(3), value)) {
      new ModelWriter(source, FileDtype.F32).write(folder, Map.of("w", w));
    }
  }

  @Test
  void weightsAreWrittenAndTheRestIsTakenOver() throws IOException {
    write(out, 2);
    assertEquals("{\"n_layer\": 1}", Files.readString(out.resolve("config.json")));
    assertEquals("{}", Files.readString(out.resolve("tokenizer.json")));
    assertFalse(Files.exists(out.resolve("notes.txt")));
    try (Checkpoint checkpoint = Checkpoint.open(out)) {
      assertEquals("[w]", checkpoint.names().toString());
    }
  }

  /** A name that a folder repeats is another file: only the model's configuration is changed. */
  @Test
  void howSentencesAndTurnsAreReadIsTakenOverAsItIs() throws IOException {
    Files.createDirectories(source.resolve("1_Pooling"));
    Files.writeString(source.resolve("1_Pooling/config.json"), "{\"a\": 1}");
    Files.writeString(source.resolve("chat_template.jinja"), "{{ messages }}");
    Files.writeString(source.resolve("tokenizer.model"), "pieces");
    try (Engine engine = Engine.open();
        Tensor w = engine.full(Shape.of(3), 1)) {
      new ModelWriter(source, FileDtype.F32, Map.of("n_layer", 2)).write(out, Map.of("w", w));
    }
    assertTrue(
        Files.readString(out.resolve("config.json")).matches("(?s).*\"n_layer\"\\s*:\\s*2.*"));
    assertEquals("{\"a\": 1}", Files.readString(out.resolve("1_Pooling/config.json")));
    assertEquals("{{ messages }}", Files.readString(out.resolve("chat_template.jinja")));
    assertEquals("pieces", Files.readString(out.resolve("tokenizer.model")));
  }

  @Test
  void copiesThatAreThereAlreadyAreNotWrittenAgain() throws IOException {
    write(out, 2);
    for (String name : new String[] {"config.json", "tokenizer.json", "model.safetensors"}) {
      Files.setLastModifiedTime(out.resolve(name), LONG_AGO);
    }
    Files.writeString(source.resolve("tokenizer.json"), "{ }");
    write(out, 3);
    assertEquals(LONG_AGO, Files.getLastModifiedTime(out.resolve("config.json")));
    assertEquals("{ }", Files.readString(out.resolve("tokenizer.json")));
    assertFalse(LONG_AGO.equals(Files.getLastModifiedTime(out.resolve("model.safetensors"))));
  }

  @Test
  void aModelMayBeWrittenOverItsOwnSource() throws IOException {
    write(source, 2);
    assertEquals("{\"n_layer\": 1}", Files.readString(source.resolve("config.json")));
  }
}
