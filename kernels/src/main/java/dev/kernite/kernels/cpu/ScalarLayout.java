package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.getByte;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putByte;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.RawMemory.putInt;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Layout;

/**
 * Strided copies: whole runs at once where both sides are contiguous, square tiles where each side
 * is contiguous along another axis (a transpose), single elements otherwise. Serves both twins.
 */
final class ScalarLayout implements Layout {
  /** Side of a tile: its rows on both sides fit in the first-level cache together. */
  private static final long TILE = 32;

  /** An axis this long is cut rather than a longer one inside it. */
  private static final int ENOUGH_PARTS = 8;

  private final Workers workers;
  private final Adder adder;

  /** Adds a dense run of values to another: the one part of this group that computes. */
  @FunctionalInterface
  interface Adder {
    void add(long source, long target, long n);
  }

  ScalarLayout(Workers workers, Adder adder) {
    this.workers = workers;
    this.adder = adder;
  }

  /** {@link Adder} in plain Java. */
  static void addRun(long source, long target, long n) {
    for (long i = 0; i < 4 * n; i += 4) {
      putFloat(target + i, getFloat(target + i) + getFloat(source + i));
    }
  }

  @Override
  public void copy(
      long source,
      long[] sourceStrides,
      long target,
      long[] targetStrides,
      long[] sizes,
      int elementBytes) {
    if (elementBytes != 1 && elementBytes != 2 && elementBytes != 4 && elementBytes != 8) {
      throw new KernelException("elements of " + elementBytes + " bytes; expected 1, 2, 4 or 8");
    }
    Axes axes = new Axes(sizes, sourceStrides, targetStrides);
    axes.orderByTargetStride();
    int last = axes.count - 1;
    int other = axes.count < 2 || axes.source[last] == 1 ? -1 : axes.contiguousInSource();
    if (other >= 0 && axes.target[last] == 1) {
      copyTiles(source, target, axes, other, elementBytes);
    } else {
      copyRuns(source, target, axes, elementBytes);
    }
  }

  private void copyRuns(long source, long target, Axes axes, int bytes) {
    StridedWalk walk = new StridedWalk(axes.sizes, axes.source, axes.target);
    long sourceStep = walk.step(0) * bytes;
    long targetStep = walk.step(1) * bytes;
    Chunks.run(
        workers,
        walk.total(),
        (from, to) ->
            walk.runs(
                from,
                to,
                (at, position, length) -> {
                  long s = source + at[0] * bytes;
                  long t = target + at[1] * bytes;
                  if (sourceStep == bytes && targetStep == bytes) {
                    RawMemory.copy(s, t, length * bytes);
                  } else {
                    copyElements(s, sourceStep, t, targetStep, length, bytes);
                  }
                }));
  }

  private static void copyElements(
      long source, long sourceStep, long target, long targetStep, long n, int bytes) {
    switch (bytes) {
      case 1 -> {
        for (long i = 0; i < n; i++) {
          putByte(target + i * targetStep, getByte(source + i * sourceStep));
        }
      }
      case 2 -> {
        for (long i = 0; i < n; i++) {
          short value = ALL.get(RawMemory.SHORT, source + i * sourceStep);
          ALL.set(RawMemory.SHORT, target + i * targetStep, value);
        }
      }
      case 4 -> {
        for (long i = 0; i < n; i++) {
          putInt(target + i * targetStep, getInt(source + i * sourceStep));
        }
      }
      default -> {
        for (long i = 0; i < n; i++) {
          long value = ALL.get(RawMemory.LONG, source + i * sourceStep);
          ALL.set(RawMemory.LONG, target + i * targetStep, value);
        }
      }
    }
  }

  /**
   * Copies planes of the last axis (contiguous in the target) and axis {@code other} (in source).
   */
  private void copyTiles(long source, long target, Axes axes, int other, int bytes) {
    int last = axes.count - 1;
    long rows = axes.sizes[other];
    long cols = axes.sizes[last];
    long sourceStep = axes.source[last] * bytes;
    long targetStep = axes.target[other] * bytes;
    long bands = Chunks.count(rows, TILE);
    long[] outer = axes.sizes.clone();
    outer[other] = bands;
    outer[last] = 1;
    long[] outerSource = axes.source.clone();
    outerSource[other] = TILE;
    long[] outerTarget = axes.target.clone();
    outerTarget[other] = axes.target[other] * TILE;
    StridedWalk walk = new StridedWalk(outer, outerSource, outerTarget, bandNumber(axes, other));
    Chunks.rows(
        workers,
        walk.total(),
        TILE * cols,
        (from, to) ->
            walk.runs(
                from,
                to,
                (at, position, length) -> {
                  for (long i = 0; i < length; i++) {
                    long s = source + (at[0] + i * walk.step(0)) * bytes;
                    long t = target + (at[1] + i * walk.step(1)) * bytes;
                    long band = at[2] + i * walk.step(2);
                    long height = Math.min(TILE, rows - band * TILE);
                    for (long col = 0; col < cols; col += TILE) {
                      long width = Math.min(TILE, cols - col);
                      for (long row = 0; row < height; row++) {
                        copyElements(
                            s + row * bytes + col * sourceStep,
                            sourceStep,
                            t + row * targetStep + col * bytes,
                            bytes,
                            width,
                            bytes);
                      }
                    }
                  }
                }));
  }

  /** Strides that count along axis {@code other} and nothing else. */
  private static long[] bandNumber(Axes axes, int other) {
    long[] strides = new long[axes.count];
    strides[other] = 1;
    return strides;
  }

  @Override
  public void add(
      long source, long[] sourceStrides, long target, long[] targetStrides, long[] sizes) {
    // One task may not share a target element with another: cut an axis that has a target stride,
    // one with long steps, so that runs stay long. Within a task the walk is row-major, so sums
    // ascend.
    int cut = -1;
    long total = 1;
    for (int axis = 0; axis < sizes.length; axis++) {
      total *= sizes[axis];
      if (targetStrides[axis] != 0
          && (cut < 0 || (sizes[cut] < ENOUGH_PARTS && sizes[axis] > sizes[cut]))) {
        cut = axis;
      }
    }
    if (total == 0) {
      return;
    }
    if (cut < 0) {
      addPart(source, sourceStrides, target, targetStrides, sizes);
      return;
    }
    int axis = cut;
    Chunks.rows(
        workers,
        sizes[axis],
        total / sizes[axis],
        (from, to) -> {
          long[] part = sizes.clone();
          part[axis] = to - from;
          addPart(
              source + 4 * from * sourceStrides[axis],
              sourceStrides,
              target + 4 * from * targetStrides[axis],
              targetStrides,
              part);
        });
  }

  private void addPart(
      long source, long[] sourceStrides, long target, long[] targetStrides, long[] sizes) {
    StridedWalk walk = new StridedWalk(sizes, sourceStrides, targetStrides);
    long sourceStep = 4 * walk.step(0);
    long targetStep = 4 * walk.step(1);
    walk.runs(
        0,
        walk.total(),
        (at, position, length) -> {
          long s = source + 4 * at[0];
          long t = target + 4 * at[1];
          if (targetStep == 0) {
            double sum = getFloat(t);
            for (long i = 0; i < length; i++) {
              sum += getFloat(s + i * sourceStep);
            }
            putFloat(t, (float) sum);
          } else if (sourceStep == 4 && targetStep == 4) {
            adder.add(s, t, length);
          } else {
            for (long i = 0; i < length; i++) {
              long to = t + i * targetStep;
              putFloat(to, getFloat(to) + getFloat(s + i * sourceStep));
            }
          }
        });
  }

  /** The axes of a copy, free to be reordered: no two elements written coincide. */
  private static final class Axes {
    final int count;
    final long[] sizes;
    final long[] source;
    final long[] target;

    Axes(long[] sizes, long[] source, long[] target) {
      this.count = sizes.length;
      this.sizes = sizes.clone();
      this.source = source.clone();
      this.target = target.clone();
    }

    /** Puts the axis with the smallest step in the target last; axes of one element go first. */
    void orderByTargetStride() {
      for (int i = 1; i < count; i++) {
        for (int j = i; j > 0 && rank(j - 1) < rank(j); j--) {
          swap(sizes, j);
          swap(source, j);
          swap(target, j);
        }
      }
    }

    private long rank(int axis) {
      return sizes[axis] == 1 ? Long.MAX_VALUE : Math.abs(target[axis]);
    }

    private static void swap(long[] values, int j) {
      long value = values[j];
      values[j] = values[j - 1];
      values[j - 1] = value;
    }

    /** An axis of more than one element along which the source is contiguous; -1 for none. */
    int contiguousInSource() {
      for (int axis = count - 1; axis >= 0; axis--) {
        if (source[axis] == 1 && sizes[axis] > 1) {
          return axis;
        }
      }
      return -1;
    }
  }
}
