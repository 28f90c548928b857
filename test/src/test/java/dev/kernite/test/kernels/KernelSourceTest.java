package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cpu.KernelSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The source of the generated kernels can be read by name. */
final class KernelSourceTest {
  @Test
  void everyListedKernelIsOneWholeMethod() {
    List<String> names = KernelSource.names();
    assertEquals(names.stream().sorted().distinct().toList(), names);
    assertTrue(names.containsAll(List.of("SoftmaxKernels.storeExp", "Float32Panels4.rows6")));
    for (String name : names) {
      String source = KernelSource.of(name);
      String method = name.substring(name.indexOf('.') + 1);
      assertTrue(source.contains(" " + method + "("), name);
      assertEquals(count(source, '{'), count(source, '}'), name);
    }
  }

  private static long count(String text, char sign) {
    return text.chars().filter(c -> c == sign).count();
  }

  @Test
  void theMethodAloneNamesAKernelThatIsTheOnlyOne() {
    assertEquals(KernelSource.of("SoftmaxKernels.storeExp"), KernelSource.of("storeExp"));
  }

  @Test
  void unknownNamesAreToldSimilarOnes() {
    var wrong = assertThrows(KernelException.class, () -> KernelSource.of("storeEpx"));
    assertTrue(wrong.getMessage().contains("SoftmaxKernels.storeExp"), wrong.getMessage());
    var ambiguous = assertThrows(KernelException.class, () -> KernelSource.of("rows6"));
    assertTrue(ambiguous.getMessage().contains("Float32Panels2.rows6"), ambiguous.getMessage());
    var odd = assertThrows(KernelException.class, () -> KernelSource.of("?"));
    assertTrue(odd.getMessage().contains("classes are"), odd.getMessage());
    assertThrows(KernelException.class, () -> KernelSource.of("../../../module-info"));
  }
}
