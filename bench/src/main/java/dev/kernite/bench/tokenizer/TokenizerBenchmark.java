package dev.kernite.bench.tokenizer;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * How many bytes of English a second does a thread turn into ids, line by line, and how many does
 * jtokkit? With {@code -t 2}: how many do two threads? The ids are compared before anything is
 * timed. A shared machine blurs this; {@link TokenizerRatio} does better there.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class TokenizerBenchmark {
  /** Who encodes. */
  @Param({"KERNITE", "JTOKKIT"})
  public Library library;

  /** With which ranks. */
  @Param({"r50k_base", "cl100k_base", "o200k_base"})
  public String encoding;

  /** What: a file in UTF-8, or empty for the text that comes along. */
  @Param("")
  public String text;

  private Corpus corpus;
  private Library.Encoder encoder;

  /** Counts bytes of text, reported as a rate beside the texts a second. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Work {
    /** Bytes of UTF-8. */
    public long bytes;
  }

  /** Reads the text and compares the ids of both libraries. */
  @Setup(Level.Trial)
  public void prepare() {
    corpus = Corpus.read(text);
    encoder = library.open(encoding);
    Library.requireEqual(corpus, Library.KERNITE.open(encoding), Library.JTOKKIT.open(encoding));
  }

  /** The whole text. */
  @Benchmark
  public void encode(Work work, Blackhole sink) {
    for (String line : corpus.lines()) {
      sink.consume(encoder.ids(line));
    }
    work.bytes += corpus.bytes();
  }
}
