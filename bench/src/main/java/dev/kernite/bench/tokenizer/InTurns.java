package dev.kernite.bench.tokenizer;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;

/**
 * Two libraries in turns in one JVM, the order rotated, by the processor time of the threads, so
 * that the answer holds on a machine that does other things too.
 *
 * @param corpus what both encode, line by line
 * @param rounds how many rounds count; a few more come before
 */
record InTurns(Corpus corpus, int rounds) {
  private static final int WARM_UP_ROUNDS = 3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Reads {@code [ROUNDS [FILE]]} and prints what the rows are about. */
  static InTurns of(String[] arguments) {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
    Corpus corpus = Corpus.read(arguments.length > 1 ? arguments[1] : "");
    System.out.printf(
        "%.2f MB, %d lines, %d rounds; MB a second of processor time, median [least, most]%n",
        corpus.bytes() / 1e6, corpus.lines().size(), rounds);
    return new InTurns(corpus, rounds);
  }

  /**
   * Prints a row: megabytes a second of both, and the ratio; median [least, most].
   *
   * @param name what is encoded with
   * @param what how
   * @param peer who else
   * @param threads how many threads at once, each over the whole text
   * @param ours opened anew for each round
   * @param theirs opened anew for each round
   */
  void row(
      String name,
      String what,
      String peer,
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
        "%-12s %-16s kernite %s  %s %s  ratio %s%n",
        name, what, summary(us), peer, summary(them), summary(ratio));
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
