package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * One kernel function and its launch block: off-heap slots for the arguments, and the array of
 * their addresses that the driver reads. Both are laid out once, so that a launch writes the values
 * and calls the driver, with no garbage; the driver copies the values before it returns, so that
 * the block is free again at once.
 *
 * <pre>{@code
 * kernel.arg(x).arg(y).arg(rows).arg(0.5f).launch(rows, 256);
 * }</pre>
 *
 * <p>Arguments are given in declaration order; their number and sizes are checked against the
 * function's own where the driver tells them (CUDA 12.4 and later). The module is loaded when the
 * first argument is given. Only the thread that submits to the context may use a kernel.
 */
public final class Kernel {
  /** A constant, so that the compiler drops the checks of each write to a block. */
  private static final MemorySegment ANYWHERE = anywhere();

  private static final int SLOT_BYTES = 8;

  /** More parameters than any kernel here has. */
  private static final int MOST_PARAMETERS = 64;

  private static final long LARGEST_GRID_X = Integer.MAX_VALUE;
  private static final int LARGEST_GRID_YZ = 65_535;

  private final Kernels kernels;
  private final String image;
  private final String name;
  private final MemorySegment[] structs = new MemorySegment[MOST_PARAMETERS];

  private long function; // 0 until the module is loaded
  private Arena memory; // of the block; freed by the collector with the kernel
  private long values; // address of one slot a parameter
  private long pointers; // address of the array of the slots' addresses
  private int[] sizes; // of the parameters in bytes, 0 where not known
  private int known = -1; // number of parameters, -1 while not known
  private int given; // arguments of the launch in preparation
  private int sharedLimit; // dynamic shared memory the function may use at present

  Kernel(Kernels kernels, String image, String name) {
    this.kernels = kernels;
    this.image = image;
    this.name = name;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment anywhere() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  /** The function's name. */
  public String name() {
    return name;
  }

  /** Gives the next argument: an address or another 64-bit integer. */
  public Kernel arg(long value) {
    int i = next(Long.BYTES);
    ANYWHERE.set(ValueLayout.JAVA_LONG, values + (long) i * SLOT_BYTES, value);
    return this;
  }

  /** Gives the next argument: a 32-bit integer. */
  public Kernel arg(int value) {
    int i = next(Integer.BYTES);
    ANYWHERE.set(ValueLayout.JAVA_INT, values + (long) i * SLOT_BYTES, value);
    return this;
  }

  /** Gives the next argument: a float32. */
  public Kernel arg(float value) {
    int i = next(Float.BYTES);
    ANYWHERE.set(ValueLayout.JAVA_FLOAT, values + (long) i * SLOT_BYTES, value);
    return this;
  }

  /** Gives the next argument: a float64. */
  public Kernel arg(double value) {
    int i = next(Double.BYTES);
    ANYWHERE.set(ValueLayout.JAVA_DOUBLE, values + (long) i * SLOT_BYTES, value);
    return this;
  }

  /**
   * Gives the next argument: a struct passed by value. Its bytes are copied.
   *
   * @param struct exactly the struct's bytes
   */
  public Kernel arg(MemorySegment struct) {
    int i = next(Math.toIntExact(struct.byteSize()));
    MemorySegment slot = structSlot(i, struct.byteSize());
    MemorySegment.copy(struct, 0, slot, 0, struct.byteSize());
    return this;
  }

  /**
   * Launches the kernel on the context's stream with the arguments given, and forgets them.
   *
   * @param gridX blocks along x
   * @param gridY blocks along y
   * @param gridZ blocks along z
   * @param blockX threads a block along x
   * @param blockY threads a block along y
   * @param sharedBytes dynamic shared memory a block
   * @throws KernelException if the geometry is none the device can run, or the driver refuses
   */
  public void launch(long gridX, int gridY, int gridZ, int blockX, int blockY, int sharedBytes) {
    int count = given;
    given = 0;
    if (count == 0) {
      begin();
    }
    if (count != known) {
      settle(count);
    }
    if (gridX < 1
        || gridX > LARGEST_GRID_X
        || (gridY - 1 | gridZ - 1) < 0
        || (gridY | gridZ) > LARGEST_GRID_YZ
        || blockX < 1
        || blockY < 1
        || (long) blockX * blockY > kernels.maxThreadsPerBlock()
        || sharedBytes < 0) {
      throw new KernelException(
          "kernel %s: no device can run the launch %s; grids are at most 2147483647 x 65535 x 65535 blocks, blocks %d threads"
              .formatted(
                  name,
                  Launches.geometry(gridX, gridY, gridZ, blockX, blockY, sharedBytes),
                  kernels.maxThreadsPerBlock()));
    }
    if (sharedBytes > sharedLimit) {
      sharedLimit = kernels.raiseShared(function, name, sharedBytes);
    }
    kernels.launch(
        this, function, pointers, (int) gridX, gridY, gridZ, blockX, blockY, sharedBytes);
  }

  /** Launches a one-dimensional grid of one-dimensional blocks without dynamic shared memory. */
  public void launch(long gridX, int blockX) {
    launch(gridX, 1, 1, blockX, 1, 0);
  }

  private int next(int bytes) {
    int i = given;
    if (i == 0) {
      begin();
    }
    if (i >= sizes.length || sizes[i] != bytes) {
      settle(i, bytes);
    }
    given = i + 1;
    return i;
  }

  /** The first use of a parameter whose size the driver does not tell, or a mistake. */
  private void settle(int i, int bytes) {
    int expected = i < sizes.length ? sizes[i] : -1;
    if (expected == 0) {
      sizes[i] = bytes;
      return;
    }
    given = 0;
    throw new KernelException(
        expected < 0
            ? "kernel %s: argument %d given, it takes %d".formatted(name, i + 1, sizes.length)
            : "kernel %s: argument %d has %d bytes, %d given"
                .formatted(name, i + 1, expected, bytes));
  }

  /** The first launch where the driver does not tell the number of parameters, or a mistake. */
  private void settle(int count) {
    if (known >= 0) {
      throw new KernelException(
          "kernel %s: %d arguments given, it takes %d".formatted(name, count, known));
    }
    known = count;
    sizes = Arrays.copyOf(sizes, count);
  }

  /** A struct does not fit among the scalars: it gets a slot of its own the first time. */
  private MemorySegment structSlot(int i, long bytes) {
    if (structs[i] == null) {
      structs[i] = memory.allocate(bytes, 16);
      ANYWHERE.set(ValueLayout.JAVA_LONG, pointers + (long) i * Long.BYTES, structs[i].address());
    }
    return structs[i];
  }

  /** The start of every launch: small, so that the compiler inlines it. */
  private void begin() {
    kernels.requireSubmitter();
    if (function == 0) {
      load();
    }
  }

  private void load() {
    long loaded = kernels.function(image, name);
    int[] told = kernels.parameterSizes(loaded);
    memory = Arena.ofAuto();
    values = memory.allocate((long) MOST_PARAMETERS * SLOT_BYTES, 16).address();
    MemorySegment array = memory.allocate((long) MOST_PARAMETERS * Long.BYTES, 16);
    for (int i = 0; i < MOST_PARAMETERS; i++) {
      array.setAtIndex(ValueLayout.JAVA_LONG, i, values + (long) i * SLOT_BYTES);
    }
    pointers = array.address();
    sizes = told == null ? new int[MOST_PARAMETERS] : told;
    known = told == null ? -1 : told.length;
    sharedLimit = Kernels.SHARED_WITHOUT_ASKING;
    function = loaded;
  }
}
