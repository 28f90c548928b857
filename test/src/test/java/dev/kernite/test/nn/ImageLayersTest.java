package dev.kernite.test.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.BatchNorm;
import dev.kernite.engine.nn.Conv2d;
import dev.kernite.engine.nn.ConvTranspose2d;
import dev.kernite.test.devices.Device;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Layers of images: start values, names, running statistics, and that batches do not mix. */
@Tag("device")
final class ImageLayersTest {
  private final Engine engine = Engine.on(Device.any().open(2, true), 3);

  @AfterEach
  void close() {
    engine.close();
  }

  private static void assertFills(float bound, Tensor t) {
    float most = 0;
    for (float v : t.toFloats()) {
      most = Math.max(most, Math.abs(v));
    }
    assertTrue(most <= bound && most > 0.9f * bound, most + " of " + bound);
  }

  @Test
  void convolutionsStartAsInPyTorch() {
    Conv2d down = Conv2d.create(engine, 12, 8, 4, 2, 1, true);
    assertEquals(Shape.of(8, 12, 4, 4), down.weight().shape());
    assertEquals(List.of("weight", "bias"), List.copyOf(down.parameters().keySet()));
    assertFills((float) (1 / Math.sqrt(12 * 16)), down.weight());
    ConvTranspose2d up = ConvTranspose2d.create(engine, 8, 12, 4, 2, 1, false);
    assertEquals(Shape.of(8, 12, 4, 4), up.weight().shape());
    assertEquals(List.of("weight"), List.copyOf(up.parameters().keySet()));
    assertFills((float) (1 / Math.sqrt(12 * 16)), up.weight());
    try (Scope _ = engine.scope()) {
      Tensor x = engine.normal(Shape.of(2, 12, 6, 8), 0, 1);
      Tensor small = down.apply(x);
      assertEquals(Shape.of(2, 8, 3, 4), small.shape());
      assertEquals(x.shape(), up.apply(small).shape());
    }
    down.close();
    up.close();
  }

  @Test
  void anImageHasTheBitsThatItHasAmongOthers() {
    Conv2d down = Conv2d.create(engine, 5, 70, 4, 2, 1, true);
    ConvTranspose2d up = ConvTranspose2d.create(engine, 70, 5, 4, 2, 1, true);
    try (Scope _ = engine.scope()) {
      Tensor x = engine.normal(Shape.of(67, 5, 8, 8), 0, 1);
      Tensor alone = x.narrow(0, 41, 1).contiguousCopy();
      assertArrayEquals(
          down.apply(x).narrow(0, 41, 1).contiguousCopy().toFloats(), down.apply(alone).toFloats());
      Tensor y = down.apply(x).detach();
      Tensor yAlone = y.narrow(0, 41, 1).contiguousCopy();
      assertArrayEquals(
          up.apply(y).narrow(0, 41, 1).contiguousCopy().toFloats(), up.apply(yAlone).toFloats());
    }
    down.close();
    up.close();
  }

  @Test
  void runningStatisticsFollowTheBatchesAndAreUsedAfterwards() {
    BatchNorm layer = BatchNorm.create(engine, 2, 0.1f, 1e-5f);
    assertEquals(List.of("weight", "bias"), List.copyOf(layer.parameters().keySet()));
    assertEquals(List.of("running_mean", "running_var"), List.copyOf(layer.buffers().keySet()));
    double[] mean = {0, 0};
    double[] variance = {1, 1};
    for (int step = 0; step < 3; step++) {
      try (Scope _ = engine.scope()) {
        Tensor x = engine.normal(Shape.of(3, 2, 5), step, 2);
        layer.apply(x, true);
        float[] values = x.toFloats();
        for (int c = 0; c < 2; c++) {
          double sum = 0;
          double squares = 0;
          for (int i = 0; i < 15; i++) {
            double v = values[i / 5 * 10 + c * 5 + i % 5];
            sum += v;
            squares += v * v;
          }
          mean[c] = 0.9 * mean[c] + 0.1 * sum / 15;
          variance[c] = 0.9 * variance[c] + 0.1 * (squares - sum * sum / 15) / 14;
        }
      }
    }
    try (Scope _ = engine.scope()) {
      float[] means = layer.runningMean().toFloats();
      float[] variances = layer.runningVar().toFloats();
      Tensor x = engine.normal(Shape.of(1, 2, 1), 0, 1);
      float[] y = layer.apply(x, false).toFloats();
      for (int c = 0; c < 2; c++) {
        assertEquals(mean[c], means[c], 1e-5);
        assertEquals(variance[c], variances[c], 1e-5);
        double unit = (x.toFloats()[c] - mean[c]) / Math.sqrt(variance[c] + 1e-5);
        assertEquals(unit, y[c], 1e-5);
      }
      assertArrayEquals(means, layer.runningMean().toFloats(), "not training moves nothing");
    }
    long before = engine.backend().memory().bytesInUse();
    try (Scope _ = engine.scope()) {
      Tensor x = engine.normal(Shape.of(3, 2, 5), 0, 1);
      layer.apply(x, true).backward(engine.full(x.shape(), 1));
      layer.parameters().values().forEach(Tensor::clearGrad);
    }
    assertEquals(before, engine.backend().memory().bytesInUse(), "statistics leak");
    layer.close();
  }
}
