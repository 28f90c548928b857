package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A queue of work of one context: launches and copies run in the order they were submitted in. */
public final class Stream {
  private final Context context;
  private final Handle stream = new Handle();
  private final long handle;
  private boolean recording;

  Stream(Context context) {
    this.context = context;
    int status = JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
    context.faults().check(status, "cuStreamCreate");
    handle = stream.value();
  }

  /** The driver's handle. */
  long handle() {
    return handle;
  }

  CUstream jcuda() {
    return stream;
  }

  /** Waits for everything submitted so far. */
  public void synchronize() {
    context.requireSubmitter();
    requireNotRecording("wait for the device");
    context.faults().check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
  }

  /** Records a moment in the queue. */
  public void record(Event event) {
    context.requireSubmitter();
    context.faults().check(JCudaDriver.cuEventRecord(event.jcuda(), stream), "cuEventRecord");
  }

  /**
   * Runs code once without executing what it submits, and keeps that as a graph. The addresses it
   * used are part of the graph. The code must neither wait for the device nor copy from or to the
   * host.
   */
  public Graph capture(Runnable body) {
    context.requireSubmitter();
    requireNotRecording("begin another recording");
    Faults faults = context.faults();
    int mode = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;
    faults.check(JCudaDriver.cuStreamBeginCapture(stream, mode), "cuStreamBeginCapture");
    CUgraph graph = new CUgraph();
    recording = true;
    long before = context.launches().count();
    boolean complete = false;
    int ended;
    try {
      body.run();
      complete = true;
    } finally {
      recording = false;
      ended = JCudaDriver.cuStreamEndCapture(stream, graph);
      if (!complete && ended == Faults.SUCCESS) {
        JCudaDriver.cuGraphDestroy(graph);
      }
    }
    faults.check(ended, "cuStreamEndCapture");
    CUgraphExec executable = new CUgraphExec();
    int status = JCudaDriver.cuGraphInstantiate(executable, graph, 0L);
    JCudaDriver.cuGraphDestroy(graph);
    faults.check(status, "cuGraphInstantiate");
    int launches = (int) (context.launches().count() - before);
    return new Graph(context, executable, launches);
  }

  /** Whether a {@link #capture} is going on. */
  boolean recording() {
    return recording;
  }

  void requireNotRecording(String what) {
    if (recording) {
      throw new KernelException("cannot " + what + " while a graph is being recorded");
    }
  }

  void close() {
    JCudaDriver.cuStreamDestroy(stream);
  }

  /** JCuda's handle, whose value only a subclass sees. */
  private static final class Handle extends CUstream {
    long value() {
      return getNativePointer();
    }
  }
}
