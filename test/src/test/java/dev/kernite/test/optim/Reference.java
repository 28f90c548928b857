package dev.kernite.test.optim;

import dev.kernite.models.checkpoint.Safetensors;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** One file of {@code fixtures/ops}: PyTorch's results, see the README there. */
final class Reference implements AutoCloseable {
  private final Safetensors file;

  Reference(String operator) {
    this.file = Safetensors.open(path(operator + ".safetensors"));
  }

  static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Reference.class.getResource("/fixtures/ops/" + name), name)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }

  float[] floats(String name) {
    return file.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  long[] shape(String name) {
    return file.tensor(name).info().shape();
  }

  @Override
  public void close() {
    file.close();
  }
}
