package dev.kernite.test.primitives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.test.devices.Device;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a GPU does in hardware, against NVIDIA's manuals, written down here once more. On a GPU this
 * shows that we have read them rightly, on the emulator that it plays what they say.
 */
@Tag("device")
@Tag("cuda")
@Tag("schedule")
final class PrimitivesTest {
  private static PrimitiveRunner device;

  @BeforeAll
  static void open() {
    device = new PrimitiveRunner(Device.any() == Device.CUDA ? Driver.CUDA : Driver.CUDA_HOST);
  }

  @AfterAll
  static void close() {
    device.close();
  }

  static List<Primitive> primitives() {
    return Primitives.ALL;
  }

  @ParameterizedTest
  @MethodSource("primitives")
  void doesWhatTheManualSays(Primitive primitive) {
    assertEquals(Optional.empty(), primitive.expected().wrong(device.run(primitive)));
  }
}
