package dev.kernite.cli;

import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.images.Raster;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Pictures one after the other, over and over, as a GIF file. Greys stay exactly as they are. */
final class AnimatedGif {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";

  /** A GIF counts in hundredths of a second, in 16 bits. */
  private static final int MOST_HUNDREDTHS = 0xffff;

  /** Netscape's extension: sub-block 1, then how often to repeat in 16 bits, 0 for ever. */
  private static final byte[] FOR_EVER = {1, 0, 0};

  private AnimatedGif() {}

  /**
   * Writes the file, whole or not at all.
   *
   * @param frames at least one, all of one size
   * @param delay how long each is shown
   */
  static void write(List<Raster> frames, Duration delay, Path gif) {
    Raster first = frames.getFirst();
    for (Raster frame : frames) {
      if (frame.width() != first.width() || frame.height() != first.height()) {
        throw new CommandException(
            "%s: a frame of %d x %d pixels after one of %d x %d; all must be alike"
                .formatted(gif, frame.width(), frame.height(), first.width(), first.height()));
      }
    }
    try {
      AtomicFiles.write(gif, encode(frames, hundredths(delay)));
    } catch (IOException e) {
      throw new CommandException(gif + ": cannot be drawn: " + e.getMessage(), e);
    }
  }

  private static int hundredths(Duration delay) {
    return Math.clamp(delay.toMillis() / 10, 1, MOST_HUNDREDTHS);
  }

  private static byte[] encode(List<Raster> frames, int hundredths) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (Raster frame : frames) {
        BufferedImage image = PngFiles.image(frame);
        IIOMetadata metadata =
            writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        metadata.mergeTree(FORMAT, settings(hundredths, frame == frames.getFirst()));
        writer.writeToSequence(new IIOImage(image, null, metadata), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static IIOMetadataNode settings(int hundredths, boolean first) {
    IIOMetadataNode root = new IIOMetadataNode(FORMAT);
    IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute("delayTime", Integer.toString(hundredths));
    root.appendChild(control);
    if (first) {
      IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
      loop.setAttribute("applicationID", "NETSCAPE");
      loop.setAttribute("authenticationCode", "2.0");
      loop.setUserObject(FOR_EVER.clone());
      IIOMetadataNode all = new IIOMetadataNode("ApplicationExtensions");
      all.appendChild(loop);
      root.appendChild(all);
    }
    return root;
  }
}
