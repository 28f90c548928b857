package dev.kernite.test.checkpoint;

import static dev.kernite.test.checkpoint.OnnxBytes.counted;
import static dev.kernite.test.checkpoint.OnnxBytes.model;
import static dev.kernite.test.checkpoint.OnnxBytes.node;
import static dev.kernite.test.checkpoint.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.OnnxFile;
import dev.kernite.models.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage of every kind ends in a {@link ModelException} of one line or in tensors that are whole:
 * nothing else is thrown, and no more memory is taken than a small multiple of the file.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OnnxFuzzTest {
  private static final byte[] VALID =
      model(
          node("MatMul", "/layer.0/query/MatMul", "x", "onnx::7", "y"),
          node("Add", "/layer.0/query/Add", "layer.0.query.bias", "y", "z"),
          node("Identity", "Identity_1", "layer.0.query.bias", "", "layer.1.query.bias"),
          counted("onnx::7", 2, 3),
          counted("layer.0.query.bias", 3),
          tensor("ids", OnnxBytes.INT64, 2)
              .bytes(7, new OnnxBytes().varint(5).varint(-1).bytes())
              .bytes());

  @TempDir Path folder;

  @Test
  void theUndamagedFileIsRead() throws IOException {
    assertTrue(isRead(VALID));
  }

  /** Without the graph's last byte no file is whole; the graph is the last field. */
  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    for (int size = 0; size < VALID.length; size++) {
      assertFalse(isRead(Arrays.copyOf(VALID, size)), "cut to " + size + " bytes");
    }
  }

  @Test
  void everyByteMayBeAnyOther() throws IOException {
    int refused = 0;
    for (int at = 0; at < VALID.length; at++) {
      for (int value = 0; value < 256; value += at % 3 == 0 ? 1 : 7) {
        byte[] bytes = VALID.clone();
        bytes[at] = (byte) value;
        refused += isRead(bytes) ? 0 : 1;
      }
    }
    assertTrue(refused > VALID.length, "damage to lengths is noticed");
  }

  @Test
  void randomDamageIsSurvived() throws IOException {
    Random random = new Random(11);
    byte[][] pieces = {
      new OnnxBytes().varint(-1).bytes(),
      new OnnxBytes().varint(Long.MIN_VALUE).bytes(),
      new OnnxBytes().varint(Integer.MAX_VALUE).bytes(),
      new OnnxBytes().varint(1L << 40).bytes(),
      {8, (byte) 0xff, (byte) 0xff, 3},
      {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
      {0x0b, 0x0c},
    };
    for (int round = 0; round < 5000; round++) {
      byte[] bytes = VALID.clone();
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        byte[] piece = pieces[random.nextInt(pieces.length)];
        int at = random.nextInt(bytes.length);
        System.arraycopy(piece, 0, bytes, at, Math.min(piece.length, bytes.length - at));
      }
      isRead(bytes);
    }
  }

  @Test
  void hugeAndNegativeExtentsAreRefused() throws IOException {
    long[][] shapes = {
      {1L << 40},
      {1L << 32, 1L << 32},
      {Long.MAX_VALUE, Long.MAX_VALUE, 4},
      {-1},
      {-1, -1},
      {0, Long.MAX_VALUE, Long.MAX_VALUE},
      new long[65],
    };
    for (long[] shape : shapes) {
      byte[] raw = tensor("w", OnnxBytes.FLOAT, shape).bytes(9, new byte[8]).bytes();
      assertFalse(isRead(model(raw)), Arrays.toString(shape));
      byte[] packed = tensor("w", OnnxBytes.INT64, shape).bytes(7, new byte[8]).bytes();
      assertFalse(isRead(model(packed)), Arrays.toString(shape));
    }
  }

  @Test
  void aMillionExtentsTakeNoMemory() throws IOException {
    byte[] extents = new byte[1 << 20];
    Arrays.fill(extents, (byte) 1);
    byte[] tensor =
        new OnnxBytes().number(2, OnnxBytes.FLOAT).bytes(1, extents).text(8, "w").bytes();
    assertFalse(isRead(new OnnxBytes().bytes(7, new OnnxBytes().bytes(5, tensor).bytes()).bytes()));
  }

  @Test
  void manyNodesAndTensorsTakeLinearTime() throws IOException {
    OnnxBytes graph = new OnnxBytes();
    for (int i = 0; i < 50_000; i++) {
      graph.bytes(1, node("Identity", "", i == 0 ? "w" : "t" + (i - 1), "", "t" + i));
      graph.bytes(1, node("MatMul", "/a/MatMul", "x", "onnx::" + i, "y"));
      graph.bytes(5, counted("onnx::" + i, 1, 1));
    }
    graph.bytes(5, counted("w", 1));
    assertTrue(isRead(new OnnxBytes().bytes(7, graph.bytes()).bytes()));
  }

  @Test
  void emptyMessagesTakeLittle() throws IOException {
    OnnxBytes graph = new OnnxBytes();
    for (int i = 0; i < 200_000; i++) {
      graph.bytes(1, new byte[0]);
    }
    assertTrue(isRead(new OnnxBytes().bytes(7, graph.bytes()).bytes()));
  }

  /** Opens the file and, if that works, reads all of it; any other outcome fails. */
  private boolean isRead(byte[] bytes) throws IOException {
    Path path = folder.resolve("fuzzed.onnx");
    Files.deleteIfExists(path); // ext4 forces a file to disk that is cut and written again
    Files.write(path, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (OnnxFile file = OnnxFile.open(path)) {
      for (TensorInfo info : file.tensors()) {
        byte[] data = file.tensor(info.name()).data().toArray(ValueLayout.JAVA_BYTE);
        assertEquals(info.byteSize(), data.length);
        assertTrue(data.length <= 8 * bytes.length);
      }
      return true;
    } catch (ModelException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().length() < 1000, e.getMessage());
      return false;
    } finally {
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      long justified = (1 << 20) + 128L * bytes.length;
      assertTrue(allocated <= justified, allocated + " bytes allocated for " + bytes.length);
    }
  }
}
