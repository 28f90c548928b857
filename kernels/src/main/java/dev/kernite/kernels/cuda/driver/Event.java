package dev.kernite.kernels.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A moment in a stream, to wait for and to measure time with. */
public final class Event implements AutoCloseable {
  private final Context context;
  private final CUevent event = new CUevent();

  private Event(Context context, int flags) {
    this.context = context;
    context.requireSubmitter();
    context.faults().check(JCudaDriver.cuEventCreate(event, flags), "cuEventCreate");
  }

  /** An event that remembers when it was reached. */
  public static Event timing(Context context) {
    return new Event(context, CUevent_flags.CU_EVENT_DEFAULT);
  }

  /** An event to wait for only, which is cheaper. */
  public static Event marker(Context context) {
    return new Event(context, CUevent_flags.CU_EVENT_DISABLE_TIMING);
  }

  CUevent jcuda() {
    return event;
  }

  /** Waits until the stream has reached the event; returns at once if it was never recorded. */
  public void await() {
    context.faults().check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  /** Milliseconds from an earlier event to this one, both reached. */
  public float millisSince(Event earlier) {
    float[] millis = new float[1];
    int status = JCudaDriver.cuEventElapsedTime(millis, earlier.event, event);
    context.faults().check(status, "cuEventElapsedTime");
    return millis[0];
  }

  /** Frees the event; call it once. */
  @Override
  public void close() {
    JCudaDriver.cuEventDestroy(event);
  }
}
