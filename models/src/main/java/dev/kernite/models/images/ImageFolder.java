package dev.kernite.models.images;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileErrors;
import dev.kernite.models.data.Images;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A folder of PNG files as {@link Images}: directly in it, without classes, or in sub-folders, each
 * of which is a class and names it. Classes and files come in the order of their names. Files of
 * other kinds, and what begins with a dot, are passed over.
 */
public final class ImageFolder {
  private static final String KIND = ".png";

  private ImageFolder() {}

  /**
   * Reads all pictures of a folder into off-heap memory.
   *
   * @param decoder reads a picture; one that uses {@code javax.imageio} needs Java's desktop
   *     module, which Kernite's models do without
   * @throws ModelException if there is no picture, a sub-folder has none, there are some beside
   *     sub-folders, or two differ in size or number of channels
   */
  public static Images open(Path folder, Function<Path, Raster> decoder) {
    List<Path> flat = pictures(folder);
    List<Path> classes = entries(folder).stream().filter(Files::isDirectory).toList();
    if (!flat.isEmpty() && !classes.isEmpty()) {
      throw new ModelException(
          "%s: has pictures (%s) beside sub-folders (%s); put all pictures in sub-folders, or none"
              .formatted(folder, name(flat.getFirst()), name(classes.getFirst())));
    }
    List<Path> files = new ArrayList<>(flat);
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      List<Path> pictures = pictures(classes.get(label));
      if (pictures.isEmpty()) {
        throw new ModelException(
            classes.get(label) + ": has no " + KIND + " files; each class needs some");
      }
      files.addAll(pictures);
      labels.addAll(Collections.nCopies(pictures.size(), label));
    }
    if (files.isEmpty()) {
      throw new ModelException(folder + ": has no " + KIND + " files, nor sub-folders with some");
    }
    int[] byFile = labels.stream().mapToInt(Integer::intValue).toArray();
    Arena arena = Arena.ofShared();
    try {
      return read(arena, files, decoder, classes.isEmpty() ? null : byFile, names(classes));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Images read(
      Arena arena,
      List<Path> files,
      Function<Path, Raster> decoder,
      int[] labels,
      List<String> classes) {
    Raster first = decoder.apply(files.getFirst());
    Shape shape = Shape.of(first.channels(), first.height(), first.width());
    MemorySegment pixels = arena.allocate(Math.multiplyExact(files.size(), shape.size()));
    for (int i = 0; i < files.size(); i++) {
      Raster picture = i == 0 ? first : decoder.apply(files.get(i));
      if (picture.width() != first.width()
          || picture.height() != first.height()
          || picture.channels() != first.channels()) {
        throw new ModelException(
            "%s is %s, but %s is %s; make all pictures alike"
                .formatted(files.get(i), described(picture), files.getFirst(), described(first)));
      }
      copy(picture, pixels.asSlice(i * shape.size(), shape.size()));
    }
    return new Images(arena, pixels, shape, labels, classes);
  }

  private static String described(Raster picture) {
    return "%d x %d pixels, %s"
        .formatted(picture.width(), picture.height(), picture.channels() == 1 ? "grey" : "colour");
  }

  /** From [height, width, channels] to [channels, height, width]. */
  private static void copy(Raster picture, MemorySegment planes) {
    int channels = picture.channels();
    int size = picture.width() * picture.height();
    byte[] bytes = picture.bytes();
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < size; i++) {
        planes.set(ValueLayout.JAVA_BYTE, (long) c * size + i, bytes[i * channels + c]);
      }
    }
  }

  private static List<Path> pictures(Path folder) {
    return entries(folder).stream()
        .filter(path -> name(path).toLowerCase(Locale.ROOT).endsWith(KIND))
        .filter(Files::isRegularFile)
        .toList();
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> !name(path).startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw new ModelException(
          "%s: cannot be read (%s); give a folder of pictures"
              .formatted(folder, FileErrors.reason(e)),
          e);
    }
  }

  private static List<String> names(List<Path> paths) {
    return paths.stream().map(ImageFolder::name).toList();
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }
}
