package dev.kernite.test.primitives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.test.devices.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dumps are written, read and compared; what is not right in one is told. */
@Tag("cuda")
final class GoldenDumpTest {
  @TempDir private Path folder;

  private GoldenDump written() throws IOException {
    Driver driver = Device.any() == Device.CUDA ? Driver.CUDA : Driver.CUDA_HOST;
    GoldenWriter.Written written = GoldenWriter.write(driver, folder.resolve("new"));
    assertEquals(List.of(), written.surprises());
    GoldenDump dump = GoldenDump.read(written.file());
    assertEquals(driver == Driver.CUDA, dump.origin().silicon());
    assertEquals(
        dump.origin().silicon(),
        !written.file().getFileName().toString().equals("emulator.golden"));
    return dump;
  }

  private static Primitive primitive(String name) {
    return Primitives.ALL.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aDumpIsReadAsItWasWritten() throws IOException {
    GoldenDump dump = written();
    for (Primitive primitive : Primitives.ALL) {
      assertEquals(
          Optional.empty(), dump.differs(primitive, dump.results().get(primitive.name()).words()));
    }
    Path copy = folder.resolve("copy.golden");
    dump.write(copy);
    GoldenDump again = GoldenDump.read(copy);
    assertEquals(dump.origin(), again.origin());
    assertEquals(List.copyOf(dump.results().keySet()), List.copyOf(again.results().keySet()));
    dump.results()
        .forEach((name, r) -> assertArrayEquals(r.words(), again.results().get(name).words()));
  }

  @Test
  void oneBitOfDifferenceIsReportedWithItsPlace() throws IOException {
    GoldenDump dump = written();
    int[] moved = dump.results().get("shuffle").words().clone();
    moved[77] ^= 1 << 9;
    String words = dump.differs(primitive("shuffle"), moved).orElseThrow();
    assertTrue(words.startsWith("shuffle: word 77 is %08x".formatted(moved[77])), words);
    assertTrue(words.contains(dump.origin().device()), words);

    // Sums may differ in their last bits, and no more.
    int[] product = dump.results().get("mma_bf16_k16").words().clone();
    int rounded = product.length - 1;
    product[rounded] ^= 1;
    assertEquals(Optional.empty(), dump.differs(primitive("mma_bf16_k16"), product));
    product[rounded] ^= 1 << 20;
    assertFalse(dump.differs(primitive("mma_bf16_k16"), product).isEmpty());
    product[rounded] ^= 1 << 20;
    product[0] ^= 1; // of small integers: exact
    assertFalse(dump.differs(primitive("mma_bf16_k16"), product).isEmpty());
  }

  @Test
  void aDumpOfOtherPrimitivesIsToBeWrittenAnew() throws IOException {
    GoldenDump dump = written();
    Primitive shuffle = primitive("shuffle");
    int[] other = shuffle.input().clone();
    other[0]++;
    Primitive changed =
        new Primitive(
            shuffle.image(),
            "shuffle",
            shuffle.blocks(),
            shuffle.threads(),
            other,
            shuffle.expected());
    int[] words = dump.results().get("shuffle").words();
    assertTrue(dump.differs(changed, words).orElseThrow().contains("write it anew"));
    dump.results().remove("shuffle");
    assertTrue(dump.differs(shuffle, words).orElseThrow().contains("has no shuffle"));
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    written();
    Path file = folder.resolve("new").resolve("emulator.golden");
    if (!Files.exists(file)) {
      return; // on a GPU it has another name; the text is the same
    }
    String text = Files.readString(file);
    int digit = text.indexOf('\n', text.indexOf("primitive atomics")) + 5;
    char flipped = text.charAt(digit) == '0' ? '1' : '0';
    refused(text.substring(0, digit) + flipped + text.substring(digit + 1), "checksum");
    refused(text.substring(0, text.length() / 2), "damaged");
    refused(text.replace("end ", "primitive "), "damaged");
    refused("{}\n", "not a golden dump");
  }

  private void refused(String text, String word) throws IOException {
    Path file = Files.writeString(folder.resolve("damaged.golden"), text);
    String message = assertThrows(IOException.class, () -> GoldenDump.read(file)).getMessage();
    assertTrue(message.contains(word) && message.contains("damaged.golden"), message);
  }
}
