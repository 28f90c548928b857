package dev.kernite.test.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Images;
import dev.kernite.models.images.ImageFolder;
import dev.kernite.models.images.Raster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of pictures, whose files hold width, height, channels and bytes. */
final class ImageFolderTest {
  @TempDir private Path folder;

  private static Raster decode(Path file) {
    try {
      byte[] all = Files.readAllBytes(file);
      byte[] bytes = new byte[all.length - 3];
      System.arraycopy(all, 3, bytes, 0, bytes.length);
      return new Raster(all[0], all[1], all[2], bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String name, int... bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    Files.write(file, content);
  }

  @Test
  void subFoldersAreClasses() throws IOException {
    write("zebra/1.png", 1, 2, 1, 5, 6);
    write("ant/b.png", 1, 2, 1, 3, 4);
    write("ant/a.PNG", 1, 2, 1, 1, 2);
    write("ant/notes.txt", 9);
    write(".hidden/c.png", 7);
    write("readme.md", 7);
    try (Images images = ImageFolder.open(folder, ImageFolderTest::decode)) {
      assertEquals(List.of("ant", "zebra"), images.classes());
      assertEquals(3, images.size());
      assertEquals(Shape.of(1, 2, 1), images.itemShape());
      assertEquals(0, images.label(1));
      assertEquals(1, images.label(2));
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(
            new byte[] {(byte) (2 * i + 1), (byte) (2 * i + 2)},
            images.pixels(i).toArray(ValueLayout.JAVA_BYTE));
      }
    }
  }

  @Test
  void aFlatFolderHasNoClassesAndColoursBecomePlanes() throws IOException {
    write("2.png", 2, 1, 3, 10, 20, 30, 11, 21, 31);
    write("1.png", 2, 1, 3, 1, 2, 3, 4, 5, 6);
    try (Images images = ImageFolder.open(folder, ImageFolderTest::decode)) {
      assertEquals(List.of(), images.classes());
      assertEquals(Dataset.UNLABELLED, images.label(0));
      assertEquals(Shape.of(3, 1, 2), images.itemShape());
      assertArrayEquals(
          new byte[] {10, 11, 20, 21, 30, 31}, images.pixels(1).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void picturesMustBeAlike() throws IOException {
    write("1.png", 2, 1, 1, 0, 0);
    write("2.png", 1, 2, 1, 0, 0);
    assertRefused(
        folder.resolve("2.png")
            + " is 1 x 2 pixels, grey, but "
            + folder.resolve("1.png")
            + " is 2 x 1 pixels, grey; make all pictures alike");
    write("2.png", 2, 1, 3, 0, 0, 0, 0, 0, 0);
    assertRefused("2.png is 2 x 1 pixels, colour");
  }

  @Test
  void foldersWithoutSenseAreRefused() throws IOException {
    assertRefused(folder + ": has no .png files, nor sub-folders with some");
    write("cats/1.png", 1, 1, 1, 0);
    write("dogs/1.jpg", 1, 1, 1, 0);
    assertRefused(folder.resolve("dogs") + ": has no .png files; each class needs some");
    write("1.png", 1, 1, 1, 0);
    assertRefused("has pictures (1.png) beside sub-folders (cats)");
    ModelException missing =
        assertThrows(
            ModelException.class,
            () -> ImageFolder.open(folder.resolve("missing"), ImageFolderTest::decode));
    assertTrue(missing.getMessage().contains("no such file or folder"), missing.getMessage());
  }

  private void assertRefused(String reason) {
    ModelException e =
        assertThrows(ModelException.class, () -> ImageFolder.open(folder, ImageFolderTest::decode));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
