package dev.kernite.bench.tokenizer;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;

/**
 * How many times as fast as jtokkit is this project's tokenizer? All in one JVM, in turns, the
 * order rotated, by the processor time of the threads, so that the answer holds on a machine that
 * does other things too. Three rows an encoding: one thread; one thread with a new tokenizer each
 * time, that has seen no word; two threads at once.
 *
 * <pre>java -cp ... dev.kernite.bench.tokenizer.TokenizerRatio [ROUNDS [FILE]]</pre>
 */
public final class TokenizerRatio {
  private static final int WARM_UP_ROUNDS = 3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Corpus corpus;
  private final int rounds;

  private TokenizerRatio(Corpus corpus, int rounds) {
    this.corpus = corpus;
    this.rounds = rounds;
  }

  /** Prints the table. */
  public static void main(String[] arguments) {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
    Corpus corpus = Corpus.read(arguments.length > 1 ? arguments[1] : "");
    System.out.printf(
        "%.2f MB, %d lines, %d rounds; MB a second of processor time, median [least, most]%n",
        corpus.bytes() / 1e6, corpus.lines().size(), rounds);
    for (String encoding : new String[] {"r50k_base", "cl100k_base", "o200k_base"}) {
      new TokenizerRatio(corpus, rounds).compare(encoding);
    }
  }

  private void compare(String encoding) {
    Library.Encoder ours = Library.KERNITE.open(encoding);
    Library.Encoder theirs = Library.JTOKKIT.open(encoding);
    Library.requireEqual(corpus, ours, theirs);
    row(encoding, "one thread", 1, () -> ours, () -> theirs);
    row(encoding, "one thread, new", 1, () -> Library.KERNITE.open(encoding), () -> theirs);
    row(encoding, "two threads", 2, () -> ours, () -> theirs);
  }

  private void row(
      String encoding,
      String what,
      int threads,
      Supplier<Library.Encoder> ours,
      Supplier<Library.Encoder> theirs) {
    double[] us = new double[rounds];
    double[] them = new double[rounds];
    double[] ratio = new double[rounds];
    for (int r = -WARM_UP_ROUNDS; r < rounds; r++) {
      double first = rate((r & 1) == 0 ? ours.get() : theirs.get(), threads);
      double second = rate((r & 1) == 0 ? theirs.get() : ours.get(), threads);
      if (r >= 0) {
        us[r] = (r & 1) == 0 ? first : second;
        them[r] = (r & 1) == 0 ? second : first;
        ratio[r] = us[r] / them[r];
      }
    }
    System.out.printf(
        "%-12s %-16s kernite %s  jtokkit %s  ratio %s%n",
        encoding, what, summary(us), summary(them), summary(ratio));
  }

  /** Encodes the text once in each thread, all at the same time; returns the sum of their rates. */
  private double rate(Library.Encoder encoder, int threads) {
    double[] rates = new double[threads];
    CyclicBarrier start = new CyclicBarrier(threads);
    Thread[] running = new Thread[threads];
    for (int t = 0; t < threads; t++) {
      int place = t;
      running[t] = Thread.ofPlatform().start(() -> rates[place] = rate(encoder, start));
    }
    try {
      for (Thread thread : running) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Arrays.stream(rates).sum();
  }

  private double rate(Library.Encoder encoder, CyclicBarrier start) {
    try {
      start.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
    long before = THREADS.getCurrentThreadCpuTime();
    long ids = 0;
    for (String line : corpus.lines()) {
      ids += encoder.ids(line).length;
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - before;
    if (ids == 0) {
      throw new IllegalStateException("no ids");
    }
    return corpus.bytes() * 1e3 / nanos;
  }

  private static String summary(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return "%6.2f [%.2f, %.2f]"
        .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }
}
