package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the files of a tokenizer and reads them. */
public final class TokenizerFiles {
  private TokenizerFiles() {}

  /** Reads the tokenizer of a folder or file, as {@link Tokenizer#load} says. */
  public static Tokenizer load(Path path) {
    if (Files.isDirectory(path)) {
      return ofFolder(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new TokenizerException(path + ": no such file or folder");
    }
    String name = path.getFileName().toString();
    return switch (name) {
      case "vocab.json" -> Gpt2Files.read(path, path.resolveSibling("merges.txt"));
      case "vocab.txt" -> BertFiles.read(path);
      case "merges.txt" -> Gpt2Files.read(path.resolveSibling("vocab.json"), path);
      default -> {
        if (name.endsWith(".json")) {
          yield TokenizerJsonReader.read(path);
        }
        if (name.endsWith(TiktokenFile.EXTENSION)) {
          yield TiktokenFile.read(path);
        }
        if (name.endsWith(SentencePieceFile.EXTENSION)) {
          yield SentencePieceFile.read(path);
        }
        throw new TokenizerException(
            path
                + ": files of this kind are not supported; give a tokenizer.json, vocab.json with"
                + " merges.txt, a vocab.txt, a SentencePiece *.model, or a *.tiktoken file");
      }
    };
  }

  private static Tokenizer ofFolder(Path folder) {
    Path json = folder.resolve("tokenizer.json");
    if (Files.exists(json)) {
      return TokenizerJsonReader.read(json);
    }
    Path vocabulary = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    if (Files.exists(vocabulary) && Files.exists(merges)) {
      return Gpt2Files.read(vocabulary, merges);
    }
    Path wordPieces = folder.resolve("vocab.txt");
    if (Files.exists(wordPieces)) {
      return BertFiles.read(wordPieces);
    }
    return SentencePieceFile.read(modelIn(folder));
  }

  /** The SentencePiece model of a folder, whatever its name. */
  private static Path modelIn(Path folder) {
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names =
          files
              .map(f -> f.getFileName().toString())
              .filter(name -> name.endsWith(SentencePieceFile.EXTENSION))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new TokenizerException("%s: cannot be read: %s".formatted(folder, e), e);
    }
    if (names.contains("spiece.model")) {
      return folder.resolve("spiece.model");
    }
    if (names.isEmpty()) {
      throw new TokenizerException(
          "%s: no tokenizer.json, vocab.json with merges.txt, vocab.txt or *.model in this folder"
              .formatted(folder));
    }
    if (names.size() > 1) {
      throw new TokenizerException(
          "%s: more than one SentencePiece model in this folder, %s; give the file"
              .formatted(folder, String.join(", ", names)));
    }
    return folder.resolve(names.get(0));
  }
}
