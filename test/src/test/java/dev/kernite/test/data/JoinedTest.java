package dev.kernite.test.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.models.ModelException;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Joined;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Two data sets as one. */
final class JoinedTest {
  private static float[] read(Dataset data, int index) {
    float[] item = new float[784];
    MemorySegment.copy(segment(data, index), ValueLayout.JAVA_FLOAT, 0, item, 0, item.length);
    return item;
  }

  private static MemorySegment segment(Dataset data, int index) {
    MemorySegment target = Arena.ofAuto().allocate(784 * 4L, 4);
    data.read(index, target);
    return target;
  }

  @Test
  void theItemsOfTheFirstComeFirst() {
    try (Mnist mnist = Mnist.bundled()) {
      Dataset all = mnist.training().scaled(PixelScale.SIGNED);
      Dataset first = all.select(5, 900, 5);
      Dataset second = all.select(1700, 3);
      Dataset joined = new Joined(first, second);
      assertEquals(5, joined.size());
      int[] origins = {5, 900, 5, 1700, 3};
      for (int i = 0; i < origins.length; i++) {
        assertEquals(all.label(origins[i]), joined.label(i));
        assertArrayEquals(read(all, origins[i]), read(joined, i));
      }
      assertNotEquals(joined.fingerprint(), new Joined(second, first).fingerprint());
      assertThrows(ModelException.class, () -> joined.select(5));
    }
  }
}
