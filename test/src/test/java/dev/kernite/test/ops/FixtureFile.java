package dev.kernite.test.ops;

import dev.kernite.engine.Shape;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** One file of {@code fixtures/ops}: what PyTorch computed; the README there tells the names. */
final class FixtureFile implements AutoCloseable {
  private final Safetensors file;

  FixtureFile(String operator) {
    file = Safetensors.open(path(operator + ".safetensors"));
  }

  /** Where a file of {@code fixtures/ops} lies. */
  static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(FixtureFile.class.getResource("/fixtures/ops/" + name), name)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }

  boolean contains(String name) {
    return file.contains(name);
  }

  /** A tensor of any type the fixtures hold. */
  NdArray read(String name) {
    RawTensor tensor = file.tensor(name);
    FileDtype type = tensor.info().dtype();
    double[] values = new double[Math.toIntExact(tensor.info().elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case F32 -> tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
            case F64 -> tensor.data().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i);
            case I64 -> tensor.data().get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i);
            case BOOL -> tensor.data().get(ValueLayout.JAVA_BYTE, i);
            default -> throw new IllegalArgumentException(name + " has type " + type);
          };
    }
    NdArray.Kind kind =
        switch (type) {
          case I64 -> NdArray.Kind.INDEX;
          case BOOL -> NdArray.Kind.MASK;
          default -> NdArray.Kind.FLOAT;
        };
    return new NdArray(kind, Shape.of(tensor.info().shape()), values);
  }

  @Override
  public void close() {
    file.close();
  }
}
