package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Layout;
import dev.kernite.kernels.MergedAxes;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Strided copies and sums on the device: {@code layout.cu} and {@code layout_add.cu}. */
final class CudaLayout implements Layout {
  /** Element sizes there are kernels for: 1 to 16 bytes; transposes up to 8. */
  private static final int WIDEST = 16;

  private static final int TILE = 32;
  private static final int TILE_ROWS = 8;
  private static final int MOST_GRID_YZ = 65_535;

  /** Shortest sides of planes that are worth a tile. */
  private static final long WORTH_A_TILE = 8;

  /** Targets below this many do not fill a device: their sums are cut in parts. */
  private static final long ENOUGH_TARGETS = 1 << 15;

  /** Values in a part of a sum, and the most parts. */
  private static final long PART = 1 << 11;

  private static final long MOST_PARTS = 256;

  private final Grids grids;
  private final Scratch scratch;
  private final Kernel[] copies = new Kernel[WIDEST + 1];
  private final Kernel[] transposes = new Kernel[WIDEST + 1];
  private final Kernel addEach;
  private final Kernel addSums;
  private final Kernel addParts;

  CudaLayout(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    this.scratch = scratch;
    for (int bytes = 1; bytes <= WIDEST; bytes *= 2) {
      copies[bytes] = kernels.kernel("layout", "copy_" + bytes);
      transposes[bytes] = bytes == WIDEST ? null : kernels.kernel("layout", "transpose_" + bytes);
    }
    addEach = kernels.kernel("layout_add", "add_each");
    addSums = kernels.kernel("layout_add", "add_sums");
    addParts = kernels.kernel("layout_add", "add_parts");
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
    if (((source | target) & (elementBytes - 1)) != 0) {
      copyHalves(source, sourceStrides, target, targetStrides, sizes, elementBytes);
      return;
    }
    // The axis with the smallest step in the target comes last: stores are then coalesced.
    MergedAxes axes = ordered(sizes, sourceStrides, targetStrides, targetStrides);
    long[] from = axes.strides()[0];
    long[] to = axes.strides()[1];
    int last = axes.count() - 1;
    if (from[last] == 1 && to[last] == 1) {
      copyRuns(source, target, axes, elementBytes);
      return;
    }
    int other = IntStream.range(0, last).filter(axis -> from[axis] == 1).findFirst().orElse(-1);
    if (other >= 0
        && to[last] == 1
        && Math.min(axes.sizes()[other], axes.sizes()[last]) >= WORTH_A_TILE) {
      transpose(source, target, axes, other, elementBytes);
    } else {
      copyAs(elementBytes, source, target, axes);
    }
  }

  /** Elements that do not lie on multiples of their size: each is two of half the size. */
  private void copyHalves(
      long source,
      long[] sourceStrides,
      long target,
      long[] targetStrides,
      long[] sizes,
      int elementBytes) {
    copy(
        source,
        halves(sourceStrides),
        target,
        halves(targetStrides),
        append(sizes, 2),
        elementBytes / 2);
  }

  private static long[] halves(long[] strides) {
    return append(Arrays.stream(strides).map(stride -> 2 * stride).toArray(), 1);
  }

  private static long[] append(long[] values, long last) {
    long[] longer = Arrays.copyOf(values, values.length + 1);
    longer[values.length] = last;
    return longer;
  }

  /** Both sides are contiguous: elements as wide as everything is a multiple of. */
  private void copyRuns(long source, long target, MergedAxes axes, int bytes) {
    int last = axes.count() - 1;
    long all = source | target | axes.sizes()[last] * bytes;
    for (int axis = 0; axis < last; axis++) {
      all |= axes.strides()[0][axis] * bytes | axes.strides()[1][axis] * bytes;
    }
    int wide = (int) Math.min(WIDEST, Math.max(bytes, Long.lowestOneBit(all | WIDEST)));
    if (wide == bytes) {
      copyAs(bytes, source, target, axes);
      return;
    }
    long factor = wide / bytes;
    long[] sizes = axes.sizes().clone();
    sizes[last] /= factor;
    long[][] strides = {axes.strides()[0].clone(), axes.strides()[1].clone()};
    for (long[] side : strides) {
      for (int axis = 0; axis < last; axis++) {
        side[axis] /= factor;
      }
    }
    copyAs(wide, source, target, new MergedAxes(sizes, strides, axes.total() / factor));
  }

  private void copyAs(int bytes, long source, long target, MergedAxes axes) {
    Walk.launch(
        axes,
        (walk, at, _) ->
            grids.rows(
                copies[bytes]
                    .arg(source + bytes * at[0])
                    .arg(target + bytes * at[1])
                    .arg(walk.struct()),
                walk.rows(),
                walk.cols(),
                1));
  }

  /** Planes of axis {@code other} (contiguous in the source) and the last (in the target). */
  private void transpose(long source, long target, MergedAxes axes, int other, int bytes) {
    int last = axes.count() - 1;
    long height = axes.sizes()[other];
    long width = axes.sizes()[last];
    MergedAxes planes =
        rowsOfOne(
            drop(axes.sizes(), other, last),
            drop(axes.strides()[0], other, last),
            drop(axes.strides()[1], other, last));
    Walk.launch(
        planes,
        (walk, at, _) ->
            transposes[bytes]
                .arg(source + bytes * at[0])
                .arg(target + bytes * at[1])
                .arg(height)
                .arg(width)
                .arg(axes.strides()[0][last])
                .arg(axes.strides()[1][other])
                .arg(walk.struct())
                .launch(
                    Grids.ceil(width, TILE),
                    (int) Math.min(MOST_GRID_YZ, Grids.ceil(height, TILE)),
                    (int) Math.min(MOST_GRID_YZ, walk.rows()),
                    TILE,
                    TILE_ROWS,
                    0));
  }

  @Override
  public void add(
      long source, long[] sourceStrides, long target, long[] targetStrides, long[] sizes) {
    int[] summed = axes(sizes, axis -> targetStrides[axis] == 0 && sizes[axis] != 1);
    int[] kept = axes(sizes, axis -> targetStrides[axis] != 0 || sizes[axis] == 1);
    if (summed.length == 0) {
      MergedAxes each = ordered(sizes, sourceStrides, targetStrides, targetStrides);
      Walk.launch(
          each,
          (walk, at, _) ->
              grids.rows(
                  addEach.arg(source + 4 * at[0]).arg(target + 4 * at[1]).arg(walk.struct()),
                  walk.rows(),
                  walk.cols(),
                  Grids.WIDTH));
      return;
    }
    // Neighbouring threads take neighbouring targets, best those that read neighbouring values.
    long[] sizesOfKept = pick(sizes, kept);
    long[] from = pick(sourceStrides, kept);
    MergedAxes targets = ordered(sizesOfKept, from, pick(targetStrides, kept), from);
    MergedAxes values =
        MergedAxes.of(
            pick(sizes, summed), pick(sourceStrides, summed), pick(targetStrides, summed));
    if (targets.total() == 0 || values.total() == 0) {
      return;
    }
    MergedAxes single = rowsOfOne(targets.sizes(), targets.strides()[0], targets.strides()[1]);
    int last = targets.count() - 1;
    boolean alongSum =
        values.strides()[0][values.count() - 1] == 1 && targets.strides()[0][last] != 1;
    Walk.launch(
        values,
        (sum, at, _) ->
            Walk.launch(
                single,
                (walk, start, _) ->
                    addSums(
                        source + 4 * (at[0] + start[0]),
                        target + 4 * start[1],
                        walk,
                        sum,
                        alongSum)));
  }

  private void addSums(long source, long target, Walk kept, Walk summed, boolean alongSum) {
    long targets = kept.rows();
    long values = summed.rows() * summed.cols();
    long cut = targets < ENOUGH_TARGETS ? Math.min(MOST_PARTS, Grids.ceil(values, PART)) : 1;
    long length = Grids.ceil(values, cut);
    int parts = (int) Grids.ceil(values, length);
    // Lanes of the sum: all threads where it runs along memory, else what its length is worth.
    long most = alongSum ? Grids.THREADS : Grids.THREADS / Grids.WARP;
    int y = (int) Math.min(most, Grids.powerOfTwo(Math.min(length, summed.cols()), 1));
    int x = (int) Math.min(Grids.THREADS / y, Grids.powerOfTwo(targets, 1));
    long states = parts == 1 ? 0 : scratch.bytes(8L * parts * targets);
    addSums
        .arg(source)
        .arg(target)
        .arg(states)
        .arg(length)
        .arg(kept.struct())
        .arg(summed.struct())
        .launch(Grids.ceil(targets, x), 1, parts, x, y, 0);
    if (parts > 1) {
      grids.each(addParts.arg(states).arg(parts).arg(target).arg(kept.struct()), targets);
      scratch.release(states);
    }
  }

  /** Axes in descending order of a stride's size, merged. */
  private static MergedAxes ordered(long[] sizes, long[] source, long[] target, long[] by) {
    int[] order =
        IntStream.range(0, sizes.length)
            .boxed()
            .sorted(Comparator.comparingLong(axis -> -Math.abs(by[axis])))
            .mapToInt(axis -> axis)
            .toArray();
    return MergedAxes.of(pick(sizes, order), pick(source, order), pick(target, order));
  }

  /** The same elements, each a row of its own. */
  private static MergedAxes rowsOfOne(long[] sizes, long[] source, long[] target) {
    MergedAxes axes = MergedAxes.of(sizes, source, target);
    long[][] strides = {append(axes.strides()[0], 0), append(axes.strides()[1], 0)};
    return new MergedAxes(append(axes.sizes(), 1), strides, axes.total());
  }

  private static int[] axes(long[] sizes, IntPredicate which) {
    return IntStream.range(0, sizes.length).filter(which).toArray();
  }

  private static long[] pick(long[] values, int[] axes) {
    return Arrays.stream(axes).mapToLong(axis -> values[axis]).toArray();
  }

  private static long[] drop(long[] values, int a, int b) {
    return pick(values, axes(values, axis -> axis != a && axis != b));
  }
}
