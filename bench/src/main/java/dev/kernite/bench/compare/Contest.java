package dev.kernite.bench.compare;

import dev.kernite.bench.peers.Entrant;
import dev.kernite.bench.peers.Peer;
import dev.kernite.models.measure.Stopwatch;
import dev.kernite.models.measure.Timing;
import dev.kernite.models.measure.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs one piece of work on all engines: first each is checked, then all are timed in turns.
 *
 * @param threads everybody's number; 0 on a device that schedules itself
 * @param peers the other engines
 */
record Contest(int threads, List<Peer> peers) {
  /** Ours alone, as the workload does it. */
  Result run(String group, String kind, Workload work, Stopwatch stopwatch) {
    return run(group, kind, work, List.of(), stopwatch);
  }

  /**
   * Runs the contest.
   *
   * @param more further ways of ours to do the same
   */
  Result run(String group, String kind, Workload work, List<Entrant> more, Stopwatch stopwatch) {
    List<Stopwatch.Contestant> contestants = new ArrayList<>();
    List<Entrant> named = new ArrayList<>();
    contestants.add(Stopwatch.Contestant.of(work));
    named.add(new Entrant(Score.OURS, "", work::run).withSettled(work::settle));
    for (Entrant entrant : more) {
      Entrant waiting = entrant.withSettled(work::settle);
      contestants.add(waiting);
      named.add(waiting);
    }
    try {
      for (Peer peer : peers) {
        peer.threads(threads);
        for (Entrant entrant : peer.entrants(work)) {
          contestants.add(entrant);
          named.add(entrant);
        }
      }
      work.prepare();
      for (Entrant entrant : named) {
        check(work, entrant);
      }
      List<Timing> timings = stopwatch.time(contestants);
      List<Score> scores = new ArrayList<>();
      for (int i = 0; i < timings.size(); i++) {
        Entrant who = named.get(i);
        double bytes = who.bytes() > 0 ? who.bytes() : work.bytes();
        scores.add(new Score(who.engine(), who.variant(), bytes, timings.get(i)));
      }
      return Result.of(group, kind, work, threads, scores);
    } finally {
      peers.forEach(Peer::release);
    }
  }

  private static void check(Workload work, Entrant entrant) {
    work.spoil();
    work.settle(); // peers have queues of their own
    entrant.run();
    entrant.settle();
    try {
      entrant.verify().accept(work);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "%s %s: %s".formatted(entrant.engine(), entrant.variant(), e.getMessage()), e);
    }
  }
}
