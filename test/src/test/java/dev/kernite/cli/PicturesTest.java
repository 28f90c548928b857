package dev.kernite.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.images.Raster;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

final class PicturesTest {
  @TempDir private Path folder;

  private static Raster random(int width, int height, int channels, long seed) {
    byte[] bytes = new byte[width * height * channels];
    new Random(seed).nextBytes(bytes);
    return new Raster(width, height, channels, bytes);
  }

  private static void assertSame(Raster expected, Raster actual) {
    assertEquals(expected.width(), actual.width());
    assertEquals(expected.height(), actual.height());
    assertEquals(expected.channels(), actual.channels());
    assertArrayEquals(expected.bytes(), actual.bytes());
  }

  @Test
  void aPngIsReadAsItWasWritten() {
    Path png = folder.resolve("picture.png");
    for (int channels : new int[] {1, 3}) {
      Raster picture = random(31, 17, channels, channels);
      PngFiles.write(picture, png);
      assertSame(picture, PngFiles.read(png));
    }
  }

  /** Written by the JDK from images of other kinds. */
  @Test
  void everyKindOfPngIsRead() throws IOException {
    Path png = folder.resolve("kind.png");
    BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x1234);
    deep.getRaster().setSample(1, 0, 0, 0xffff);
    ImageIO.write(deep, "png", png.toFile());
    assertSame(new Raster(2, 1, 1, new byte[] {0x12, -1}), PngFiles.read(png));

    BufferedImage bits = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_BINARY);
    bits.getRaster().setSample(1, 0, 0, 1);
    ImageIO.write(bits, "png", png.toFile());
    assertSame(new Raster(3, 1, 1, new byte[] {0, -1, 0}), PngFiles.read(png));

    BufferedImage clear = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    clear.setRGB(0, 0, 0x80_10_20_30);
    ImageIO.write(clear, "png", png.toFile());
    assertSame(new Raster(1, 1, 3, new byte[] {0x10, 0x20, 0x30}), PngFiles.read(png));

    BufferedImage palette = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
    palette.setRGB(0, 0, 0xff_ff_00_00);
    ImageIO.write(palette, "png", png.toFile());
    assertSame(new Raster(1, 1, 3, new byte[] {-1, 0, 0}), PngFiles.read(png));
  }

  @Test
  void aDamagedPngIsRefusedOrReadButNothingElse() throws IOException {
    Path png = folder.resolve("damaged.png");
    PngFiles.write(random(9, 8, 1, 4), png);
    byte[] whole = Files.readAllBytes(png);
    int end = new String(whole, StandardCharsets.ISO_8859_1).indexOf("IEND");
    for (int size = 0; size < whole.length; size++) {
      Files.write(png, Arrays.copyOf(whole, size));
      if (size < end - 12) { // the pixels end 12 bytes before, two checksums and a length follow
        assertRefused(png, "cut to " + size);
      }
    }
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(png, bytes);
      try {
        PngFiles.read(png);
      } catch (CommandException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
    byte[] huge = whole.clone();
    huge[16] = 0x10; // 2^28 pixels wide
    huge[20] = 0x10; // and as high
    Files.write(png, huge);
    assertRefused(png, "huge");
    assertRefused(folder.resolve("missing.png"), "missing");
  }

  private static void assertRefused(Path png, String what) {
    CommandException e = assertThrows(CommandException.class, () -> PngFiles.read(png), what);
    assertTrue(e.getMessage().startsWith(png + ": "), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  /** Read back by the JDK: the pixels of each frame, the delay, the loop. */
  @Test
  void aGifHoldsItsFramesDelaysAndLoop() throws IOException {
    Path gif = folder.resolve("frames.gif");
    List<Raster> frames = IntStream.range(0, 4).mapToObj(i -> random(40, 30, 1, i)).toList();
    AnimatedGif.write(frames, Duration.ofMillis(250), gif);
    String bytes = Files.readString(gif, StandardCharsets.ISO_8859_1);
    assertTrue(bytes.startsWith("GIF89a"));
    int loop = bytes.indexOf("NETSCAPE2.0");
    assertEquals("\3\1\0\0\0", bytes.substring(loop + 11, loop + 16), "repeated for ever");
    assertEquals(loop, bytes.lastIndexOf("NETSCAPE2.0"));
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(gif.toFile())) {
      reader.setInput(in);
      assertEquals(4, reader.getNumImages(true));
      for (int i = 0; i < 4; i++) {
        BufferedImage image = reader.read(i);
        for (int at = 0; at < 40 * 30; at++) {
          int grey = frames.get(i).value(at % 40, at / 40, 0);
          assertEquals(grey * 0x010101, image.getRGB(at % 40, at / 40) & 0xffffff);
        }
        Element root =
            (Element) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
        Element control = (Element) root.getElementsByTagName("GraphicControlExtension").item(0);
        assertEquals("25", control.getAttribute("delayTime"));
      }
    }
  }

  @Test
  void colourGifsKeepTheirFewColours() throws IOException {
    Path gif = folder.resolve("colours.gif");
    byte[] flag = {-1, 0, 0, 0, -1, 0, 0, 0, -1};
    AnimatedGif.write(List.of(new Raster(3, 1, 3, flag)), Duration.ZERO, gif);
    BufferedImage image = ImageIO.read(gif.toFile());
    assertEquals(0xff0000, image.getRGB(0, 0) & 0xffffff);
    assertEquals(0x00ff00, image.getRGB(1, 0) & 0xffffff);
    assertEquals(0x0000ff, image.getRGB(2, 0) & 0xffffff);
  }

  @Test
  void framesOfDifferentSizesAreRefused() {
    Path gif = folder.resolve("frames.gif");
    List<Raster> frames = List.of(random(3, 3, 1, 0), random(3, 4, 1, 0));
    assertThrows(CommandException.class, () -> AnimatedGif.write(frames, Duration.ZERO, gif));
    assertTrue(Files.notExists(gif));
  }

  @Test
  void aPictureThatCannotBeWrittenLeavesTheOldOne() throws IOException {
    Path file = Files.createDirectory(folder.resolve("folder.png"));
    assertThrows(ModelException.class, () -> PngFiles.write(random(1, 1, 1, 0), file));
    assertThrows(ModelException.class, () -> new Raster(2, 2, 1, new byte[5]));
    assertThrows(ModelException.class, () -> new Raster(1, 1, 2, new byte[2]));
  }
}
