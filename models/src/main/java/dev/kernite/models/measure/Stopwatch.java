package dev.kernite.models.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * Times several ways to do the same work side by side, in rounds: in each round everyone has a
 * turn, another one first each time, so that a change of the machine's speed hits all alike.
 *
 * @param rounds turns that everyone has
 * @param turnSeconds about how long a turn lasts; a turn is one run at least
 * @param warmUpSeconds how long everyone runs, untimed, before the first round; up to ten times as
 *     long while runs still get faster, for the JIT needs longer on a busy machine
 * @param pauseMillis rest before each turn: the threads of some engines spin for a while when their
 *     work is done, at the cost of whoever comes next
 */
public record Stopwatch(int rounds, double turnSeconds, double warmUpSeconds, long pauseMillis) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int FEWEST_WARM_UP_RUNS = 2;
  private static final int LONGEST_WARM_UP = 10;

  /**
   * Runs still warm up if one takes less than this share of the run that last showed it. (Not of
   * the fastest before it: the JIT may bring many small gains, one after another.)
   */
  private static final double GAIN = 0.95;

  /** One way to do the work. */
  public interface Contestant {
    /** What is not timed, before each turn. */
    default void prepare() {}

    /** Whether a turn may hold more than one run. */
    default boolean repeatable() {
      return true;
    }

    /** The work; a device may still do it when this returns. */
    void run();

    /** Does the work several times. */
    default void run(int times) {
      for (int i = 0; i < times; i++) {
        run();
      }
    }

    /** Waits until the device has done all that was begun. */
    default void settle() {}

    /** A workload as it is. */
    static Contestant of(Workload work) {
      return new Contestant() {
        @Override
        public void prepare() {
          work.prepare();
        }

        @Override
        public boolean repeatable() {
          return work.repeatable();
        }

        @Override
        public void run() {
          work.run();
        }

        @Override
        public void settle() {
          work.settle();
        }
      };
    }
  }

  /** Times one. */
  public Timing time(Contestant contestant) {
    return time(List.of(contestant)).getFirst();
  }

  /**
   * Times all of them.
   *
   * @return in the order given
   */
  public List<Timing> time(List<? extends Contestant> contestants) {
    int[] runs = contestants.stream().mapToInt(this::warmUp).toArray();
    double[][] wall = new double[contestants.size()][rounds];
    double[][] cpu = new double[contestants.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < runs.length; turn++) {
        int who = (round + turn) % runs.length;
        turn(contestants.get(who), runs[who], round, wall[who], cpu[who]);
      }
    }
    List<Timing> timings = new ArrayList<>();
    for (int who = 0; who < runs.length; who++) {
      timings.add(new Timing(Spread.of(wall[who]), Spread.of(cpu[who])));
    }
    return timings;
  }

  private void turn(Contestant who, int runs, int round, double[] wall, double[] cpu) {
    rest();
    who.prepare();
    if (who.repeatable()) {
      who.run(); // brings the operands back into the caches, and the threads out of their sleep
    }
    who.settle();
    long cpuStart = THREADS.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    who.run(runs);
    who.settle();
    long end = System.nanoTime();
    cpu[round] = (THREADS.getCurrentThreadCpuTime() - cpuStart) / 1e9 / runs;
    wall[round] = (end - start) / 1e9 / runs;
  }

  /** Runs until it gets no faster; gives how many runs fill a turn. */
  private int warmUp(Contestant who) {
    long start = System.nanoTime();
    double fastest = Double.POSITIVE_INFINITY;
    double toBeat = Double.POSITIVE_INFINITY;
    double lastGain = 0; // when that was beaten
    double now = 0;
    for (int run = 0;
        run < FEWEST_WARM_UP_RUNS
            || now - lastGain < warmUpSeconds && now < LONGEST_WARM_UP * warmUpSeconds;
        run++) {
      if (run == 0 || !who.repeatable()) {
        who.prepare();
      }
      long before = System.nanoTime();
      who.run();
      who.settle();
      long after = System.nanoTime();
      now = (after - start) / 1e9;
      double seconds = (after - before) / 1e9;
      if (seconds < GAIN * toBeat) {
        toBeat = seconds;
        lastGain = now;
      }
      fastest = Math.min(fastest, seconds);
    }
    return who.repeatable() ? (int) Math.clamp(turnSeconds / fastest, 1, 1_000_000) : 1;
  }

  private void rest() {
    if (pauseMillis == 0) {
      return;
    }
    try {
      Thread.sleep(pauseMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // no rest then; the caller decides
    }
  }
}
