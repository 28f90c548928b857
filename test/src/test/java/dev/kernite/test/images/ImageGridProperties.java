package dev.kernite.test.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.images.ImageGrid;
import dev.kernite.models.images.Raster;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The layout of torchvision's {@code make_grid}, the rounding of its {@code save_image}. */
class ImageGridProperties {
  /** Three images of one pixel, two columns, a pixel between: every byte by hand. */
  @Example
  void aSmallGridByHand() {
    Raster grid =
        new ImageGrid(2, 1, PixelScale.UNIT)
            .draw(new float[] {1, 0.5f, 0.2f}, Shape.of(3, 1, 1, 1));
    assertEquals(5, grid.width());
    assertEquals(5, grid.height());
    assertArrayEquals(
        new byte[] {
          0, 0, 0, 0, 0, //
          0, (byte) 255, 0, (byte) 128, 0, // 0.5 * 255 + 0.5 = 128
          0, 0, 0, 0, 0, //
          0, 51, 0, 0, 0, //
          0, 0, 0, 0, 0
        },
        grid.bytes());
  }

  @Example
  void coloursGoSideBySide() {
    Raster one =
        ImageGrid.of(8, PixelScale.SIGNED)
            .draw(new float[] {-1, 1, 0, 0, 1, -1}, Shape.of(1, 3, 1, 2));
    assertArrayEquals(
        new byte[] {0, (byte) 128, (byte) 255, (byte) 255, (byte) 128, 0}, one.bytes());
    assertEquals(3, one.channels());
    assertEquals(2, one.width(), "a single image has no border");
  }

  @Property(tries = 200)
  void everyPixelIsWhereItBelongs(
      @ForAll @IntRange(min = 1, max = 11) int n,
      @ForAll @IntRange(min = 1, max = 5) int columns,
      @ForAll @IntRange(max = 3) int padding,
      @ForAll boolean colour,
      @ForAll @IntRange(min = 1, max = 6) int height,
      @ForAll @IntRange(min = 1, max = 6) int width) {
    int channels = colour ? 3 : 1;
    float[] images = new float[n * channels * height * width];
    for (int i = 0; i < images.length; i++) {
      images[i] = (1 + i * 7 % 255) / 255f; // never black
    }
    Raster grid =
        new ImageGrid(columns, padding, PixelScale.UNIT)
            .draw(images, Shape.of(n, channels, height, width));
    int across = Math.min(n, columns);
    int edge = n == 1 ? 0 : padding;
    assertEquals(across * (width + edge) + edge, grid.width());
    assertEquals((n + across - 1) / across * (height + edge) + edge, grid.height());
    int drawn = 0;
    for (int i = 0; i < images.length; i++) {
      int x = i % width;
      int y = i / width % height;
      int c = i / width / height % channels;
      int image = i / width / height / channels;
      int value =
          grid.value(
              edge + image % across * (width + edge) + x,
              edge + image / across * (height + edge) + y,
              c);
      assertEquals(1 + i * 7 % 255, value);
    }
    for (byte b : grid.bytes()) {
      drawn += b == 0 ? 0 : 1;
    }
    assertEquals(images.length, drawn, "all else is black");
  }

  @Example
  void tensorsAreDrawn() {
    try (Engine engine = Engine.open();
        Scope _ = engine.scope()) {
      Raster strip =
          ImageGrid.of(10, PixelScale.SIGNED)
              .draw(engine.full(Shape.of(10, 784), 1).reshape(10, 1, 28, 28));
      assertEquals(10 * 30 + 2, strip.width());
      assertEquals(32, strip.height());
      assertEquals(255, strip.value(2, 2, 0));
    }
  }

  @Example
  void whatIsNoImageIsRefused() {
    ImageGrid grid = ImageGrid.of(8, PixelScale.UNIT);
    assertThrows(ModelException.class, () -> grid.draw(new float[784], Shape.of(1, 784)));
    assertThrows(ModelException.class, () -> grid.draw(new float[4], Shape.of(1, 1, 2, 3)));
    assertThrows(ModelException.class, () -> grid.draw(new float[0], Shape.of(0, 1, 2, 3)));
    assertThrows(ModelException.class, () -> grid.draw(new float[2], Shape.of(1, 2, 1, 1)));
    assertThrows(
        ModelException.class,
        () ->
            new ImageGrid(1 << 15, 1 << 16, PixelScale.UNIT)
                .draw(new float[1 << 15], Shape.of(1 << 15, 1, 1, 1)));
    assertThrows(ModelException.class, () -> ImageGrid.of(0, PixelScale.UNIT));
  }
}
