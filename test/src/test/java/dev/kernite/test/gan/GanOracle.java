package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Tensor;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.sequential.Layer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the tests of conditioned GANs are made of: small networks, and central differences of losses
 * that the tests write out in float64.
 */
final class GanOracle {
  private GanOracle() {}

  static List<Layer> layers(String... texts) {
    return Stream.of(texts).map(Layer::of).toList();
  }

  static GanConfig config(List<Layer> g, List<Layer> d, Condition condition, int batch) {
    GanRecipe recipe = GanConfig.preset("cgan").recipe().withBatch(batch, true);
    return new GanConfig(g, d, GanLoss.BCE_WITH_LOGITS, recipe, condition);
  }

  static Map<String, double[]> copy(Map<String, Tensor> parameters) {
    Map<String, double[]> values = new TreeMap<>();
    parameters.forEach((name, t) -> values.put(name, doubles(t)));
    return values;
  }

  static double[] doubles(Tensor t) {
    float[] floats = t.toFloats();
    return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
  }

  /** -log sigmoid(x), the cost of x where 1 is wanted. */
  static double cost(double x) {
    return Math.log1p(Math.exp(-x));
  }

  static void assertGradients(
      Map<String, Tensor> live,
      Map<String, double[]> at,
      ToDoubleFunction<Map<String, double[]>> loss) {
    live.forEach(
        (name, tensor) -> {
          double[] got = doubles(tensor.grad());
          for (int i = 0; i < got.length; i++) {
            double before = at.get(name)[i];
            at.get(name)[i] = before + 1e-5;
            double above = loss.applyAsDouble(at);
            at.get(name)[i] = before - 1e-5;
            double below = loss.applyAsDouble(at);
            at.get(name)[i] = before;
            double want = (above - below) / 2e-5;
            String what = name + "[" + i + "] " + got[i] + ", differences " + want;
            assertTrue(Math.abs(got[i] - want) <= 1e-6, what);
          }
        });
  }
}
