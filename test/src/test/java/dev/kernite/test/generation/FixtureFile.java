package dev.kernite.test.generation;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reference data under {@code fixtures/}, and small JSON conversions. */
final class FixtureFile implements AutoCloseable {
  private final Safetensors file;

  FixtureFile(String name) {
    file = Safetensors.open(path(name));
  }

  static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(FixtureFile.class.getResource("/fixtures/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }

  static JsonNode json(String name) {
    return new JsonMapper().readTree(path(name));
  }

  static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  static int[][] rows(JsonNode array) {
    return IntStream.range(0, array.size()).mapToObj(i -> ints(array.get(i))).toArray(int[][]::new);
  }

  /** Any numeric tensor, flattened. */
  double[] values(String name) {
    RawTensor tensor = file.tensor(name);
    FileDtype type = tensor.info().dtype();
    double[] values = new double[Math.toIntExact(tensor.info().elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case F32 -> tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
            case F64 -> tensor.data().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i);
            case I64 -> tensor.data().get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i);
            default -> throw new IllegalArgumentException(name + " has type " + type);
          };
    }
    return values;
  }

  float[] floats(String name) {
    double[] values = values(name);
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  int[] ints(String name) {
    double[] values = values(name);
    return IntStream.range(0, values.length).map(i -> (int) values[i]).toArray();
  }

  /** Size of one axis. */
  int size(String name, int axis) {
    return Math.toIntExact(file.tensor(name).info().shape()[axis]);
  }

  @Override
  public void close() {
    file.close();
  }
}
