package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.RawMemory.putInt;

import dev.kernite.kernels.Pool;
import dev.kernite.kernels.SlidingWindow;

/**
 * Pooling in plain Java. Gradients are scattered, which is deterministic since one task does all of
 * a plane.
 */
final class ScalarPool implements Pool {
  private final Workers workers;

  ScalarPool(Workers workers) {
    this.workers = workers;
  }

  /** What to do with one output: its number, row and column. */
  private interface Output {
    void visit(long number, int row, int column);
  }

  /** The taps of an output that lie within the image: half-open ranges of rows and columns. */
  private record View(int top, int bottom, int left, int right) {
    static View of(Shape s, int row, int column) {
      SlidingWindow w = s.window();
      int y = row * w.strideY() - w.padY();
      int x = column * w.strideX() - w.padX();
      return new View(
          first(y, w.dilationY()),
          Math.min(y + (w.height() - 1) * w.dilationY() + 1, s.inHeight()),
          first(x, w.dilationX()),
          Math.min(x + (w.width() - 1) * w.dilationX() + 1, s.inWidth()));
    }

    /** The first of from, from + step, ... that is not negative. */
    private static int first(int from, int step) {
      return from >= 0 ? from : Math.floorMod(from, step);
    }
  }

  /** What to do with one plane. */
  private interface Plane {
    void visit(long plane);
  }

  private void forEachPlane(Shape s, Plane body) {
    Chunks.rows(
        workers,
        s.planes(),
        inPixels(s),
        (from, to) -> {
          for (long plane = from; plane < to; plane++) {
            body.visit(plane);
          }
        });
  }

  private static void forEachOutput(Shape s, long plane, Output output) {
    long number = plane * s.outHeight() * s.outWidth();
    for (int row = 0; row < s.outHeight(); row++) {
      for (int column = 0; column < s.outWidth(); column++) {
        output.visit(number++, row, column);
      }
    }
  }

  private static long inPixels(Shape s) {
    return (long) s.inHeight() * s.inWidth();
  }

  @Override
  public void maxPool(Shape s, long x, long y, long indices) {
    forEachPlane(s, plane -> maxPool(s, plane, x, y, indices));
  }

  /** Pools one plane. */
  void maxPool(Shape s, long plane, long x, long y, long indices) {
    SlidingWindow w = s.window();
    long image = x + 4 * plane * inPixels(s);
    forEachOutput(
        s,
        plane,
        (number, row, column) -> {
          View v = View.of(s, row, column);
          int best = v.top * s.inWidth() + v.left;
          float largest = getFloat(image + 4L * best);
          for (int i = v.top; i < v.bottom; i += w.dilationY()) {
            for (int j = v.left; j < v.right; j += w.dilationX()) {
              int place = i * s.inWidth() + j;
              float value = getFloat(image + 4L * place);
              if (value > largest || Float.isNaN(value)) {
                largest = value;
                best = place;
              }
            }
          }
          putFloat(y + 4 * number, largest);
          if (indices != 0) {
            putInt(indices + 4 * number, best);
          }
        });
  }

  @Override
  public void maxPoolGrad(Shape s, long indices, long dy, long dx) {
    forEachPlane(
        s,
        plane -> {
          long image = dx + 4 * plane * inPixels(s);
          RawMemory.zero(image, 4 * inPixels(s));
          forEachOutput(
              s,
              plane,
              (number, row, column) ->
                  add(image, getInt(indices + 4 * number), getFloat(dy + 4 * number)));
        });
  }

  private static void add(long image, int place, float value) {
    long at = image + 4L * place;
    putFloat(at, getFloat(at) + value);
  }

  @Override
  public void avgPool(Shape s, Divisor divisor, long x, long y) {
    forEachPlane(
        s,
        plane -> {
          long image = x + 4 * plane * inPixels(s);
          forEachOutput(
              s,
              plane,
              (number, row, column) -> {
                View v = View.of(s, row, column);
                double sum = 0;
                for (int i = v.top; i < v.bottom; i++) {
                  for (int j = v.left; j < v.right; j++) {
                    sum += getFloat(image + 4L * (i * s.inWidth() + j));
                  }
                }
                putFloat(y + 4 * number, (float) (sum / divisor.of(s, row, column)));
              });
        });
  }

  @Override
  public void avgPoolGrad(Shape s, Divisor divisor, long dy, long dx) {
    forEachPlane(
        s,
        plane -> {
          long image = dx + 4 * plane * inPixels(s);
          RawMemory.zero(image, 4 * inPixels(s));
          forEachOutput(
              s,
              plane,
              (number, row, column) -> {
                View v = View.of(s, row, column);
                float share = getFloat(dy + 4 * number) / divisor.of(s, row, column);
                for (int i = v.top; i < v.bottom; i++) {
                  for (int j = v.left; j < v.right; j++) {
                    add(image, i * s.inWidth() + j, share);
                  }
                }
              });
        });
  }

  @Override
  public void upsample(long planes, int height, int width, int scaleY, int scaleX, long x, long y) {
    long out = (long) width * scaleX;
    Chunks.rows(
        workers,
        planes * height,
        out * scaleY,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long first = y + 4 * row * scaleY * out;
            for (int j = 0; j < width; j++) {
              float value = getFloat(x + 4 * (row * width + j));
              for (long k = 0; k < scaleX; k++) {
                putFloat(first + 4 * ((long) j * scaleX + k), value);
              }
            }
            for (int i = 1; i < scaleY; i++) {
              RawMemory.copy(first, first + 4 * i * out, 4 * out);
            }
          }
        });
  }

  @Override
  public void upsampleGrad(
      long planes, int height, int width, int scaleY, int scaleX, long dy, long dx) {
    long out = (long) width * scaleX;
    Chunks.rows(
        workers,
        planes * height,
        out * scaleY,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            for (int j = 0; j < width; j++) {
              double sum = 0;
              for (int i = 0; i < scaleY; i++) {
                long at = dy + 4 * ((row * scaleY + i) * out + (long) j * scaleX);
                for (long k = 0; k < scaleX; k++) {
                  sum += getFloat(at + 4 * k);
                }
              }
              putFloat(dx + 4 * (row * width + j), (float) sum);
            }
          }
        });
  }
}
