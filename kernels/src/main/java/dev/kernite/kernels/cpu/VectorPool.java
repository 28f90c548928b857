package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.RawMemory.putInt;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Pool;
import dev.kernite.kernels.SlidingWindow;

/**
 * Pooling on vectors of outputs, on planes copied to {@link PaddedImages}; in plain Java where
 * outputs are few and windows large, such as the mean of a whole image, and where a gradient goes
 * to one pixel of each window. Largest pixels, their places and gradients have the plain twin's
 * bits.
 */
final class VectorPool implements Pool {
  /** Most rows and columns of a window whose sum float32 is good enough for. */
  private static final int SUMMED = 16;

  private final Workers workers;
  private final HostMemory memory;
  private final ScalarPool plain;
  private final PixelRows rows = new VectorPixelRows();

  VectorPool(Workers workers, HostMemory memory) {
    this.workers = workers;
    this.memory = memory;
    this.plain = new ScalarPool(workers);
  }

  /** Whether a row of outputs fills too little of a vector. */
  private static boolean narrow(Shape s) {
    long width = s.outWidth();
    return 4 * width < Lanes.LANES || width * width < s.window().taps();
  }

  /** Some planes, padded. */
  private final class Planes implements AutoCloseable {
    private static final int PIXELS = 0;
    private static final int TAPS = 1;
    private static final int PLACES = 2;
    private static final int DIVISORS = 3;
    private static final int ROW_DIVISORS = 4;

    final Shape s;
    final int taps;
    final long pixelRow;
    private final ConvStrip strip;
    private final PaddedImages images;
    private final Rooms rooms;

    Planes(Shape s, long from, long to, float padding) {
      this.s = s;
      taps = s.window().taps();
      strip = ConvStrip.ofImages(channels(s), from, to - from);
      images = new PaddedImages(strip, 1);
      pixelRow = Float.BYTES * images.rowFloats() * strip.strideY();
      rooms = new Rooms(memory, images.floats(), 2L * taps, taps, s.outWidth(), s.outHeight());
      images.fill(0, padding, at(PIXELS));
      images.taps(at(TAPS));
    }

    /** Planes are images of one channel. */
    private static Conv.Shape channels(Shape s) {
      return new Conv.Shape(
          s.planes(), 1, 1, s.inHeight(), s.inWidth(), 1, s.outHeight(), s.outWidth(), s.window());
    }

    long at(int room) {
      return rooms.at(room);
    }

    /** Where the first tap of a plane's first output is. */
    long pixels(long plane) {
      return at(PIXELS) + Float.BYTES * images.rowFloats() * strip.row(plane, 0);
    }

    void load(long x) {
      images.load(x, 0, rows, at(PIXELS));
    }

    void store(long dx) {
      images.store(at(PIXELS), rows, dx, 0);
    }

    /** Numbers of the taps' pixels, from that of the first tap. */
    void places() {
      SlidingWindow w = s.window();
      for (int t = 0; t < taps; t++) {
        int row = t / w.width() * w.dilationY();
        putInt(at(PLACES) + 4L * t, row * s.inWidth() + t % w.width() * w.dilationX());
      }
    }

    /** Number of the pixel that the first tap of the first output sees, or would see. */
    int place() {
      return -s.window().padY() * s.inWidth() - s.window().padX();
    }

    int placeRow() {
      return s.window().strideY() * s.inWidth();
    }

    void divisors(Divisor divisor) {
      for (int j = 0; j < s.outWidth(); j++) {
        putFloat(at(DIVISORS) + 4L * j, divisor.columns(s, j));
      }
      for (int i = 0; i < s.outHeight(); i++) {
        putFloat(at(ROW_DIVISORS) + 4L * i, divisor.rows(s, i));
      }
    }

    @Override
    public void close() {
      rooms.close();
    }
  }

  private interface Body {
    void run(Planes planes, long from, long to);
  }

  private void forEachPlane(Shape s, float padding, Body body) {
    Chunks.rows(
        workers,
        s.planes(),
        (long) s.inHeight() * s.inWidth(),
        (from, to) -> {
          try (Planes planes = new Planes(s, from, to, padding)) {
            body.run(planes, from, to);
          }
        });
  }

  private static long outBytes(Shape s, long plane) {
    return Float.BYTES * plane * s.outHeight() * s.outWidth();
  }

  @Override
  public void maxPool(Shape s, long x, long y, long indices) {
    if (narrow(s)) {
      plain.maxPool(s, x, y, indices);
      return;
    }
    forEachPlane(
        s,
        Float.NEGATIVE_INFINITY,
        (p, from, to) -> {
          p.load(x);
          p.places();
          for (long plane = from; plane < to; plane++) {
            boolean unknown =
                PoolKernels.max(
                    p.pixels(plane),
                    p.pixelRow,
                    p.at(Planes.TAPS),
                    p.at(Planes.PLACES),
                    p.taps,
                    p.place(),
                    p.placeRow(),
                    s.window().strideX(),
                    s.outHeight(),
                    s.outWidth(),
                    y + outBytes(s, plane),
                    indices == 0 ? 0 : indices + outBytes(s, plane));
            if (unknown) {
              plain.maxPool(s, plane, x, y, indices);
            }
          }
        });
  }

  @Override
  public void maxPoolGrad(Shape s, long indices, long dy, long dx) {
    plain.maxPoolGrad(s, indices, dy, dx);
  }

  @Override
  public void avgPool(Shape s, Divisor divisor, long x, long y) {
    SlidingWindow w = s.window();
    if (narrow(s) || w.height() + w.width() > SUMMED) {
      plain.avgPool(s, divisor, x, y);
      return;
    }
    forEachPlane(
        s,
        0,
        (p, from, to) -> {
          p.load(x);
          p.divisors(divisor);
          for (long plane = from; plane < to; plane++) {
            PoolKernels.average(
                p.pixels(plane),
                p.pixelRow,
                p.at(Planes.TAPS),
                w.height(),
                w.width(),
                p.at(Planes.DIVISORS),
                p.at(Planes.ROW_DIVISORS),
                s.outHeight(),
                s.outWidth(),
                y + outBytes(s, plane));
          }
        });
  }

  @Override
  public void avgPoolGrad(Shape s, Divisor divisor, long dy, long dx) {
    if (narrow(s)) {
      plain.avgPoolGrad(s, divisor, dy, dx);
      return;
    }
    forEachPlane(
        s,
        0,
        (p, from, to) -> {
          p.divisors(divisor);
          for (long plane = from; plane < to; plane++) {
            PoolKernels.averageGrad(
                p.pixels(plane),
                p.pixelRow,
                p.at(Planes.TAPS),
                p.taps,
                p.at(Planes.DIVISORS),
                p.at(Planes.ROW_DIVISORS),
                s.outHeight(),
                s.outWidth(),
                dy + outBytes(s, plane));
          }
          p.store(dx);
        });
  }

  @Override
  public void upsample(long planes, int height, int width, int scaleY, int scaleX, long x, long y) {
    plain.upsample(planes, height, width, scaleY, scaleX, x, y);
  }

  @Override
  public void upsampleGrad(
      long planes, int height, int width, int scaleY, int scaleX, long dy, long dx) {
    plain.upsampleGrad(planes, height, width, scaleY, scaleX, dy, dx);
  }
}
