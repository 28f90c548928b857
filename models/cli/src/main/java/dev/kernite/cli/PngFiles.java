package dev.kernite.cli;

import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.images.Raster;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Pictures as PNG files, in and out, by the JDK's own codec. It is in the desktop module, which the
 * library does without.
 */
final class PngFiles {
  /** Deflate makes 1032 bytes of one at most; in each are 8 pixels where a pixel is a bit. */
  private static final long MOST_PIXELS_IN_A_BYTE = 1032 * 8;

  static {
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false); // no temporary files
  }

  private PngFiles() {}

  /** Writes a picture, whole or not at all. */
  static void write(Raster picture, Path png) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image(picture), "png", bytes);
    } catch (IOException e) {
      throw new CommandException(png + ": cannot be drawn: " + e.getMessage(), e);
    }
    AtomicFiles.write(png, bytes.toByteArray());
  }

  static BufferedImage image(Raster picture) {
    boolean grey = picture.channels() == 1;
    BufferedImage image =
        new BufferedImage(
            picture.width(),
            picture.height(),
            grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    int[] samples = new int[picture.bytes().length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = picture.bytes()[i] & 0xff;
    }
    image.getRaster().setPixels(0, 0, picture.width(), picture.height(), samples);
    return image;
  }

  /**
   * Reads a picture: grey where the file is, also by its palette, else red, green and blue.
   * Transparency is passed over; of 16 bits a value the high 8 are taken.
   *
   * @throws CommandException if the file cannot be read or is not a whole PNG
   */
  static Raster read(Path png) {
    try {
      return decode(png, Files.readAllBytes(png));
    } catch (NoSuchFileException e) {
      throw new CommandException(png + ": no such file; check the path", e);
    } catch (IOException | RuntimeException e) { // the codec throws both at damaged files
      throw e instanceof CommandException known
          ? known
          : new CommandException(
              png + ": cannot be read as PNG (" + e.getMessage() + "); check that it is whole", e);
    }
  }

  private static Raster decode(Path png, byte[] bytes) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(in, true, true); // without metadata, whose compressed texts know no limit
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MOST_PIXELS_IN_A_BYTE * bytes.length) {
        throw new CommandException(
            "%s: claims %d x %d pixels, more than its %d bytes can hold"
                .formatted(png, reader.getWidth(0), reader.getHeight(0), bytes.length));
      }
      return raster(reader.read(0));
    } finally {
      reader.dispose();
    }
  }

  private static Raster raster(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
      // As stored: getRGB would convert from linear light to sRGB.
      int[] samples = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
      int shift = Math.max(0, image.getSampleModel().getSampleSize(0) - 8);
      byte[] grey = new byte[samples.length];
      for (int i = 0; i < grey.length; i++) {
        grey[i] = (byte) (samples[i] >> shift);
      }
      return new Raster(width, height, 1, grey);
    }
    int channels = isGrey(image) ? 1 : 3;
    int[] rgb = image.getRGB(0, 0, width, height, null, 0, width);
    byte[] bytes = new byte[Math.multiplyExact(rgb.length, channels)];
    for (int i = 0; i < rgb.length; i++) {
      for (int c = 0; c < channels; c++) {
        bytes[i * channels + c] = (byte) (rgb[i] >> 16 - 8 * c);
      }
    }
    return new Raster(width, height, channels, bytes);
  }

  /** Whether it has a palette, and only greys in it: so the codec gives greys of under 8 bits. */
  private static boolean isGrey(BufferedImage image) {
    if (!(image.getColorModel() instanceof IndexColorModel palette)) {
      return false;
    }
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    for (int colour : colours) {
      if ((colour >> 16 & 0xff) != (colour & 0xff) || (colour >> 8 & 0xff) != (colour & 0xff)) {
        return false;
      }
    }
    return true;
  }
}
