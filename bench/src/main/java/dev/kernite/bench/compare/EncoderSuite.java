package dev.kernite.bench.compare;

import dev.kernite.bench.tokenizer.Corpus;
import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.models.bert.SentenceEncoder;
import dev.kernite.models.measure.EncodeWork;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;

/**
 * Sentences to vectors with MiniLM: batches of one length, and sentences of a book as they come;
 * from ids and from text.
 *
 * @param contest runs one
 * @param arguments which, and how long
 * @param model folder of MiniLM
 * @param report takes each result as it comes
 */
record EncoderSuite(Contest contest, Arguments arguments, Path model, Consumer<Result> report) {
  private static final int[] BATCHES = {1, 32};
  private static final int[] QUICK_BATCHES = {1, 4};
  private static final int[] LENGTHS = {16, 128};
  private static final int MIXED = 64;

  /** Tokens at which langchain4j cuts a sentence: what is longer would be other work. */
  private static final int LONGEST = 128;

  private static final int QUICK_MIXED = 16;
  private static final List<String> OPS = List.of("encode ids", "encode text");

  /**
   * Runs in a pool of the threads that everyone has, for a tokenizer cuts many texts in the pool of
   * its caller: so one thread does all the work, and its processor time is all there is.
   */
  void run() {
    try (ForkJoinPool pool = new ForkJoinPool(contest.threads())) {
      pool.submit(this::encode).join();
    }
  }

  private void encode() {
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(contest.threads());
    Sentences sentences = Sentences.of(Corpus.read(""));
    try (Engine engine = Engine.open(options);
        SentenceEncoder encoder = SentenceEncoder.load(engine, model)) {
      for (String op : OPS) {
        for (int batch : arguments.quick() ? QUICK_BATCHES : BATCHES) {
          for (int length : LENGTHS) {
            String shape = batch + "x" + length;
            if (wanted(op, shape)) {
              run(op, op, encoder, shape, sentences.ofLength(encoder.tokenizer(), batch, length));
            }
          }
        }
        int mixed = arguments.quick() ? QUICK_MIXED : MIXED;
        String shape = mixed + " of a book";
        if (wanted(op, shape)) {
          run(
              op,
              op + ", mixed",
              encoder,
              shape,
              sentences.asTheyCome(encoder.tokenizer(), mixed, LONGEST));
        }
      }
    }
  }

  private boolean wanted(String op, String shape) {
    return arguments.match().matcher(op + " " + shape).find();
  }

  private void run(
      String op, String kind, SentenceEncoder encoder, String shape, List<String> texts) {
    try (EncodeWork work =
        op.equals("encode text")
            ? EncodeWork.fromText(encoder, model, shape, texts)
            : EncodeWork.fromTokens(encoder, model, shape, texts)) {
      report.accept(contest.run("encoders", kind, work, arguments.encoderWork(contest.threads())));
    }
  }
}
