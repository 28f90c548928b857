package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory.Buffer;

/**
 * Convolutions as matrix products with {@link Patches}, for one group of channels at a time:
 *
 * <pre>
 * forward      y [out, columns]    = weight [out, patch] col
 * transposed   col [patch, columns] = weight^T y, scattered into x
 * weight       dweight [out, patch] = dy col^T
 * </pre>
 *
 * <p>A task takes some hundreds of columns, from several images where these are small: wide enough
 * for the panels of the product, small enough that its matrix stays in the cache. The product
 * inside a task runs on the task's thread; a convolution of one task leaves the threads to its
 * product.
 */
final class LoweredConv implements Conv {
  /**
   * Columns of a task: several panels of any vector length, and a summation block of the product.
   */
  private static final int COLUMNS = 512;

  /** Most sums of the weight's gradient that are made side by side. */
  private static final long PARTS = 16;

  /** Most bytes for them. */
  private static final long PARTS_BYTES = 64 << 20;

  private final Workers workers;
  private final HostMemory memory;
  private final Gemm gemm;
  private final PixelRows rows;
  private final WholeImageConv wholeImages;

  LoweredConv(Workers workers, HostMemory memory, Gemm gemm, PixelRows rows) {
    this.workers = workers;
    this.memory = memory;
    this.gemm = gemm;
    this.rows = rows;
    this.wholeImages = new WholeImageConv(gemm, rows);
  }

  @Override
  public void forward(Shape s, long x, long weight, long bias, long y) {
    if (WholeImageConv.is(s)) {
      wholeImages.forward(s, x, weight, bias, y);
      return;
    }
    long columns = s.batch() * s.outPixels();
    long strips = Chunks.count(columns, COLUMNS);
    workers.run(
        strips * s.groups(),
        task -> {
          int group = (int) (task % s.groups());
          Strip strip = strip(s, group, task / s.groups() * COLUMNS, columns);
          withScratch(
              strip.patchFloats() + strip.outFloats(),
              room -> {
                long out = room + 4 * strip.patchFloats();
                strip.patches(rows).gather(x, group, room);
                boolean inPlace = strip.inOneImage() && bias == 0;
                Gemm.Shape product =
                    product(
                        false,
                        false,
                        s.groupOut(),
                        strip.count,
                        s.patch(),
                        inPlace ? s.outPixels() : strip.count);
                long c = inPlace ? strip.outAddress(y) : out;
                gemm.multiply(product, weight + strip.weightOffset(), room, 0, c);
                if (!inPlace) {
                  strip.store(out, bias, y, rows);
                }
              });
        });
  }

  @Override
  public void transposed(Shape s, long y, long weight, long bias, long x) {
    if (WholeImageConv.is(s)) {
      wholeImages.transposed(s, y, weight, bias, x);
      return;
    }
    long images = Math.max(1, COLUMNS / Math.max(1, s.outPixels()));
    workers.run(
        Chunks.count(s.batch(), images) * s.groups(),
        task -> {
          int group = (int) (task % s.groups());
          long from = task / s.groups() * images;
          long to = Math.min(s.batch(), from + images);
          fill(s, group, from, to, bias, x);
          long end = to * s.outPixels();
          for (long at = from * s.outPixels(); at < end; at += COLUMNS) {
            spread(strip(s, group, at, end), y, weight, x);
          }
        });
  }

  /** Adds what the outputs of a strip contribute to their pixels. */
  private void spread(Strip strip, long y, long weight, long x) {
    Shape s = strip.shape;
    withScratch(
        strip.patchFloats() + strip.outFloats(),
        room -> {
          long b = strip.load(y, room + 4 * strip.patchFloats());
          Gemm.Shape product =
              product(true, false, s.patch(), strip.count, s.groupOut(), strip.count)
                  .withOperands(s.patch(), strip.outRow());
          gemm.multiply(product, weight + strip.weightOffset(), b, 0, room);
          strip.patches(rows).scatter(room, strip.group, x);
        });
  }

  private void fill(Shape s, int group, long from, long to, long bias, long x) {
    for (long image = from; image < to; image++) {
      for (int c = group * s.groupIn(); c < (group + 1) * s.groupIn(); c++) {
        long plane = x + 4 * (image * s.inChannels() + c) * s.inPixels();
        float value = bias == 0 ? 0 : getFloat(bias + 4L * c);
        for (long i = 0; i < 4L * s.inPixels(); i += 4) {
          putFloat(plane + i, value);
        }
      }
    }
  }

  @Override
  public void weightGrad(Shape s, long x, long dy, long dweight) {
    if (WholeImageConv.is(s)) {
      wholeImages.weightGrad(s, x, dy, dweight);
      return;
    }
    long columns = s.batch() * s.outPixels();
    long strips = Chunks.count(columns, COLUMNS);
    long values = (long) s.outChannels() * s.patch();
    if (strips == 0) {
      RawMemory.zero(dweight, 4 * values);
      return;
    }
    long most = Math.clamp(PARTS_BYTES / (4 * values + 1), 1, PARTS);
    long stripsOfPart = Chunks.count(strips, Math.min(most, strips));
    long parts = Chunks.count(strips, stripsOfPart);
    withScratch(
        (parts - 1) * values,
        others -> {
          workers.run(
              parts * s.groups(),
              task -> {
                int group = (int) (task % s.groups());
                long part = task / s.groups();
                long sum = part == 0 ? dweight : others + 4 * (part - 1) * values;
                long from = part * stripsOfPart * COLUMNS;
                long to = Math.min(columns, from + stripsOfPart * COLUMNS);
                for (long at = from; at < to; at += COLUMNS) {
                  correlate(strip(s, group, at, columns), x, dy, sum, at > from);
                }
              });
          Chunks.run(
              workers,
              values,
              (from, to) -> {
                for (long part = 1; part < parts; part++) {
                  long source = others + 4 * ((part - 1) * values + from);
                  rows.add(source, dweight + 4 * from, 1, to - from);
                }
              });
        });
  }

  /** The product of the gradients of a strip with its patches. */
  private void correlate(Strip strip, long x, long dy, long sum, boolean accumulate) {
    Shape s = strip.shape;
    withScratch(
        strip.patchFloats() + strip.outFloats(),
        room -> {
          long a = strip.load(dy, room + 4 * strip.patchFloats());
          strip.patches(rows).gather(x, strip.group, room);
          Gemm.Shape product =
              product(false, true, s.groupOut(), s.patch(), strip.count, s.patch())
                  .withOperands(strip.outRow(), strip.count);
          gemm.multiply(
              accumulate ? product.accumulating() : product,
              a,
              room,
              0,
              sum + strip.weightOffset());
        });
  }

  /** A product whose operands are dense, and whose result has this row stride. */
  private static Gemm.Shape product(
      boolean transposeA, boolean transposeB, long m, long n, long k, long ldc) {
    Gemm.Shape dense = Gemm.Shape.dense(transposeA, transposeB, m, n, k);
    return dense.withResult(ldc);
  }

  private static Strip strip(Shape s, int group, long first, long end) {
    return new Strip(s, group, first, (int) Math.min(COLUMNS, end - first));
  }

  /** What to do with scratch. */
  private interface Body {
    void run(long room);
  }

  private void withScratch(long floats, Body body) {
    Buffer scratch = memory.allocate(4 * floats);
    try {
      body.run(scratch.address());
    } finally {
      memory.release(scratch);
    }
  }

  /**
   * Some columns of one group: output pixels, numbered through the batch.
   *
   * @param first number of the first one
   * @param count how many
   */
  private record Strip(Shape shape, int group, long first, int count) {
    long patchFloats() {
      return (long) shape.patch() * count;
    }

    long outFloats() {
      return (long) shape.groupOut() * count;
    }

    /** Bytes from the whole weight to that of the group. */
    long weightOffset() {
      return 4L * group * shape.groupOut() * shape.patch();
    }

    Patches patches(PixelRows rows) {
      return new Patches(shape, first, count, rows);
    }

    /** Whether the columns are pixels of one image: then y holds them as a matrix. */
    boolean inOneImage() {
      return first % shape.outPixels() + count <= shape.outPixels();
    }

    /** Row stride of the outputs where {@link #load} leaves them. */
    long outRow() {
      return inOneImage() ? shape.outPixels() : count;
    }

    /** Address of the first output in y. */
    long outAddress(long y) {
      long pixels = shape.outPixels();
      long image = first / pixels;
      long channel = image * shape.outChannels() + (long) group * shape.groupOut();
      return y + 4 * (channel * pixels + first % pixels);
    }

    /** The outputs as a matrix [out, columns]: where they lie, or else copied to {@code room}. */
    long load(long y, long room) {
      if (inOneImage()) {
        return outAddress(y);
      }
      forEachRun(y, room, (pixels, row, n, c) -> RawMemory.copy(pixels, row, 4L * n));
      return room;
    }

    /** Brings the matrix [out, columns] to y, with the bias of each channel. */
    void store(long matrix, long bias, long y, PixelRows rows) {
      forEachRun(
          y,
          matrix,
          (pixels, row, n, channel) ->
              rows.shift(row, bias == 0 ? 0 : getFloat(bias + 4L * channel), pixels, n));
    }

    private interface Run {
      void visit(long pixels, long row, int n, int channel);
    }

    private void forEachRun(long y, long matrix, Run run) {
      int pixels = shape.outPixels();
      for (int done = 0; done < count; ) {
        long image = (first + done) / pixels;
        int place = (int) ((first + done) % pixels);
        int n = Math.min(count - done, pixels - place);
        for (int c = 0; c < shape.groupOut(); c++) {
          int channel = group * shape.groupOut() + c;
          long from = y + 4 * ((image * shape.outChannels() + channel) * pixels + place);
          run.visit(from, matrix + 4 * ((long) c * count + done), n, channel);
        }
        done += n;
      }
    }
  }
}
