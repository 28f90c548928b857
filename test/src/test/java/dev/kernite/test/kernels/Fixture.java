package dev.kernite.test.kernels;

import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** One file of {@code fixtures/ops}: PyTorch's results, see the README there. */
final class Fixture implements AutoCloseable {
  private final Safetensors file;

  Fixture(String operator) {
    String name = "/fixtures/ops/" + operator + ".safetensors";
    URL url = Fixture.class.getResource(name);
    try {
      file = Safetensors.open(Path.of(url.toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private MemorySegment data(String name, int bytes) {
    RawTensor tensor = file.tensor(name);
    // A copy, aligned whatever the file's layout.
    byte[] raw = tensor.data().toArray(ValueLayout.JAVA_BYTE);
    if (raw.length % bytes != 0) {
      throw new IllegalStateException(name + ": not of " + bytes + " bytes a value");
    }
    return MemorySegment.ofArray(raw);
  }

  /** A float32 tensor. */
  float[] floats(String name) {
    return data(name, 4).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  /** A float64 tensor. */
  double[] doubles(String name) {
    return data(name, 8).toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
  }

  /** An int64 tensor, as int32. */
  int[] ints(String name) {
    long[] values = data(name, 8).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(values[i]);
    }
    return ints;
  }

  /** The shape of a tensor. */
  long[] shape(String name) {
    return file.tensor(name).info().shape();
  }

  @Override
  public void close() {
    file.close();
  }
}
