package dev.kernite.cli;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Between texts and the inputs of {@code forward}. */
final class ForwardText {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";

  private ForwardText() {}

  /** Writes a text's ids, with the special tokens of the model, as inputs; the file. */
  static Path write(Path model, String text, Path folder) {
    int[] ids = Tokenizer.load(model).encode(text).ids();
    SafetensorsWriter writer = new SafetensorsWriter();
    Path file = folder.resolve("inputs.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_INT, ids);
      writer.ints(IDS, FileDtype.I32, values, 1, ids.length);
      writer.write(file);
    }
    return file;
  }

  /**
   * What the tokens of inputs are called, for people: as in the vocabulary, or the ids where there
   * is no tokenizer beside the model. Padding at the end is left out.
   */
  static List<List<String>> tokens(Path model, Path inputs) {
    Tokenizer tokenizer = tokenizer(model);
    List<List<String>> all = new ArrayList<>();
    try (Safetensors file = Safetensors.open(inputs)) {
      int[][] ids = rows(file, IDS);
      int[][] mask = file.contains(MASK) ? rows(file, MASK) : null;
      for (int b = 0; b < ids.length; b++) {
        int length = ids[b].length;
        while (mask != null && length > 1 && mask[b][length - 1] == 0) {
          length--;
        }
        List<String> tokens = new ArrayList<>();
        for (int t = 0; t < length; t++) {
          tokens.add(tokenizer == null ? "" + ids[b][t] : tokenizer.idToToken(ids[b][t]));
        }
        all.add(tokens);
      }
    }
    return all;
  }

  private static int[][] rows(Safetensors file, String name) {
    RawTensor raw = file.tensor(name);
    return TensorFiles.rows(raw);
  }

  private static Tokenizer tokenizer(Path model) {
    try {
      return Tokenizer.load(model);
    } catch (TokenizerException e) {
      return null;
    }
  }
}
