package dev.kernite.test.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.nn.Embedding;
import dev.kernite.engine.nn.LayerNorm;
import dev.kernite.engine.nn.Linear;
import dev.kernite.engine.nn.RmsNorm;
import dev.kernite.engine.nn.SelfAttention;
import dev.kernite.test.devices.Device;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Layers against float64 arithmetic written out here; names, ownership, dropout's stream. */
@Tag("device")
final class LayersTest {
  private final Engine engine = Engine.on(Device.any().open(2, true), 3);

  @AfterEach
  void close() {
    engine.close();
  }

  private static double[] wide(Tensor t) {
    float[] f = t.toFloats();
    double[] d = new double[f.length];
    for (int i = 0; i < f.length; i++) {
      d[i] = f[i];
    }
    return d;
  }

  private static void close(double[] want, Tensor got) {
    float[] g = got.toFloats();
    assertEquals(want.length, g.length);
    for (int i = 0; i < g.length; i++) {
      assertTrue(
          Math.abs(g[i] - want[i]) <= 1e-5 * Math.abs(want[i]) + 1e-6,
          "[" + i + "]: expected " + want[i] + ", got " + g[i]);
    }
  }

  @Test
  void linearIsXTimesWeightTransposedPlusBias() {
    Linear layer = Linear.create(engine, 3, 2, true);
    Tensor x = engine.normal(Shape.of(2, 2, 3), 0, 1);
    close(affine(wide(x), layer, 4), layer.apply(x));
    assertEquals(Shape.of(2, 2, 2), layer.apply(x).shape());
    assertEquals(List.of("weight", "bias"), List.copyOf(layer.parameters().keySet()));
    assertEquals(1, Linear.create(engine, 3, 2, false).parameters().size());
  }

  /** rows x in, row-major, through a layer. */
  private static double[] affine(double[] x, Linear layer, int rows) {
    double[] w = wide(layer.weight());
    double[] b = wide(layer.bias());
    int out = b.length;
    int in = w.length / out;
    double[] y = new double[rows * out];
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < out; o++) {
        double sum = b[o];
        for (int i = 0; i < in; i++) {
          sum += x[r * in + i] * w[o * in + i];
        }
        y[r * out + o] = sum;
      }
    }
    return y;
  }

  @Test
  void embeddingTakesRows() {
    Embedding table = Embedding.create(engine, 5, 2);
    float[] w = table.weight().toFloats();
    Tensor got = table.apply(engine.tensor(new int[] {4, 0, 4}, Shape.of(3)));
    assertArrayEquals(new float[] {w[8], w[9], w[0], w[1], w[8], w[9]}, got.toFloats());
  }

  @Test
  void normsGiveRowsOfUnitSize() {
    Tensor x = engine.normal(Shape.of(4, 64), 3, 2);
    double[] values = wide(x);
    double[] normed = new double[values.length];
    double[] scaled = new double[values.length];
    for (int r = 0; r < 4; r++) {
      double mean = 0;
      double squares = 0;
      for (int c = 0; c < 64; c++) {
        mean += values[r * 64 + c] / 64;
        squares += values[r * 64 + c] * values[r * 64 + c] / 64;
      }
      double variance = squares - mean * mean;
      for (int c = 0; c < 64; c++) {
        normed[r * 64 + c] = (values[r * 64 + c] - mean) / Math.sqrt(variance + 1e-5);
        scaled[r * 64 + c] = values[r * 64 + c] / Math.sqrt(squares + 1e-6);
      }
    }
    close(normed, LayerNorm.create(engine, 64, 1e-5f).apply(x));
    close(scaled, RmsNorm.create(engine, 64, 1e-6f).apply(x));
  }

  @Test
  void selfAttentionMixesOnlyWhatMayBeSeen() {
    int heads = 2;
    int time = 5;
    int width = 8;
    SelfAttention layer = SelfAttention.create(engine, width, heads, true);
    Tensor x = engine.normal(Shape.of(1, time, width), 0, 1);
    double[] qkv = affine(wide(x), layer.qkv(), time);
    double[] mixed = new double[time * width];
    int d = width / heads;
    for (int h = 0; h < heads; h++) {
      for (int q = 0; q < time; q++) {
        double[] weight = new double[q + 1];
        double sum = 0;
        for (int k = 0; k <= q; k++) {
          double dot = 0;
          for (int c = 0; c < d; c++) {
            int column = h * d + c;
            dot += qkv[q * 3 * width + column] * qkv[k * 3 * width + width + column];
          }
          weight[k] = Math.exp(dot / Math.sqrt(d));
          sum += weight[k];
        }
        for (int k = 0; k <= q; k++) {
          for (int c = 0; c < d; c++) {
            int column = h * d + c;
            mixed[q * width + column] += weight[k] / sum * qkv[k * 3 * width + 2 * width + column];
          }
        }
      }
    }
    close(affine(mixed, layer.out(), time), layer.apply(x, null));
    assertEquals(List.of("a.qkv.weight", "a.qkv.bias", "a.out.weight", "a.out.bias"), names(layer));
    assertThrows(EngineException.class, () -> SelfAttention.create(engine, 8, 3, false));
  }

  private static List<String> names(SelfAttention layer) {
    List<String> names = new java.util.ArrayList<>();
    layer.parameters("a.", (name, t) -> names.add(name));
    return names;
  }

  @Test
  void dropoutDrawsNewValuesEachTimeAndRepeatsThemAtTheSamePosition() {
    Tensor ones = engine.full(Shape.of(10_000), 1);
    Dropout dropout = new Dropout(0.25f);
    long position = engine.random().offset();
    float[] first = dropout.apply(ones, true).toFloats();
    float[] second = dropout.apply(ones, true).toFloats();
    engine.random().seek(position);
    assertArrayEquals(first, dropout.apply(ones, true).toFloats());
    int dropped = 0;
    int both = 0;
    for (int i = 0; i < first.length; i++) {
      assertTrue(first[i] == 0 || Math.abs(first[i] - 4.0 / 3) <= 1e-6, "value " + first[i]);
      dropped += first[i] == 0 ? 1 : 0;
      both += first[i] == 0 && second[i] == 0 ? 1 : 0;
    }
    assertTrue(Math.abs(dropped - 2500) <= 5 * Math.sqrt(1875), dropped + " dropped");
    assertTrue(Math.abs(both - 625) <= 5 * Math.sqrt(586), both + " dropped twice");
    assertSame(ones, dropout.apply(ones, false));
    assertSame(ones, new Dropout(0).apply(ones, true));
    assertThrows(EngineException.class, () -> new Dropout(1.5f));
  }

  @Test
  void closingAModuleFreesItsParametersAndNothingElseDoes() {
    Linear layer;
    try (Scope _ = engine.scope()) {
      layer = Linear.create(engine, 3, 2, true);
    }
    layer.weight().toFloats();
    layer.close();
    EngineException error = assertThrows(EngineException.class, () -> layer.weight().toFloats());
    assertTrue(error.getMessage().contains("closed"), error.getMessage());
  }
}
