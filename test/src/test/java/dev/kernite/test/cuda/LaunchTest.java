package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.kernels.cuda.driver.Event;
import dev.kernite.kernels.cuda.driver.Graph;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.test.devices.Device;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Launch blocks, graphs, events and the one thread that submits. */
@Tag("cuda")
final class LaunchTest {
  private static final int N = 1000;

  private final Context context =
      Context.open(Device.any() == Device.CUDA ? Driver.CUDA : Driver.CUDA_HOST);
  private final Kernel fill = context.kernels().kernel("fill", "fill_u32");
  private final long y = context.heap().allocate(4L * N).orElseThrow();

  @AfterEach
  void close() {
    context.close();
  }

  private void fill(int value, long n) {
    fill.arg(y).arg(value).arg(n).launch(4, 128);
  }

  private int[] result() {
    int[] values = new int[N];
    context.transfers().copyOut(y, MemorySegment.ofArray(values));
    return values;
  }

  private static int[] all(int value) {
    int[] values = new int[N];
    Arrays.fill(values, value);
    return values;
  }

  private static void refused(Runnable launch, String... parts) {
    String message = assertThrows(KernelException.class, launch::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void aLaunchTakesTheArgumentsGivenForIt() {
    fill(7, N);
    assertArrayEquals(all(7), result());
    fill(-1, 10);
    int[] expected = all(7);
    Arrays.fill(expected, 0, 10, -1);
    assertArrayEquals(expected, result());
  }

  @Test
  void wrongArgumentsAreRefusedAndTheNextLaunchIsSound() {
    refused(() -> fill.arg(y).arg(1L), "fill_u32", "argument 2", "4 bytes", "8");
    refused(() -> fill.arg(y).launch(1, 32), "fill_u32", "1 argument");
    refused(() -> fill.arg(y).arg(1).arg(1L).arg(1), "fill_u32", "it takes 3");
    refused(() -> fill.arg(MemorySegment.ofArray(new byte[16])), "fill_u32", "16");
    fill(3, N);
    assertArrayEquals(all(3), result());
  }

  @Test
  void impossibleGeometryIsRefusedWithItsNumbers() {
    refused(() -> fill.arg(y).arg(1).arg(1L).launch(0, 32), "fill_u32", "grid 0 x 1 x 1");
    refused(() -> fill.arg(y).arg(1).arg(1L).launch(1, 5000), "block 5000 x 1");
    refused(() -> fill.arg(y).arg(1).arg(1L).launch(1L << 31, 1), "2147483648");
    refused(() -> fill.arg(y).arg(1).arg(1L).launch(1, 70_000, 1, 1, 1, 0), "70000");
    refused(() -> fill.arg(y).arg(1).arg(1L).launch(1, 1, 1, 1, 1, 10 << 20), "shared memory");
    fill(3, N);
    assertArrayEquals(all(3), result());
  }

  @Test
  void aKernelOrImageThatIsNotThereIsNamed() {
    Kernel none = context.kernels().kernel("fill", "no_such_kernel");
    refused(() -> none.launch(1, 1), "no_such_kernel");
  }

  @Test
  void aGraphReplaysWhatWasRecordedAndNothingRunsWhileRecording() {
    fill(1, N);
    try (Graph graph = context.stream().capture(() -> fill(2, N))) {
      assertArrayEquals(all(1), result());
      for (int round = 0; round < 3; round++) {
        fill(1, N);
        graph.launch();
        assertArrayEquals(all(2), result(), "round " + round);
      }
    }
  }

  @Test
  void whatCannotBeRecordedIsRefusedAndTheStreamStaysUsable() {
    refused(() -> context.stream().capture(this::result), "while a graph is being recorded");
    refused(() -> context.stream().capture(() -> context.stream().synchronize()), "recorded");
    refused(() -> context.stream().capture(() -> context.heap().free(y)), "recorded");
    fill(5, N);
    assertArrayEquals(all(5), result());
  }

  @Test
  void moreThanTheDeviceHasIsAnswered() {
    assertTrue(context.heap().allocate(1L << 50).isEmpty());
    assertTrue(context.heap().freeBytes() > 0);
    fill(4, N);
    assertArrayEquals(all(4), result());
  }

  @Test
  void eventsMeasureTime() {
    try (Event before = Event.timing(context);
        Event after = Event.timing(context)) {
      context.stream().record(before);
      fill(5, N);
      context.stream().record(after);
      after.await();
      assertTrue(after.millisSince(before) >= 0);
    }
  }

  @Test
  void oneThreadSubmitsAndAnotherTakesOverWhenItHasEnded() throws InterruptedException {
    fill(1, N);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread other =
        Thread.ofPlatform().name("other").start(() -> failure.set(thrownBy(() -> fill(2, N))));
    other.join();
    assertTrue(failure.get() instanceof KernelException, String.valueOf(failure.get()));
    assertTrue(failure.get().getMessage().contains("'other'"), failure.get().getMessage());
    assertArrayEquals(all(1), result());
  }

  private static Throwable thrownBy(Runnable body) {
    try {
      body.run();
      return null;
    } catch (KernelException e) {
      return e;
    }
  }

  @Test
  void aClosedDeviceRefuses() {
    context.close();
    refused(() -> fill(1, N), "closed");
  }

  @Test
  void aLaunchMakesNoGarbage() {
    for (int i = 0; i < 20_000; i++) {
      fill(i, 0);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    int launches = 10_000;
    for (int i = 0; i < launches; i++) {
      fill(i, 0);
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0, bytes / launches, bytes + " bytes for " + launches + " launches");
  }
}
