package dev.kernite.kernels.cpu;

/** What convolutions do with runs of pixels. Steps count elements. */
interface PixelRows {
  /** {@code target[i] = source[i step]} for i &lt; n. */
  void copy(long source, int step, long target, long n);

  /** {@code target[i step] += source[i]} for i &lt; n. */
  void add(long source, long target, int step, long n);

  /** {@code target[i] = source[i] + offset} for i &lt; n. */
  void shift(long source, float offset, long target, long n);
}
