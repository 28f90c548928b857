package dev.kernite.kernels.cpu;

import dev.kernite.kernels.KernelException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Persistent threads that share out the tasks of one call at a time.
 *
 * <p>An idle worker spins for a moment before it parks: kernels follow one another closely, and
 * waking a parked thread costs more than a small kernel. Tasks are handed out by a counter, so any
 * thread may run any task: what a task computes must not depend on who runs it or in which order.
 */
final class Workers implements AutoCloseable {
  private static final long SPIN_NANOS = 200_000;
  private static final double FLOPS_WORTH_WAKING = 200_000; // some microseconds of work
  private static final int SPINS_BETWEEN_CLOCKS = 64;

  private final Worker[] workers;
  private final long spinNanos;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile Job current;
  private volatile boolean closed;

  /** One task of a parallel call. */
  @FunctionalInterface
  interface TaskBody {
    void run(long task);
  }

  /**
   * Starts {@code threads - 1} daemon threads; the caller of {@link #run} is the remaining one.
   *
   * @param threads 1 or more
   */
  Workers(int threads) {
    if (threads < 1) {
      throw new KernelException("threads must be 1 or more, not " + threads);
    }
    // Spinning with more threads than processors would take time from the thread waited for.
    spinNanos = threads <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
    }
    for (Worker worker : workers) {
      worker.thread.start();
    }
  }

  /** Threads that take part in a call, the caller included. */
  int threads() {
    return workers.length + 1;
  }

  /**
   * Runs the tasks 0 to {@code tasks - 1} and returns when all are done. Calls from several threads
   * take turns; a call from inside a task runs on the spot.
   *
   * @param tasks number of tasks
   * @param body what to do; the first exception it throws stops the hand-out and is rethrown here
   */
  void run(long tasks, TaskBody body) {
    if (closed) {
      throw new KernelException("the cpu backend has been closed");
    }
    if (tasks <= 1 || workers.length == 0 || insideTask()) {
      for (long task = 0; task < tasks; task++) {
        body.run(task);
      }
      return;
    }
    turn.lock();
    try {
      if (closed) {
        throw new KernelException("the cpu backend has been closed");
      }
      Job job = new Job(tasks, body, Thread.currentThread());
      current = job;
      long helpers = Math.min(workers.length, tasks - 1);
      for (int i = 0; i < helpers; i++) {
        if (workers[i].parked) {
          LockSupport.unpark(workers[i].thread);
        }
      }
      job.work();
      awaitEnd(job);
      current = null;
      job.rethrow();
    } finally {
      turn.unlock();
    }
  }

  /**
   * The same, on the calling thread alone if the whole work is less than waking the others costs.
   *
   * @param flops floating-point operations of all tasks together
   */
  void run(long tasks, double flops, TaskBody body) {
    if (flops >= FLOPS_WORTH_WAKING) {
      run(tasks, body);
      return;
    }
    for (long task = 0; task < tasks; task++) {
      body.run(task);
    }
  }

  private boolean insideTask() {
    return turn.isHeldByCurrentThread() || Thread.currentThread() instanceof WorkerThread;
  }

  private void awaitEnd(Job job) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + spinNanos;
    int spins = 0;
    while (job.unfinished.get() > 0) {
      if (++spins % SPINS_BETWEEN_CLOCKS != 0) {
        Thread.onSpinWait();
      } else if (System.nanoTime() - deadline >= 0) {
        job.callerParked = true;
        if (job.unfinished.get() > 0) {
          LockSupport.park(this);
        }
        interrupted |= Thread.interrupted(); // else park would return at once, for ever
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the threads, after the call in progress. */
  @Override
  public void close() {
    turn.lock();
    try {
      closed = true;
    } finally {
      turn.unlock();
    }
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      while (worker.thread.isAlive()) {
        try {
          worker.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The tasks of one call. A worker that comes late finds none left and touches nothing else. */
  private static final class Job {
    final long tasks;
    final TaskBody body;
    final Thread caller;
    final AtomicLong next = new AtomicLong();
    final AtomicLong unfinished;
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    volatile boolean callerParked;

    Job(long tasks, TaskBody body, Thread caller) {
      this.tasks = tasks;
      this.body = body;
      this.caller = caller;
      this.unfinished = new AtomicLong(tasks);
    }

    void work() {
      long task;
      while ((task = next.getAndIncrement()) < tasks) {
        try {
          if (failure.get() == null) {
            body.run(task);
          }
        } catch (Throwable e) { // an Error in a task must reach the caller, not end a worker
          failure.compareAndSet(null, e);
        }
        if (unfinished.decrementAndGet() == 0 && callerParked) {
          LockSupport.unpark(caller);
        }
      }
    }

    void rethrow() {
      switch (failure.get()) {
        case null -> {}
        case Error e -> throw e;
        case RuntimeException e -> throw e;
        case Throwable e -> throw new IllegalStateException("a task threw a checked exception", e);
      }
    }
  }

  /** Marks threads on which nested calls run on the spot. */
  private static final class WorkerThread extends Thread {
    WorkerThread(Runnable body, String name) {
      super(null, body, name, 0, false);
      setDaemon(true);
    }
  }

  private final class Worker {
    final Thread thread;
    volatile boolean parked;

    Worker(int index) {
      thread = new WorkerThread(this::loop, "kernite-cpu-" + index);
    }

    private void loop() {
      Job last = null;
      while (true) {
        Job job = awaitJob(last);
        if (job == null) {
          return;
        }
        job.work();
        last = job;
      }
    }

    private Job awaitJob(Job last) {
      long deadline = System.nanoTime() + spinNanos;
      int spins = 0;
      while (true) {
        Job job = current;
        if (job != null && job != last) {
          return job;
        }
        if (closed) {
          return null;
        }
        if (++spins % SPINS_BETWEEN_CLOCKS != 0) {
          Thread.onSpinWait();
        } else if (System.nanoTime() - deadline >= 0) {
          parked = true;
          if (current == job && !closed) { // else unpark may already have passed us by
            LockSupport.park(Workers.this);
          }
          parked = false;
          Thread.interrupted(); // nobody has a reason to interrupt a worker
        }
      }
    }
  }
}
