package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/**
 * The first device of a driver, opened: its primary context, one stream, kernels and memory.
 *
 * <p>One thread submits work: the first that does. Another may take over once that thread has
 * ended.
 */
public final class Context implements AutoCloseable {
  private static final int FIRST_DEVICE = 0;

  private final Driver driver;
  private final CUdevice handle = new CUdevice();
  private final CUcontext primary = new CUcontext();
  private final Launches launches = new Launches();
  private final Faults faults = new Faults(launches);
  private final DeviceInfo device;
  private final Stream stream;
  private final Kernels kernels;
  private final DeviceHeap heap;
  private final Transfers transfers;
  private Thread submitter;
  private boolean closed;

  private Context(Driver driver) {
    this.driver = driver;
    faults.check(JCudaDriver.cuInit(0), "cuInit");
    faults.check(JCudaDriver.cuDeviceGet(handle, FIRST_DEVICE), "cuDeviceGet");
    device = DeviceInfo.of(handle, faults);
    int status = JCudaDriver.cuDevicePrimaryCtxRetain(primary, handle);
    faults.check(status, "cuDevicePrimaryCtxRetain");
    enter();
    stream = new Stream(this);
    kernels = new Kernels(this);
    heap = new DeviceHeap(this);
    transfers = new Transfers(this);
  }

  /**
   * Opens a driver's first device.
   *
   * @throws KernelException with the reason if that does not work here
   */
  public static Context open(Driver driver) {
    ProcessDriver.choose(driver);
    return new Context(driver);
  }

  /** Which driver library this runs on. */
  public Driver driver() {
    return driver;
  }

  /** Whether the device checks each access of a kernel against the bounds of its buffer. */
  public boolean checksAccesses() {
    return driver == Driver.CUDA_HOST && HostDriver.checks();
  }

  /** The device. */
  public DeviceInfo device() {
    return device;
  }

  /** The newest CUDA that the driver supports, such as {@code 13.0}. */
  public String cudaVersion() {
    int[] version = new int[1];
    faults.check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
    return DriverProbe.release(version[0]);
  }

  /** The stream that all work goes to. */
  public Stream stream() {
    return stream;
  }

  /** The kernels. */
  public Kernels kernels() {
    return kernels;
  }

  /** Allocation straight from the driver. */
  public DeviceHeap heap() {
    return heap;
  }

  /** Copies and fills. */
  public Transfers transfers() {
    return transfers;
  }

  Faults faults() {
    return faults;
  }

  Launches launches() {
    return launches;
  }

  /** Fails unless the calling thread may submit work. */
  void requireSubmitter() {
    if (Thread.currentThread() != submitter) {
      takeOver();
    }
    faults.requireUsable();
  }

  private synchronized void takeOver() {
    if (closed) {
      throw new KernelException("the " + driver.device() + " device has been closed");
    }
    if (submitter != null && submitter.isAlive()) {
      throw new KernelException(
          "thread '%s' submits the work of this %s device, and '%s' may not at the same time; let one thread use it, or open another device"
              .formatted(submitter.getName(), driver.device(), Thread.currentThread().getName()));
    }
    enter();
    submitter = Thread.currentThread();
  }

  private void enter() {
    faults.check(JCudaDriver.cuCtxSetCurrent(primary), "cuCtxSetCurrent");
  }

  /** Gives the device back, with all memory and images. Errors on the way are of no interest. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    JCudaDriver.cuCtxSetCurrent(primary);
    JCudaDriver.cuStreamSynchronize(stream.jcuda());
    transfers.close();
    kernels.close();
    heap.close();
    stream.close();
    JCudaDriver.cuDevicePrimaryCtxRelease(handle);
    closed = true;
    submitter = null;
  }
}
