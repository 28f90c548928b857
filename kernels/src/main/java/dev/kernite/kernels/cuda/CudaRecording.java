package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Recording;
import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Graph;
import java.lang.System.Logger.Level;

/**
 * Work as a CUDA graph. The first run is plain: it loads the images that the work needs, and work
 * that is run once is not worth a graph. The second run is captured, and from then on the graph is
 * launched.
 *
 * <p>Where work cannot be captured, it is run plainly each time, and the log says why. The system
 * property {@value #PROPERTY} turns capturing off.
 */
final class CudaRecording implements Recording {
  private static final System.Logger LOG = System.getLogger(CudaRecording.class.getName());

  /** {@code on}, which is the default, or {@code off}. */
  private static final String PROPERTY = "kernite.cuda.graphs";

  private final Context context;
  private final CudaMemory memory;
  private final Runnable body;
  private State state = State.NEW;
  private Graph graph;
  private GraphMemory graphMemory;

  private enum State {
    NEW,
    LOADED,
    CAPTURED,
    PLAIN,
    CLOSED
  }

  CudaRecording(Context context, CudaMemory memory, Runnable body) {
    this.context = context;
    this.memory = memory;
    this.body = body;
  }

  /** Whether the user wants graphs. */
  private static boolean wanted() {
    String value = System.getProperty(PROPERTY, "on");
    if (!value.equals("on") && !value.equals("off")) {
      throw new KernelException("-D" + PROPERTY + " is on or off, not " + value);
    }
    return value.equals("on");
  }

  @Override
  public void run() {
    switch (state) {
      case NEW -> {
        body.run();
        state = wanted() ? State.LOADED : State.PLAIN;
      }
      case LOADED -> {
        state = capture() ? State.CAPTURED : State.PLAIN;
        run();
      }
      case CAPTURED -> graph.launch();
      case PLAIN -> body.run();
      case CLOSED -> throw new KernelException("this recording has been closed");
    }
  }

  private boolean capture() {
    GraphMemory own = memory.beginRecording();
    try {
      graph = context.stream().capture(body);
      own.requireAllReleased();
      graphMemory = own;
      return true;
    } catch (KernelException e) {
      LOG.log(
          Level.WARNING,
          "work is launched piece by piece, since it cannot be recorded as a graph: {0}",
          e.getMessage());
      return false;
    } finally {
      memory.endRecording();
      if (graphMemory == null) {
        free(own);
      }
    }
  }

  /** The graph and its memory, once the device is done with both. */
  private void free(GraphMemory own) {
    if (graph != null) {
      context.stream().synchronize();
      graph.close();
      graph = null;
    }
    own.close();
  }

  @Override
  public void close() {
    if (state == State.CAPTURED) {
      free(graphMemory);
    }
    state = State.CLOSED;
  }
}
