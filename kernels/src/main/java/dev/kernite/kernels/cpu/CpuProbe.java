package dev.kernite.kernels.cpu;

import com.sun.management.ThreadMXBean;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Roofs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures the two roofs of this machine that every other figure is a percentage of (Williams et
 * al. 2009): how many float32 operations a second its fused multiply-add units do, and how many
 * bytes a second it reads from memory.
 *
 * <p>A roof is what the best moment shows, so a probe runs in short slices, counts the time that
 * its threads had a processor, and takes the best slice. Where the Vector API cannot run, plain
 * loops stand in for it, and the roofs are those of plain Java.
 */
public final class CpuProbe {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int SLICES = 16;
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final long LONGEST_WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final int FMA_ROUNDS = 10_000;

  /** Bytes that all threads together read, again and again: more than last-level caches hold. */
  private static final long BUFFER_BYTES = 512L << 20;

  private static final long CHUNK_BYTES = 1L << 20;

  /** Where results go that nobody wants, so that no loop can be left out. */
  private static volatile float sink;

  private CpuProbe() {}

  /**
   * Measures both roofs; takes about a second.
   *
   * @param threads 1 or more; at most the number of processors makes sense
   */
  public static Roofs measure(int threads) {
    return new Roofs(threads, flopsPerSecond(threads), bytesPerSecond(threads));
  }

  /** Measures how many float32 operations a second this many threads do together. */
  public static double flopsPerSecond(int threads) {
    boolean vector = usesVectors();
    double flops = 2.0 * FMA_ROUNDS * (vector ? VectorLoops.fmas() : ScalarLoops.FMAS);
    Worker worker =
        slice -> {
          float sum = 0;
          long calls = 0;
          long cpu = cpuNanos();
          long start = System.nanoTime();
          do {
            sum += vector ? VectorLoops.fma(FMA_ROUNDS, slice) : ScalarLoops.fma(FMA_ROUNDS, slice);
            calls++;
          } while (System.nanoTime() - start < SLICE_NANOS);
          cpu = cpuNanos() - cpu;
          sink = sum;
          return flops * calls * 1e9 / cpu;
        };
    return best(threads, task -> worker);
  }

  /** Measures how many bytes a second this many threads read together from memory. */
  public static double bytesPerSecond(int threads) {
    boolean vector = usesVectors();
    long chunks = Math.max(1, BUFFER_BYTES / CHUNK_BYTES / threads);
    return best(threads, arena -> new Reader(arena, chunks * CHUNK_BYTES, vector));
  }

  /** Time that this thread had a processor: what other load takes does not lower a roof. */
  private static long cpuNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  private static boolean usesVectors() {
    return TwinChoice.of(CpuOptions.Twin.AUTO).vector();
  }

  /** One thread's part of a slice. */
  @FunctionalInterface
  private interface Worker {
    /** Works for one slice and gives its rate. */
    double rate(int slice);
  }

  /** Makes a thread's worker, on that thread; the arena is open while it works. */
  @FunctionalInterface
  private interface WorkerSource {
    Worker open(Arena arena);
  }

  /** The best slice's sum of the rates of all threads. */
  private static double best(int threads, WorkerSource source) {
    if (threads < 1) {
      throw new KernelException("threads must be 1 or more, not " + threads);
    }
    double[][] rates = new double[threads][SLICES];
    CyclicBarrier together = new CyclicBarrier(threads);
    List<Thread> others = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      double[] mine = rates[i];
      Thread thread =
          new Thread(
              () -> {
                try (Arena arena = Arena.ofConfined()) {
                  Worker worker = source.open(arena);
                  awaitCompilation(worker);
                  for (int slice = 0; slice < SLICES; slice++) {
                    together.await();
                    mine[slice] = worker.rate(slice);
                  }
                } catch (InterruptedException
                    | BrokenBarrierException
                    | RuntimeException
                    | Error e) {
                  together.reset(); // nobody waits for the thread that failed
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              },
              "kernite-probe-" + i);
      thread.setDaemon(true);
      thread.start();
      others.add(thread);
    }
    join(others);
    if (!failures.isEmpty()) {
      throw new KernelException("the probe failed: " + failures.getFirst());
    }
    double best = 0;
    for (int slice = 0; slice < SLICES; slice++) {
      double sum = 0;
      for (double[] thread : rates) {
        sum += thread[slice];
      }
      best = Math.max(best, sum);
    }
    return best;
  }

  /**
   * Works until the JIT has compiled the loops, which may take a while on a busy machine: until
   * then each vector operation allocates its result.
   */
  private static void awaitCompilation(Worker worker) {
    long start = System.nanoTime();
    int slice = 0;
    long allocated;
    do {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      worker.rate(slice++); // one of each loop
      worker.rate(slice++);
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    } while (allocated > 0 && System.nanoTime() - start < LONGEST_WARM_UP_NANOS);
  }

  private static void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads a buffer from end to end, again and again, a chunk a call. */
  private static final class Reader implements Worker {
    private final long address;
    private final long size;
    private final boolean vector;
    private long offset;

    Reader(Arena arena, long size, boolean vector) {
      this.size = size;
      this.vector = vector;
      MemorySegment buffer = arena.allocate(size, CHUNK_BYTES);
      buffer.fill((byte) 1); // pages that nobody wrote to all show the same page of zeros
      address = buffer.address();
    }

    @Override
    public double rate(int slice) {
      float sum = 0;
      long bytes = 0;
      long cpu = cpuNanos();
      long start = System.nanoTime();
      do {
        long at = address + offset;
        // Two loops, for no one loop streams best on every CPU and under every JVM flag.
        sum +=
            !vector
                ? ScalarLoops.read(at, CHUNK_BYTES)
                : slice % 2 == 0
                    ? VectorLoops.read(at, CHUNK_BYTES)
                    : VectorLoops.readHalves(at, CHUNK_BYTES);
        bytes += CHUNK_BYTES;
        offset = (offset + CHUNK_BYTES) % size;
      } while (System.nanoTime() - start < SLICE_NANOS);
      cpu = cpuNanos() - cpu;
      sink = sum;
      return bytes * 1e9 / cpu;
    }
  }

  /**
   * The loops on vectors. A class of its own, linked only where the incubator module is there. Flat
   * on purpose: a helper call in such a loop boxes every vector.
   */
  private static final class VectorLoops {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = S.vectorByteSize();

    private VectorLoops() {}

    /** Multiply-adds of one round. */
    static int fmas() {
      return 12 * S.length();
    }

    /** Twelve chains: more than latency times units of any CPU, fewer than its registers. */
    static float fma(int rounds, float seed) {
      FloatVector x = FloatVector.broadcast(S, 0.999f);
      FloatVector y = FloatVector.broadcast(S, 0.001f);
      FloatVector a = FloatVector.broadcast(S, seed);
      FloatVector b = FloatVector.broadcast(S, seed + 1);
      FloatVector c = FloatVector.broadcast(S, seed + 2);
      FloatVector d = FloatVector.broadcast(S, seed + 3);
      FloatVector e = FloatVector.broadcast(S, seed + 4);
      FloatVector f = FloatVector.broadcast(S, seed + 5);
      FloatVector g = FloatVector.broadcast(S, seed + 6);
      FloatVector h = FloatVector.broadcast(S, seed + 7);
      FloatVector i = FloatVector.broadcast(S, seed + 8);
      FloatVector j = FloatVector.broadcast(S, seed + 9);
      FloatVector k = FloatVector.broadcast(S, seed + 10);
      FloatVector l = FloatVector.broadcast(S, seed + 11);
      for (int round = 0; round < rounds; round++) {
        a = a.fma(x, y);
        b = b.fma(x, y);
        c = c.fma(x, y);
        d = d.fma(x, y);
        e = e.fma(x, y);
        f = f.fma(x, y);
        g = g.fma(x, y);
        h = h.fma(x, y);
        i = i.fma(x, y);
        j = j.fma(x, y);
        k = k.fma(x, y);
        l = l.fma(x, y);
      }
      return a.add(b)
          .add(c)
          .add(d)
          .add(e)
          .add(f)
          .add(g)
          .add(h)
          .add(i)
          .add(j)
          .add(k)
          .add(l)
          .reduceLanes(VectorOperators.ADD);
    }

    /** Reads front to back, four vectors a turn. */
    static float read(long address, long bytes) {
      FloatVector a = FloatVector.zero(S);
      FloatVector b = FloatVector.zero(S);
      FloatVector c = FloatVector.zero(S);
      FloatVector d = FloatVector.zero(S);
      long end = address + bytes;
      for (long at = address; at < end; at += 4 * BYTES) {
        a = a.add(FloatVector.fromMemorySegment(S, RawMemory.ALL, at, RawMemory.LITTLE));
        b = b.add(FloatVector.fromMemorySegment(S, RawMemory.ALL, at + BYTES, RawMemory.LITTLE));
        c =
            c.add(
                FloatVector.fromMemorySegment(S, RawMemory.ALL, at + 2 * BYTES, RawMemory.LITTLE));
        d =
            d.add(
                FloatVector.fromMemorySegment(S, RawMemory.ALL, at + 3 * BYTES, RawMemory.LITTLE));
      }
      return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }

    /** Reads both halves side by side, two vectors of each a turn. */
    static float readHalves(long address, long bytes) {
      FloatVector a = FloatVector.zero(S);
      FloatVector b = FloatVector.zero(S);
      FloatVector c = FloatVector.zero(S);
      FloatVector d = FloatVector.zero(S);
      long half = bytes / 2;
      long end = address + half;
      for (long at = address; at < end; at += 2 * BYTES) {
        long other = at + half;
        a = a.add(FloatVector.fromMemorySegment(S, RawMemory.ALL, at, RawMemory.LITTLE));
        b = b.add(FloatVector.fromMemorySegment(S, RawMemory.ALL, at + BYTES, RawMemory.LITTLE));
        c = c.add(FloatVector.fromMemorySegment(S, RawMemory.ALL, other, RawMemory.LITTLE));
        d = d.add(FloatVector.fromMemorySegment(S, RawMemory.ALL, other + BYTES, RawMemory.LITTLE));
      }
      return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
  }

  /** The loops in plain Java. */
  private static final class ScalarLoops {
    static final int FMAS = 8;

    private ScalarLoops() {}

    static float fma(int rounds, float seed) {
      float a = seed;
      float b = seed + 1;
      float c = seed + 2;
      float d = seed + 3;
      float e = seed + 4;
      float f = seed + 5;
      float g = seed + 6;
      float h = seed + 7;
      for (int round = 0; round < rounds; round++) {
        a = Math.fma(a, 0.999f, 0.001f);
        b = Math.fma(b, 0.999f, 0.001f);
        c = Math.fma(c, 0.999f, 0.001f);
        d = Math.fma(d, 0.999f, 0.001f);
        e = Math.fma(e, 0.999f, 0.001f);
        f = Math.fma(f, 0.999f, 0.001f);
        g = Math.fma(g, 0.999f, 0.001f);
        h = Math.fma(h, 0.999f, 0.001f);
      }
      return a + b + c + d + e + f + g + h;
    }

    static float read(long address, long bytes) {
      long a = 0;
      long b = 0;
      for (long at = address; at < address + bytes; at += 2 * Long.BYTES) {
        a += RawMemory.ALL.get(RawMemory.LONG, at);
        b += RawMemory.ALL.get(RawMemory.LONG, at + Long.BYTES);
      }
      return a + b;
    }
  }
}
