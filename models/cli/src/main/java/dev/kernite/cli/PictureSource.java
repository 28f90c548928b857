package dev.kernite.cli;

import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Images;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.data.Selection;
import dev.kernite.models.images.ImageFolder;
import java.nio.file.Path;

/**
 * Pictures by a name on the command line: {@code mnist} as {@code make mnist} fetched it, {@code
 * mnist-small} as it comes with Kernite, a folder with MNIST's four files, or one with PNG files.
 *
 * @param training pictures to learn from
 * @param test pictures to be judged by, or null
 */
record PictureSource(Images training, Images test) implements AutoCloseable {
  private static final String MNIST = "mnist";
  private static final String SMALL = "mnist-small";

  static PictureSource of(String name) {
    return switch (name) {
      case MNIST -> of(Mnist.cached());
      case SMALL -> of(Mnist.bundled());
      default -> {
        Path folder = Path.of(name);
        yield Mnist.isIn(folder)
            ? of(Mnist.open(folder))
            : new PictureSource(ImageFolder.open(folder, PngFiles::read), null);
      }
    };
  }

  /**
   * The pictures to learn from, from -1 to 1.
   *
   * @param perClass how many of each class, chosen by the seed; null for all
   */
  Dataset training(Integer perClass, long seed) {
    if (perClass != null && perClass < 1) {
      throw new CommandException("--per-class must be at least 1, not " + perClass);
    }
    Dataset all = training.scaled(PixelScale.SIGNED);
    return perClass == null ? all : Selection.perClass(all, perClass, seed);
  }

  private static PictureSource of(Mnist mnist) {
    return new PictureSource(mnist.training(), mnist.test());
  }

  @Override
  public void close() {
    training.close();
    if (test != null) {
      test.close();
    }
  }
}
