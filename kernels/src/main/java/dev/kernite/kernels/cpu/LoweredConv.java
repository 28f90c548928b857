package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.cpu.PanelProduct.Left;
import dev.kernite.kernels.cpu.PanelProduct.Matrices;

/**
 * Convolutions as matrix products (Chellapilla et al. 2006, "im2col"), for one group of channels at
 * a time. A patch is what the window sees from an output: a value for each of its taps in each
 * channel.
 *
 * <pre>
 * forward      y [out, outputs]      = weight [out, patch] patches
 * transposed   patches [patch, outputs] = weight^T y, each added to the pixels it is made of
 * weight       dweight [out, patch]  = dy patches^T
 * </pre>
 *
 * <p>The matrix of patches never exists. A task takes a strip of some hundred outputs, from several
 * images where these are small, copies the pixels they see to a place of its own ({@link
 * PaddedImages}, {@link ChannelsLast}), and makes of them one panel of the product after another,
 * which stay in the cache while they are used.
 */
final class LoweredConv implements Conv {
  /** Outputs of a strip at most, and a summation block of the weight's gradient. */
  private static final int STRIP = Gemm.K_BLOCK;

  /** Outputs of a strip whose sums concern nobody else: shorter, for more tasks. */
  private static final int SHORT_STRIP = STRIP / 2;

  /** Fewer tasks than that are cut further. */
  private static final int TASKS = 16;

  /** Rows of the matrix of patches that a task computes, about: whole channels. */
  private static final int PATCH_ROWS = 3 * PanelProduct.ROWS;

  /** Most bytes for sums of the weight's gradient that are made side by side. */
  private static final long PARTS_BYTES = 64 << 20;

  private final Workers workers;
  private final HostMemory memory;
  private final PanelProduct product;
  private final Tiles tiles;
  private final PixelRows rows;
  private final WholeImageConv wholeImages;
  private final int width;

  LoweredConv(
      Workers workers,
      HostMemory memory,
      Gemm gemm,
      PanelProduct product,
      Tiles tiles,
      PixelRows rows) {
    this.workers = workers;
    this.memory = memory;
    this.product = product;
    this.tiles = tiles;
    this.rows = rows;
    this.wholeImages = new WholeImageConv(gemm, rows);
    this.width = product.width();
  }

  @Override
  public void forward(Shape s, long x, long weight, long bias, long y) {
    if (WholeImageConv.is(s)) {
      wholeImages.forward(s, x, weight, bias, y);
      return;
    }
    Left left = product.left(weights(s, weight, s.groupOut(), s.patch(), 4L * s.patch(), 4));
    long outputs = s.batch() * s.outPixels();
    long strips = Chunks.count(outputs, SHORT_STRIP);
    // Tasks of the same strip make its panels each for itself.
    boolean whole = strips * s.groups() >= TASKS;
    int channels = whole ? s.groupOut() : Math.min(s.groupOut(), PanelProduct.ROWS);
    int parts = Math.ceilDiv(s.groupOut(), channels);
    workers.run(
        strips * s.groups() * parts,
        task -> {
          int group = (int) (task / parts % s.groups());
          int from = (int) (task % parts) * channels;
          int to = Math.min(s.groupOut(), from + channels);
          forward(shortStrip(s, task / parts / s.groups()), group, from, to, left, x, bias, y);
        });
  }

  private static ConvStrip shortStrip(Shape s, long number) {
    long first = number * SHORT_STRIP;
    long outputs = s.batch() * s.outPixels();
    return new ConvStrip(s, first, (int) Math.min(SHORT_STRIP, outputs - first));
  }

  /** The matrices of all groups. */
  private static Matrices weights(Shape s, long weight, int m, int k, long row, long step) {
    return new Matrices(s.groups(), m, k, weight, 4L * s.groupOut() * s.patch(), row, step);
  }

  /** Computes some channels of a strip. */
  private void forward(
      ConvStrip strip, int group, int from, int to, Left left, long x, long bias, long y) {
    Shape s = strip.shape();
    PaddedImages images = new PaddedImages(strip, s.groupIn());
    try (Rooms rooms =
        new Rooms(
            memory,
            images.floats(),
            2L * s.patch(),
            RunTable.floats(width),
            (long) s.patch() * width,
            (long) PanelProduct.ROWS * width)) {
      long pixels = rooms.at(0);
      long taps = rooms.at(1);
      RunTable runs = new RunTable(rooms.at(2), rows.longest());
      long panel = rooms.at(3);
      long tile = rooms.at(4);
      RawMemory.zero(pixels, 4 * images.floats());
      clearSurplus(strip.count(), panel, s.patch());
      images.load(x, group * s.groupIn(), rows, pixels);
      images.taps(taps);
      for (int done = 0; done < strip.count(); done += width) {
        ConvStrip columns = strip.part(done, width);
        images.runs(columns, runs);
        rows.gather(pixels, taps, s.patch(), runs, panel, width);
        for (int row = from; row < to; row += PanelProduct.ROWS) {
          int count = Math.min(PanelProduct.ROWS, to - row);
          left.multiply(group, row, count, panel, tile, 4L * width);
          store(columns, group * s.groupOut() + row, count, tile, bias, y);
        }
      }
    }
  }

  /**
   * Clears panels of which columns will be left over. These are multiplied like all others, and
   * what lay there before may be integers, which as floats are so small that a product takes the
   * processor five times as long.
   *
   * @param columns that will be filled
   * @param panelRows of all panels together
   */
  private void clearSurplus(int columns, long panels, long panelRows) {
    if (columns % width != 0) {
      RawMemory.zero(panels, 4 * panelRows * width);
    }
  }

  /** Brings channels of some outputs to y. */
  private void store(ConvStrip columns, int channel, int count, long tile, long bias, long y) {
    long row = 4L * width;
    long yRow = 4L * columns.shape().outPixels();
    columns.forEachRun(
        channel,
        (offset, place, n) -> {
          long from = tile + 4L * place;
          if (bias == 0) {
            rows.copy(from, row, 1, y + offset, yRow, count, n);
          } else {
            rows.shift(from, row, bias + 4L * channel, y + offset, yRow, count, n);
          }
        });
  }

  @Override
  public void transposed(Shape s, long y, long weight, long bias, long x) {
    if (WholeImageConv.is(s)) {
      wholeImages.transposed(s, y, weight, bias, x);
      return;
    }
    Left left = product.left(weights(s, weight, s.patch(), s.groupOut(), 4, 4L * s.patch()));
    long together = imagesTogether(s.outPixels());
    long strips = Chunks.count(s.batch(), together);
    // A task has the patches' rows of whole channels, and these begin where a product can.
    int taps = s.window().taps();
    int unit = PanelProduct.ROWS / gcd(taps, PanelProduct.ROWS);
    int channels = unit * Math.ceilDiv(PATCH_ROWS, unit * taps);
    int parts = Math.ceilDiv(s.groupIn(), channels);
    workers.run(
        strips * s.groups() * parts,
        task -> {
          int group = (int) (task / parts % s.groups());
          long image = task / parts / s.groups() * together;
          long images = Math.min(together, s.batch() - image);
          int from = (int) (task % parts) * channels;
          int to = Math.min(s.groupIn(), from + channels);
          transposed(ConvStrip.ofImages(s, image, images), group, from, to, left, y, bias, x);
        });
  }

  /** As many images as fill whole panels best. */
  private long imagesTogether(int pixels) {
    long best = 1;
    for (long n = 2; n * pixels <= STRIP; n++) {
      if (surplus(n * pixels) * best <= surplus(best * pixels) * n) {
        best = n;
      }
    }
    return best;
  }

  private long surplus(long columns) {
    return Math.ceilDiv(columns, width) * width - columns;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Computes some channels of whole images. */
  private void transposed(
      ConvStrip images, int group, int from, int to, Left left, long y, long bias, long x) {
    Shape s = images.shape();
    int taps = s.window().taps();
    PaddedImages padded = new PaddedImages(images, to - from);
    int first = group * s.groupIn() + from;
    int strip = Math.min(STRIP, images.count());
    int stripFloats = Math.ceilDiv(strip, width) * width;
    try (Rooms rooms =
        new Rooms(
            memory,
            padded.floats(),
            2L * (to - from) * taps,
            RunTable.floats(strip),
            (long) s.groupOut() * stripFloats,
            (long) PanelProduct.ROWS * stripFloats)) {
      long pixels = rooms.at(0);
      long places = rooms.at(1);
      RunTable runs = new RunTable(rooms.at(2), rows.longest());
      long panels = rooms.at(3);
      long patches = rooms.at(4);
      for (int c = 0; c < to - from; c++) {
        padded.fill(c, bias == 0 ? 0 : getFloat(bias + 4L * (first + c)), pixels);
      }
      padded.taps(places);
      clearSurplus(images.count(), panels, s.groupOut() * (long) stripFloats / width);
      for (int done = 0; done < images.count(); done += STRIP) {
        ConvStrip outputs = images.part(done, STRIP);
        padded.runs(outputs, runs);
        loadPanels(outputs, group, y, panels);
        for (int row = from * taps; row < to * taps; row += PanelProduct.ROWS) {
          int count = Math.min(PanelProduct.ROWS, to * taps - row);
          for (int at = 0; at < outputs.count(); at += width) {
            long panel = panels + 4L * at * s.groupOut();
            left.multiply(group, row, count, panel, patches + 4L * at, 4L * stripFloats);
          }
          long place = places + 8L * (row - from * taps);
          rows.scatter(patches, stripFloats, place, count, runs, pixels);
        }
      }
      padded.store(pixels, rows, x, first);
    }
  }

  /** Makes panels of y, one after another. */
  private void loadPanels(ConvStrip outputs, int group, long y, long panels) {
    int channels = outputs.shape().groupOut();
    for (int at = 0; at < outputs.count(); at += width) {
      long panel = panels + 4L * at * channels;
      load(outputs.part(at, width), group, y, panel, 4L * width);
    }
  }

  /** Copies the outputs of a group's channels to a matrix. */
  private void load(ConvStrip outputs, int group, long y, long matrix, long row) {
    int channels = outputs.shape().groupOut();
    long yRow = 4L * outputs.shape().outPixels();
    outputs.forEachRun(
        group * channels,
        (offset, place, n) ->
            rows.copy(y + offset, yRow, 1, matrix + 4L * place, row, channels, n));
  }

  @Override
  public void weightGrad(Shape s, long x, long dy, long dweight) {
    if (WholeImageConv.is(s)) {
      wholeImages.weightGrad(s, x, dy, dweight);
      return;
    }
    long outputs = s.batch() * s.outPixels();
    long strips = Chunks.count(outputs, STRIP);
    long panels = Chunks.count(s.patch(), width);
    long values = s.outChannels() * panels * width;
    if (strips == 0) {
      RawMemory.zero(dweight, 4L * s.outChannels() * s.patch());
      return;
    }
    long most = Math.clamp(PARTS_BYTES / (4 * values), 1, TASKS);
    long stripsOfPart = Chunks.count(strips, Math.min(most, strips));
    long parts = Chunks.count(strips, stripsOfPart);
    long cuts = Math.clamp(TASKS / (parts * s.groups()), 1, panels);
    long panelsOfCut = Chunks.count(panels, cuts);
    try (Rooms rooms = new Rooms(memory, parts * values)) {
      long sums = rooms.at(0);
      workers.run(
          parts * s.groups() * cuts,
          task -> {
            int group = (int) (task / cuts % s.groups());
            long part = task / cuts / s.groups();
            long from = part * stripsOfPart * STRIP;
            long to = Math.min(outputs, from + stripsOfPart * STRIP);
            long panel = task % cuts * panelsOfCut;
            long end = Math.min(panels, panel + panelsOfCut);
            for (long at = from; at < to; at += STRIP) {
              ConvStrip strip = new ConvStrip(s, at, (int) Math.min(STRIP, to - at));
              long sum = sums + 4 * (part * values + group * s.groupOut() * panels * width);
              correlate(strip, group, (int) panel, (int) end, x, dy, sum, at > from);
            }
          });
      Chunks.run(
          workers,
          values,
          (from, to) -> {
            for (long part = 1; part < parts; part++) {
              rows.add(sums + 4 * (part * values + from), sums + 4 * from, to - from);
            }
          });
      long row = panels * width;
      long taps = s.window().taps();
      Chunks.rows(
          workers,
          s.outChannels(),
          row,
          (from, to) -> {
            for (long out = from; out < to; out++) {
              tiles.transpose(
                  sums + 4 * out * row,
                  4L * s.groupIn(),
                  (int) taps,
                  s.groupIn(),
                  dweight + 4 * out * s.patch(),
                  4 * taps);
            }
          });
    }
  }

  /**
   * The products of the gradients of a strip with some panels of its patches.
   *
   * @param sum of the group, [out, panels, width]
   */
  private void correlate(
      ConvStrip strip, int group, int from, int to, long x, long dy, long sum, boolean more) {
    Shape s = strip.shape();
    int channels = s.groupOut();
    ChannelsLast images = new ChannelsLast(strip, s.groupIn());
    try (Rooms rooms =
        new Rooms(
            memory,
            images.floats(),
            images.scratchFloats(),
            2L * strip.count(),
            RunTable.floats(width),
            (long) strip.count() * width,
            (long) channels * strip.count(),
            (long) PanelProduct.ROWS * width)) {
      long pixels = rooms.at(0);
      long places = rooms.at(2);
      RunTable runs = new RunTable(rooms.at(3), rows.longest());
      long panel = rooms.at(4);
      long gradients = rooms.at(5);
      long tile = rooms.at(6);
      images.load(x, group * s.groupIn(), tiles, pixels, rooms.at(1));
      images.patches(places);
      clearSurplus(s.patch(), panel, strip.count());
      load(strip, group, dy, gradients, 4L * strip.count());
      Left left =
          product.left(
              new Matrices(1, channels, strip.count(), gradients, 0, 4L * strip.count(), 4));
      long sumRow = 4L * Math.ceilDiv(s.patch(), width) * width;
      for (int p = from; p < to; p++) {
        images.runs(p * width, Math.min(width, s.patch() - p * width), runs);
        rows.gather(pixels, places, strip.count(), runs, panel, width);
        for (int row = 0; row < channels; row += PanelProduct.ROWS) {
          int count = Math.min(PanelProduct.ROWS, channels - row);
          long c = sum + row * sumRow + 4L * p * width;
          if (!more) {
            left.multiply(0, row, count, panel, c, sumRow);
            continue;
          }
          left.multiply(0, row, count, panel, tile, 4L * width);
          tiles.add(tile, 4L * width, c, sumRow, count, width);
        }
      }
    }
  }
}
