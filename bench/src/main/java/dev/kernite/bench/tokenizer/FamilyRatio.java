package dev.kernite.bench.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kernite.tokenizer.BpeTrainer;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.UnigramTrainer;
import dev.kernite.tokenizer.WordPieceTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many times as fast as the tokenizers library of Hugging Face, through its JVM binding, is
 * this project's, with a BPE, a WordPiece and a Unigram tokenizer? Each is trained on the text
 * itself, or read from the files given. Special tokens are added, as a model wants them. Two rows
 * each: ids only, the fast way here; all there is, with tokens and offsets, which the library
 * always makes. {@code make bench} has these rows for the text that comes along; this is for other
 * texts and tokenizers.
 *
 * <pre>java -cp ... dev.kernite.bench.tokenizer.FamilyRatio [ROUNDS [FILE [TOKENIZER.JSON...]]]
 * </pre>
 */
public final class FamilyRatio {
  private static final int VOCAB_SIZE = 8000;
  private static final String PEER = "tokenizers";

  private FamilyRatio() {}

  /** Prints the table. */
  public static void main(String[] arguments) throws IOException {
    InTurns turns = InTurns.of(arguments);
    Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
    for (int i = 2; i < arguments.length; i++) {
      tokenizers.put(arguments[i], Tokenizer.load(Path.of(arguments[i])));
    }
    if (tokenizers.isEmpty()) {
      Stream<String> lines = turns.corpus().lines().stream();
      tokenizers.put("BPE", BpeTrainer.ofSize(VOCAB_SIZE).train(lines));
      lines = turns.corpus().lines().stream();
      tokenizers.put("WordPiece", WordPieceTrainer.ofSize(VOCAB_SIZE).train(lines));
      lines = turns.corpus().lines().stream();
      tokenizers.put("Unigram", UnigramTrainer.ofSize(VOCAB_SIZE).train(lines));
    }
    for (Map.Entry<String, Tokenizer> entry : tokenizers.entrySet()) {
      compare(entry.getKey(), entry.getValue(), turns);
    }
  }

  private static void compare(String name, Tokenizer tokenizer, InTurns turns) throws IOException {
    Path file = Files.createTempFile("kernite", ".json");
    try {
      tokenizer.save(file);
      try (HuggingFaceTokenizer library = HuggingFace.open(file)) {
        Library.Encoder theirs = line -> ints(library.encode(line, true, false).getIds());
        Library.Encoder ours = line -> tokenizer.encodeToIds(line, true);
        Library.requireEqual(turns.corpus(), ours, theirs);
        turns.row(name, "ids", PEER, 1, () -> ours, () -> theirs);
        turns.row(
            name,
            "with offsets",
            PEER,
            1,
            () -> line -> tokenizer.encode(line).ids(),
            () -> theirs);
      }
    } finally {
      Files.delete(file);
    }
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }
}
