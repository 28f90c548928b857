package dev.kernite.test.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Shape;
import dev.kernite.models.CacheFolder;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Images;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MnistTest {
  /** Labels of the first training digits, as many a tutorial prints them. */
  private static final int[] FIRST_LABELS = {
    5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7, 2, 8, 6, 9
  };

  /** Row 5 of the first training digit, columns 12 to 23, likewise. */
  private static final int[] FIRST_STROKE = {3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127};

  @TempDir private Path folder;

  @Test
  void bundledDigitsAreTheFirstOfEachClass() {
    try (Mnist mnist = Mnist.bundled()) {
      assertEquals(2000, mnist.training().size());
      assertEquals(300, mnist.test().size());
      assertEquals(Shape.of(1, 28, 28), mnist.training().itemShape());
      assertArrayEquals(FIRST_LABELS, Arrays.copyOf(labels(mnist.training()), FIRST_LABELS.length));
      for (int i = 0; i < FIRST_STROKE.length; i++) {
        assertEquals(
            FIRST_STROKE[i],
            mnist.training().pixels(0).get(ValueLayout.JAVA_BYTE, 5 * 28 + 12 + i) & 0xff);
      }
      assertArrayEquals(
          new int[] {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, Arrays.copyOf(labels(mnist.test()), 10));
      for (Images part : new Images[] {mnist.training(), mnist.test()}) {
        int[] counts = new int[10];
        Arrays.stream(labels(part)).forEach(label -> counts[label]++);
        int[] alike = new int[10];
        Arrays.fill(alike, part.size() / 10);
        assertArrayEquals(alike, counts);
      }
    }
  }

  private static int[] labels(Images images) {
    int[] labels = new int[images.size()];
    Arrays.setAll(labels, images::label);
    return labels;
  }

  @Test
  void scalesAreThoseOfTorchvision() {
    try (Mnist mnist = Mnist.bundled()) {
      for (PixelScale scale :
          new PixelScale[] {PixelScale.UNIT, PixelScale.SIGNED, PixelScale.MNIST}) {
        Dataset data = mnist.training().scaled(scale);
        float[] values = new float[784];
        data.read(0, MemorySegment.ofArray(values));
        for (int i = 0; i < 784; i++) {
          int pixel = mnist.training().pixels(0).get(ValueLayout.JAVA_BYTE, i) & 0xff;
          assertEquals((pixel / 255.0 - scale.mean()) / scale.std(), values[i], 1e-6);
          assertEquals(pixel, scale.pixel(values[i]), "there and back");
        }
      }
      assertEquals(-1, PixelScale.SIGNED.value(0));
      assertEquals(1, PixelScale.SIGNED.value(255));
      assertEquals(0, PixelScale.SIGNED.pixel(-3));
      assertEquals(255, PixelScale.SIGNED.pixel(Float.POSITIVE_INFINITY));
      assertEquals(0, PixelScale.SIGNED.pixel(Float.NaN));
      assertThrows(ModelException.class, () -> new PixelScale(0, 0));
      assertThrows(ModelException.class, () -> new PixelScale(Float.NaN, 1));
    }
  }

  @Test
  void everyUsualNameIsFound() throws IOException {
    write("train-images-idx3-ubyte", IdxBytes.counting(4, 3, 2));
    write("train-labels.idx1-ubyte", IdxBytes.counting(4));
    write("t10k-images-idx3-ubyte.gz", IdxBytes.gzip(IdxBytes.counting(2, 3, 2)));
    write("t10k-labels.idx1-ubyte.gz", IdxBytes.gzip(IdxBytes.counting(2)));
    assertRead(folder);
    Path data = Files.createDirectory(folder.resolve("data"));
    for (String part : new String[] {"train-images-idx3", "t10k-images-idx3"}) {
      for (String end : new String[] {"-ubyte", "-ubyte.gz"}) {
        Path file = folder.resolve(part + end);
        if (Files.exists(file)) {
          Files.move(file, data.resolve(part + end));
        }
      }
    }
    assertRead(folder);
  }

  private static void assertRead(Path folder) {
    try (Mnist mnist = Mnist.open(folder)) {
      assertEquals(4, mnist.training().size());
      assertEquals(3, mnist.training().label(3));
      assertEquals(2, mnist.test().size());
      assertEquals(Shape.of(1, 3, 2), mnist.test().itemShape());
      assertEquals(7, mnist.test().pixels(1).get(ValueLayout.JAVA_BYTE, 1));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    assertRefused("no train-images-idx3-ubyte or train-images-idx3-ubyte.gz");
    assertRefused("make mnist");
    write("train-images-idx3-ubyte", IdxBytes.counting(4, 3, 2));
    write("train-labels-idx1-ubyte", IdxBytes.counting(3));
    write("t10k-images-idx3-ubyte", IdxBytes.counting(2, 2, 2));
    write("t10k-labels-idx1-ubyte", IdxBytes.counting(2));
    assertRefused("3 labels for 4 images");
    write("train-labels-idx1-ubyte", IdxBytes.of(8, new int[] {4}, new byte[] {1, 10, 2, 3}));
    assertRefused("image 1 has the label 10");
    write("train-labels-idx1-ubyte", IdxBytes.counting(4));
    assertRefused("training images are [1, 3, 2], test images [1, 2, 2]");
    write("train-images-idx3-ubyte", IdxBytes.counting(4, 6));
    assertRefused("images are [n, height, width]");
    write("train-images-idx3-ubyte", IdxBytes.counting(0, 3, 2));
    write("train-labels-idx1-ubyte", IdxBytes.counting(0));
    assertRefused("no whole number of images");
  }

  @Test
  void aMissingCacheSaysHowToFillIt() {
    Path cache = CacheFolder.of("mnist");
    assertFalse(Mnist.isCached(), "tests have a cache of their own");
    ModelException e = assertThrows(ModelException.class, Mnist::cached);
    assertTrue(e.getMessage().startsWith(cache + ": "), e.getMessage());
    assertTrue(e.getMessage().contains("`make mnist`"), e.getMessage());
  }

  private void assertRefused(String reason) {
    ModelException e = assertThrows(ModelException.class, () -> Mnist.open(folder));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }
}
