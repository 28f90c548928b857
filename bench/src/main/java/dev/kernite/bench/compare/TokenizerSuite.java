package dev.kernite.bench.compare;

import dev.kernite.bench.tokenizer.Corpus;
import dev.kernite.bench.tokenizer.TokenizeWork;
import dev.kernite.tokenizer.BpeTrainer;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.UnigramTrainer;
import dev.kernite.tokenizer.WordPieceTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A book to token ids, line by line, on one thread: with a tokenizer of each family, trained on it,
 * and with BERT's.
 *
 * @param contest runs one
 * @param arguments which, and how long
 * @param bert folder of a model with BERT's tokenizer, which may not be there
 * @param folder for what is trained
 * @param report takes each result as it comes
 */
record TokenizerSuite(
    Contest contest, Arguments arguments, Path bert, Path folder, Consumer<Result> report) {
  private static final int VOCABULARY = 8000;

  void run() {
    Corpus corpus = Corpus.read("");
    trained("BPE", lines -> BpeTrainer.ofSize(VOCABULARY).train(lines), corpus);
    trained("WordPiece", lines -> WordPieceTrainer.ofSize(VOCABULARY).train(lines), corpus);
    trained("Unigram", lines -> UnigramTrainer.ofSize(VOCABULARY).train(lines), corpus);
    Path file = bert.resolve("tokenizer.json");
    if (Files.exists(file) && wanted("BERT WordPiece")) {
      run("BERT WordPiece", Tokenizer.load(file), file, corpus);
    }
  }

  private void trained(String name, Function<Stream<String>, Tokenizer> trainer, Corpus corpus) {
    if (wanted(name)) {
      Tokenizer tokenizer = trainer.apply(corpus.lines().stream());
      Path file = folder.resolve(name + ".json");
      tokenizer.save(file);
      run(name, tokenizer, file, corpus);
    }
  }

  private boolean wanted(String name) {
    return arguments.match().matcher("tokenize " + name).find();
  }

  private void run(String name, Tokenizer tokenizer, Path file, Corpus corpus) {
    for (boolean whole : new boolean[] {false, true}) {
      try (var work = new TokenizeWork(name, tokenizer, file, corpus, whole)) {
        var stopwatch = arguments.shortWork(contest.threads());
        report.accept(contest.run("tokenizers", work.op(), work, stopwatch));
      }
    }
  }
}
