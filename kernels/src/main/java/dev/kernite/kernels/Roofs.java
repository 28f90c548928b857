package dev.kernite.kernels;

/**
 * The two roofs under which a device computes (Williams, Waterman, Patterson: Roofline, 2009), as
 * measured.
 *
 * @param threads how many ran at the same time; 0 for a device that schedules itself
 * @param flops float32 operations a second; a fused multiply-add counts as two
 * @param bytes bytes a second that come from memory, or on a device that go there as well
 */
public record Roofs(int threads, double flops, double bytes) {
  /**
   * The least time for a piece of work, in seconds: the roof it meets first.
   *
   * @param work float32 operations
   * @param traffic bytes to and from memory
   */
  public double seconds(double work, double traffic) {
    return Math.max(work / flops, traffic / bytes);
  }

  /** The higher of each roof: two probes of one machine saw two parts of the truth. */
  public Roofs or(Roofs other) {
    return new Roofs(threads, Math.max(flops, other.flops), Math.max(bytes, other.bytes));
  }
}
