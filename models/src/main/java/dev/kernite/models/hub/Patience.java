package dev.kernite.models.hub;

import dev.kernite.models.hub.HubFailure.Kind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often something is tried, and what is waited in between: longer each time, at random so that
 * many who failed together do not come back together, or as long as the server asks.
 */
final class Patience {
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(8);

  /** Waits from here on are worth a line. */
  private static final Duration TOLD = Duration.ofSeconds(2);

  private final Duration delay;
  private final int tries;
  private final HubListener listener;
  private int failures;

  /**
   * Of some tries.
   *
   * @param delay before the second try; it doubles
   * @param tries at least one
   */
  Patience(Duration delay, int tries, HubListener listener) {
    this.delay = delay;
    this.tries = tries;
    this.listener = listener;
  }

  /** What may fail. */
  @FunctionalInterface
  interface Task<T> {
    T run() throws HubFailure;
  }

  /** Tries until it works, or until trying again is of no use. */
  <T> T run(Task<T> task) throws HubFailure {
    while (true) {
      try {
        return task.run();
      } catch (HubFailure failure) {
        after(failure);
      }
    }
  }

  /** The last failures led somewhere: they no longer count. */
  void renew() {
    failures = 0;
  }

  /** Waits until the next try; throws the failure if there is to be none. */
  void after(HubFailure failure) throws HubFailure {
    failures++;
    if (failure.kind() != Kind.PASSING || failures >= tries) {
      throw failures == 1
          ? failure
          : failure.saying(failure.getMessage() + " (tried " + failures + " times)");
    }
    Duration asked = failure.retryAfter();
    if (asked.compareTo(HubErrors.LONGEST_WAIT) > 0) {
      throw failure.saying(failure.getMessage() + " (in " + asked.toSeconds() + " s, it says)");
    }
    Duration wait = asked.compareTo(ownDelay()) > 0 ? asked : ownDelay();
    if (wait.compareTo(TOLD) >= 0) {
      listener.message(
          "%s; trying again in %d s"
              .formatted(failure.getMessage().replaceFirst(";.*", ""), wait.toSeconds()));
    }
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  private Duration ownDelay() {
    long most = Math.min(delay.toNanos() << Math.min(failures - 1, 20), LONGEST_DELAY.toNanos());
    return Duration.ofNanos(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
  }
}
