package dev.kernite.models.measure;

/**
 * How long one run took.
 *
 * @param wall seconds on the clock
 * @param cpu seconds that the calling thread had a processor: other load on the machine does not
 *     lengthen them, but work on other threads is not in them
 */
public record Timing(Spread wall, Spread cpu) {
  /** The one to quote: processor time where the calling thread does all the work. */
  public Spread quoted(int threads) {
    return threads == 1 ? cpu : wall;
  }
}
