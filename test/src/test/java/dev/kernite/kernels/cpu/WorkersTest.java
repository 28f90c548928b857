package dev.kernite.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In the package of {@link Workers}, which is not public. */
@Timeout(60)
final class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyTaskRunsOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int tasks : new int[] {0, 1, 2, 3, 64, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
        workers.run(tasks, task -> runs.incrementAndGet((int) task));
        for (int i = 0; i < tasks; i++) {
          assertEquals(1, runs.get(i));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void parkedThreadsWakeForTheNextCall(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 20; round++) {
        LockSupport.parkNanos(2_000_000); // longer than the workers spin
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        workers.run(
            threads,
            _ -> {
              seen.add(Thread.currentThread());
              while (seen.size() < threads) { // every thread has to come
                Thread.onSpinWait();
              }
            });
        assertEquals(threads, seen.size());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void nestedCallsRun(int threads) {
    try (Workers workers = new Workers(threads)) {
      AtomicLong sum = new AtomicLong();
      workers.run(10, i -> workers.run(10, j -> sum.addAndGet(10 * i + j)));
      assertEquals(99 * 100 / 2, sum.get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aFailureReachesTheCallerAndTheNextCallWorks(int threads) {
    try (Workers workers = new Workers(threads)) {
      RuntimeException failure = new IllegalStateException("task 7");
      for (int round = 0; round < 20; round++) {
        assertSame(
            failure,
            assertThrows(
                IllegalStateException.class,
                () ->
                    workers.run(
                        100,
                        task -> {
                          if (task == 7) {
                            throw failure;
                          }
                        })));
        AtomicLong runs = new AtomicLong();
        workers.run(100, _ -> runs.incrementAndGet());
        assertEquals(100, runs.get());
      }
      assertThrows(
          StackOverflowError.class,
          () ->
              workers.run(
                  2,
                  _ -> {
                    throw new StackOverflowError();
                  }));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void manyCallersTakeTurns(int threads) throws InterruptedException {
    try (Workers workers = new Workers(threads)) {
      AtomicLong sum = new AtomicLong();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        callers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int round = 0; round < 200; round++) {
                        workers.run(7, sum::addAndGet);
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(4 * 200 * 21, sum.get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anInterruptedCallerFinishesAndStaysInterrupted(int threads) {
    try (Workers workers = new Workers(threads)) {
      AtomicLong runs = new AtomicLong();
      Thread.currentThread().interrupt();
      workers.run(
          20,
          _ -> {
            long until = System.nanoTime() + 1_000_000;
            while (System.nanoTime() < until) {
              Thread.onSpinWait();
            }
            runs.incrementAndGet();
          });
      assertTrue(Thread.interrupted());
      assertEquals(20, runs.get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void closingEndsTheThreads(int threads) {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Workers workers = new Workers(threads);
    workers.run(
        threads,
        _ -> {
          seen.add(Thread.currentThread());
          while (seen.size() < threads) {
            Thread.onSpinWait();
          }
        });
    workers.close();
    workers.close();
    seen.remove(Thread.currentThread());
    for (Thread thread : seen) {
      assertTrue(thread.isDaemon());
      assertFalse(thread.isAlive());
    }
    assertThrows(KernelException.class, () -> workers.run(2, _ -> {}));
  }
}
