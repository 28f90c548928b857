package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanStep;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A run of PyTorch's: its start, its data, and all that came out. */
record GanFixture(Path folder) {
  private static final double LOSS_TOLERANCE = 1e-5; // relative
  private static final double PARAMETER_TOLERANCE = 1e-6; // absolute

  static GanFixture of(String name) {
    try {
      return new GanFixture(
          Path.of(GanFixture.class.getResource("/fixtures/training/" + name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** PyTorch's own record of the run is a configuration. */
  GanConfig config() {
    return GanConfig.of(JsonConfig.read(file("run.json")));
  }

  int steps() {
    return run().get("steps").intValue();
  }

  private JsonNode run() {
    return new ObjectMapper().readTree(file("run.json").toFile());
  }

  /** All losses and means that were recorded of a step. */
  void assertStep(GanStep got) {
    List<Double> values =
        IntStream.range(0, got.values().length).mapToObj(i -> got.values()[i]).toList();
    assertStep((int) got.step(), name -> values.get(GanStep.COLUMNS.indexOf(name)));
  }

  void assertStep(int step, java.util.function.ToDoubleFunction<String> got) {
    JsonNode losses = run().get("losses").get("float64");
    assertTrue(losses.propertyNames().contains("g_loss"));
    for (String name : losses.propertyNames()) {
      double want = losses.get(name).get(step).doubleValue();
      double is = got.applyAsDouble(name);
      assertTrue(
          Math.abs(is - want) <= LOSS_TOLERANCE * Math.abs(want),
          () -> "step " + step + ": " + name + " is " + is + ", reference " + want);
    }
  }

  /** An expected tensor: the {@code final.} ones by their name, others by {@code step0_...}. */
  void assertClose(Safetensors expected, String name, float[] got) {
    float[] want = expected.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    assertEquals(want.length, got.length, name);
    for (int i = 0; i < want.length; i++) {
      int at = i;
      assertTrue(
          Math.abs(got[i] - want[i]) <= PARAMETER_TOLERANCE,
          () -> "%s[%d] is %s, reference %s".formatted(name, at, got[at], want[at]));
    }
  }

  /** A written model: the names, types and shapes of the start, the values of the reference. */
  void assertModel(Path model) {
    try (Safetensors got = Safetensors.open(model);
        Safetensors start = Safetensors.open(file("initial.safetensors"));
        Safetensors expected = Safetensors.open(file("expected.safetensors"))) {
      assertEquals(start.tensors().size(), got.tensors().size());
      start
          .tensors()
          .forEach(
              info -> {
                assertEquals(info.dtype(), got.tensor(info.name()).info().dtype(), info.name());
                assertArrayEquals(info.shape(), got.tensor(info.name()).info().shape());
                String name = "final." + info.name();
                if (info.name().endsWith("num_batches_tracked")) {
                  assertArrayEquals(
                      expected.tensor(name).data().toArray(ValueLayout.JAVA_BYTE),
                      got.tensor(info.name()).data().toArray(ValueLayout.JAVA_BYTE),
                      name);
                } else {
                  assertClose(expected, name, floats(got, info.name()));
                }
              });
    }
  }

  static float[] floats(Safetensors file, String name) {
    return file.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
