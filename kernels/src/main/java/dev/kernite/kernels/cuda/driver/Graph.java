package dev.kernite.kernels.cuda.driver;

import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Work that was recorded once and is submitted again as a whole, at the cost of one call. */
public final class Graph implements AutoCloseable {
  private final Context context;
  private final CUgraphExec executable;
  private final int launches;

  Graph(Context context, CUgraphExec executable, int launches) {
    this.context = context;
    this.launches = launches;
    this.executable = executable;
  }

  /** Submits the recorded work to the context's stream. */
  public void launch() {
    context.requireSubmitter();
    context.launches().addGraph(launches);
    int status = JCudaDriver.cuGraphLaunch(executable, context.stream().jcuda());
    context.faults().check(status, "cuGraphLaunch");
  }

  /** Frees the graph; call it once. */
  @Override
  public void close() {
    JCudaDriver.cuGraphExecDestroy(executable);
  }
}
