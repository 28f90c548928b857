package dev.kernite.cli;

import static dev.kernite.engine.Functional.upsampleNearest;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.EnlargementJudge;
import dev.kernite.models.gan.GanListener;
import dev.kernite.models.images.ImageGrid;
import dev.kernite.models.images.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The pictures of a GAN's run: a grid of samples an epoch in {@code samples/}, all from the same
 * noise; at the end {@code samples.png}, the grids one after the other as {@code samples.gif}, and
 * {@code interpolation.png}, a way through the latent space in each row. Where classes are told
 * there is a row a class. Where images are enlarged there is {@code enlarged.png} instead of the
 * last: in its rows some reduced images, their bicubic enlargements, the generator's, and the
 * images themselves.
 */
final class GanPictures implements GanListener {
  /** More frames than this nobody looks at: then some epochs are passed over. */
  private static final int MOST_FRAMES = 120;

  private static final Duration FRAME = Duration.ofMillis(400);

  private final Path folder;

  /** Images of the strip that compares enlargements. */
  private static final int COMPARED = 10;

  private static final String ENLARGED = "enlarged.png";
  private static final String INTERPOLATION = "interpolation.png";

  private final long[] image;
  private final Condition condition;
  private long epochs;

  /**
   * Draws nothing yet.
   *
   * @param image shape of one image: [channels, height, width], [height, width], or [values], which
   *     are taken for a square if they can be one
   */
  GanPictures(Path folder, long[] image, Condition condition) {
    this.folder = folder;
    this.condition = condition;
    this.image = image.clone();
  }

  @Override
  public void onEpoch(long epoch, long steps, Tensor samples) {
    epochs = epoch;
    Path file = file(epoch);
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new ModelException(file.getParent() + ": cannot be created: " + e.getMessage(), e);
    }
    PngFiles.write(samples(samples), file);
  }

  @Override
  public void onFinished(Tensor samples, Tensor paths, int points) {
    PngFiles.write(grid(paths, points), folder.resolve(INTERPOLATION));
    finish(samples);
  }

  @Override
  public void onEnlarged(Tensor reduced, Tensor enlarged, Tensor truth) {
    Shape shape = truth.shape();
    int factor = (int) (shape.dim(2) / reduced.shape().dim(2));
    int n = (int) Math.min(COMPARED, shape.dim(0));
    int size = (int) (n * shape.inner(0));
    float[] strip = new float[4 * size];
    float[][] rows = {
      upsampleNearest(reduced, factor).toFloats(),
      EnlargementJudge.enlarged(reduced, shape),
      enlarged.toFloats(),
      truth.toFloats()
    };
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, strip, row * size, size);
    }
    Raster picture =
        ImageGrid.of(n, PixelScale.SIGNED).draw(strip, shape.with(0, (long) rows.length * n));
    PngFiles.write(picture, folder.resolve(ENLARGED));
    finish(enlarged);
  }

  private void finish(Tensor samples) {
    PngFiles.write(samples(samples), folder.resolve("samples.png"));
    List<Path> shown =
        LongStream.rangeClosed(1, epochs).mapToObj(this::file).filter(Files::exists).toList();
    int apart = Math.ceilDiv(Math.max(1, shown.size()), MOST_FRAMES);
    List<Raster> frames = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      if (i == shown.size() - 1 || (i + 1) % apart == 0) {
        frames.add(PngFiles.read(shown.get(i)));
      }
    }
    if (!frames.isEmpty()) {
      AnimatedGif.write(frames, FRAME, folder.resolve("samples.gif"));
    }
  }

  /** What there is to look at, for the end of the run. */
  List<Path> written() {
    return List.of(
        folder.resolve("samples.png"),
        folder.resolve("samples.gif"),
        folder.resolve(condition instanceof Condition.Reduced ? ENLARGED : INTERPOLATION));
  }

  private Path file(long epoch) {
    return folder.resolve("samples").resolve(String.format(Locale.ROOT, "epoch-%04d.png", epoch));
  }

  /** A row a class, else a square. */
  private Raster samples(Tensor images) {
    long n = images.shape().dim(0);
    return grid(
        images,
        condition instanceof Condition.Classes c
            ? (int) n / c.count()
            : (int) Math.ceil(Math.sqrt(n)));
  }

  private Raster grid(Tensor images, int columns) {
    long n = images.shape().dim(0);
    long size = images.size() / n;
    long side = Math.round(Math.sqrt(size));
    long[] shape =
        switch (image.length) {
          case 3 -> image;
          case 2 -> new long[] {1, image[0], image[1]};
          default -> side * side == size ? new long[] {1, side, side} : new long[] {1, 1, size};
        };
    boolean colours = shape[0] == 3;
    Tensor pictures =
        images.reshape(colours ? n : n * shape[0], colours ? 3 : 1, shape[1], shape[2]);
    return ImageGrid.of(columns, PixelScale.SIGNED).draw(pictures);
  }
}
