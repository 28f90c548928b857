package dev.kernite.test.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.IntPredicate;

/** Reference results, and how close a tensor of a file comes to them. */
public final class Reference {
  private Reference() {}

  /** A file or folder of the fixtures of models. */
  public static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Reference.class.getResource("/fixtures/models/" + name), name)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /**
   * Fails unless all values agree: |got - want| &lt;= atol + rtol |want|.
   *
   * @param keep whether a value at a flat index is defined
   */
  public static void requireClose(
      String what,
      Safetensors got,
      RawTensor want,
      String name,
      double atol,
      double rtol,
      IntPredicate keep) {
    assertTrue(got.contains(name), what + ": no " + name);
    RawTensor g = got.tensor(name);
    long n = want.info().elements();
    assertTrue(g.info().elements() == n, what + ": " + name + " is " + g.info());
    for (int i = 0; i < n; i++) {
      if (!keep.test(i)) {
        continue;
      }
      double x = g.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
      double w = want.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
      boolean close = Math.abs(x - w) <= atol + rtol * Math.abs(w);
      assertTrue(close, what + ": " + name + "[" + i + "] is " + x + ", reference " + w);
    }
  }

  /** The largest magnitude of a float32 tensor. */
  public static double largest(RawTensor t) {
    double m = 0;
    for (int i = 0; i < t.info().elements(); i++) {
      m = Math.max(m, Math.abs(t.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i)));
    }
    return m;
  }
}
