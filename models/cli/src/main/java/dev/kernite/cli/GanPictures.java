package dev.kernite.cli;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.PixelScale;
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

/**
 * The pictures of a GAN's run: a grid of samples an epoch in {@code samples/}, all from the same
 * noise; at the end {@code samples.png}, the grids one after the other as {@code samples.gif}, and
 * {@code interpolation.png}, a way through the latent space in each row.
 */
final class GanPictures implements GanListener {
  /** More frames than this nobody looks at: then some epochs are passed over. */
  private static final int MOST_FRAMES = 120;

  private static final Duration FRAME = Duration.ofMillis(400);

  private final Path folder;
  private final long[] image;
  private long epochs;

  /**
   * Draws nothing yet.
   *
   * @param image shape of one image: [channels, height, width], [height, width], or [values], which
   *     are taken for a square if they can be one
   */
  GanPictures(Path folder, long[] image) {
    this.folder = folder;
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
    PngFiles.write(square(samples), file);
  }

  @Override
  public void onFinished(Tensor samples, Tensor paths, int points) {
    PngFiles.write(square(samples), folder.resolve("samples.png"));
    PngFiles.write(grid(paths, points), folder.resolve("interpolation.png"));
    List<Raster> frames = new ArrayList<>();
    for (long epoch = 1; epoch <= epochs; epoch++) {
      boolean shown = epoch == epochs || epoch % Math.ceilDiv(epochs, MOST_FRAMES) == 0;
      if (shown && Files.exists(file(epoch))) {
        frames.add(PngFiles.read(file(epoch)));
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
        folder.resolve("interpolation.png"));
  }

  private Path file(long epoch) {
    return folder.resolve("samples").resolve(String.format(Locale.ROOT, "epoch-%04d.png", epoch));
  }

  private Raster square(Tensor images) {
    return grid(images, (int) Math.ceil(Math.sqrt(images.shape().dim(0))));
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
