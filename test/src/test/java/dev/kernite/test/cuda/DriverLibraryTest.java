package dev.kernite.test.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The emulator as a driver library: what NVIDIA's documentation of the driver API promises. */
class DriverLibraryTest {
  private static final int N = 256;
  private static final String REVERSE = "missing_barrier_right"; // (x, y, n): y[i] = x[n - 1 - i]

  private static final int INVALID_VALUE = 1;
  private static final int OUT_OF_MEMORY = 2;
  private static final int INVALID_IMAGE = 200;
  private static final int NOT_FOUND = 500;
  private static final int NOT_READY = 600;
  private static final int NOT_SUPPORTED = 801;
  private static final int CAPTURE_UNSUPPORTED = 900;
  private static final int CAPTURE_INVALIDATED = 901;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment out = arena.allocate(JAVA_LONG);
  private EmulatedDevice device;
  private long reverse;

  @BeforeEach
  void load() throws URISyntaxException {
    URL library = DriverLibraryTest.class.getResource("/planted-bugs/check/libplanted-bugs.so");
    assumeTrue(library != null, "the kernels were not built: no g++, no make, or not Linux x86-64");
    device = new EmulatedDevice(Path.of(library.toURI()));
    device.set("schedule", "forward");
    device.set("async", "lazy");
    device.reset();
    reverse = device.function(REVERSE);
  }

  @AfterEach
  void restore() {
    if (device != null) {
      device.set("streams", "eager");
      device.set("launches", "run");
      device.set("fail", "none");
      device.set("memory", "" + (1L << 36));
      device.reset();
    }
    arena.close();
  }

  @Test
  void hasEveryFunctionThatJCudaLinksTo() throws IOException {
    String file = "/lib/libJCudaDriver-12.6.0-linux-x86_64.so";
    try (InputStream in = DriverLibraryTest.class.getResourceAsStream(file)) {
      assumeTrue(in != null, "JCuda's native library is not on the class path");
      String bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      // The names stand in one table of strings, between zero bytes; it ends where others begin.
      int start = bytes.indexOf("\0cuInit\0");
      int end = bytes.indexOf("\0\0", start);
      int begin = bytes.lastIndexOf("\0\0", start);
      List<String> missing =
          Pattern.compile("(?<=\0)cu[A-Z]\\w*(?=\0)")
              .matcher(bytes.substring(begin, end))
              .results()
              .map(MatchResult::group)
              .filter(name -> !device.has(name))
              .toList();
      assertEquals(List.of(), missing);
    }
  }

  @Test
  void whatTheDeviceLacksIsNotSupported() {
    assertEquals(NOT_SUPPORTED, device.call("cuArrayCreate_v2", FunctionDescriptor.of(JAVA_INT)));
    assertEquals(
        NOT_SUPPORTED, device.call("cuTensorMapEncodeTiled", FunctionDescriptor.of(JAVA_INT)));
  }

  @Test
  void launchesDoNothingOnRequest() {
    long x = device.copyOf(ramp(0));
    long y = device.copyOf(ramp(500));
    assertEquals(1, device.set("launches", "some"));
    assertEquals(0, device.set("launches", "none"));
    assertEquals(0, launch(0, x, y));
    assertArrayEquals(ramp(500), device.read(y, N));
    assertEquals(0, device.set("launches", "run"));
    assertEquals(0, launch(0, x, y));
    assertArrayEquals(reversed(ramp(0)), device.read(y, N));
  }

  @Test
  void aCapturedGraphRunsWhenItIsLaunchedAndAgain() {
    long stream = stream();
    long x = device.copyOf(ramp(0));
    long y = device.copyOf(ramp(500));
    long graph = capture(stream, () -> assertEquals(0, launch(stream, x, y)));
    assertArrayEquals(ramp(500), device.read(y, N), "capturing runs nothing");
    long executable = instantiate(graph);
    assertEquals(0, launchGraph(executable, stream));
    assertArrayEquals(reversed(ramp(0)), device.read(y, N));
    device.write(x, ramp(7));
    assertEquals(0, launchGraph(executable, stream));
    assertArrayEquals(reversed(ramp(7)), device.read(y, N));
  }

  @Test
  void aCapturedLaunchCanBeGivenOtherArguments() {
    long stream = stream();
    long x = device.copyOf(ramp(0));
    long other = device.copyOf(ramp(3));
    long y = device.allocate(N);
    long graph = capture(stream, () -> assertEquals(0, launch(stream, x, y)));
    long executable = instantiate(graph);
    MemorySegment count = arena.allocateFrom(JAVA_LONG, 1);
    FunctionDescriptor three = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    assertEquals(0, device.call("cuGraphGetNodes", three, graph, out, count));
    assertEquals(1, count.get(JAVA_LONG, 0));
    // CUDA_KERNEL_NODE_PARAMS_v2: function, grid, block, shared bytes, arguments, extra, kernel,
    // context
    MemorySegment parameters = arena.allocate(72, 8);
    parameters.set(JAVA_LONG, 0, reverse);
    int[] geometry = {1, 1, 1, N, 1, 1, 0};
    MemorySegment.copy(geometry, 0, parameters, JAVA_INT, 8, geometry.length);
    parameters.set(ADDRESS, 40, EmulatedDevice.arguments(arena, other, y, N));
    assertEquals(
        0,
        device.call(
            "cuGraphExecKernelNodeSetParams_v2",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS),
            executable,
            out.get(JAVA_LONG, 0),
            parameters));
    assertEquals(0, launchGraph(executable, stream));
    assertArrayEquals(reversed(ramp(3)), device.read(y, N));
  }

  @Test
  void allocatingWhileAStreamIsCapturedSpoilsTheCapture() {
    long stream = stream();
    long x = device.copyOf(ramp(0));
    beginCapture(stream);
    FunctionDescriptor allocate = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG);
    assertEquals(CAPTURE_UNSUPPORTED, device.call("cuMemAlloc_v2", allocate, out, 64L));
    assertEquals(CAPTURE_INVALIDATED, launch(stream, x, x));
    assertEquals(CAPTURE_INVALIDATED, endCapture(stream));
    assertEquals(0, device.call("cuMemAlloc_v2", allocate, out, 64L));
  }

  @Test
  void lazyStreamsReadPinnedMemoryWhenSomebodyWaits() {
    long y = device.copyOf(ramp(0));
    FunctionDescriptor three = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    assertEquals(0, device.call("cuMemHostAlloc", three, out, 4L * N, 0));
    MemorySegment pinned = hostMemory(out.get(JAVA_LONG, 0));
    MemorySegment pageable = arena.allocate(JAVA_FLOAT, N);
    device.set("streams", "lazy");
    long stream = stream();

    // A staging buffer that is used again before the copy is done: too early.
    copy(ramp(1), pinned);
    assertEquals(0, copyIn(y, pinned, stream));
    assertEquals(NOT_READY, query(stream));
    assertEquals(0, query(stream));
    copy(ramp(2), pinned);
    assertEquals(0, copyIn(y, pinned, stream));
    copy(ramp(3), pinned);
    assertEquals(0, device.synchronize());
    assertArrayEquals(ramp(3), device.read(y, N));

    // Pageable memory is the caller's again as soon as the call returns.
    copy(ramp(4), pageable);
    assertEquals(0, copyIn(y, pageable, stream));
    copy(ramp(5), pageable);
    assertArrayEquals(ramp(4), device.read(y, N));
    assertEquals(0, device.call("cuMemFreeHost", FunctionDescriptor.of(JAVA_INT, ADDRESS), pinned));
  }

  @Test
  void runningOutOfMemorySaysHowMuchThereIs() {
    device.set("memory", "1000000");
    FunctionDescriptor allocate = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG);
    assertEquals(0, device.call("cuMemAlloc_v2", allocate, out, 400_000L));
    assertEquals(OUT_OF_MEMORY, device.call("cuMemAlloc_v2", allocate, out, 600_001L));
    assertEquals(
        "out of memory: 600001 bytes asked for, 600000 of 1000000 free",
        device.words(OUT_OF_MEMORY));
    assertEquals(
        0, device.call("cuMemAlloc_v2", allocate, out, 600_000L), "it is no lasting error");
  }

  @ParameterizedTest
  @CsvSource({"1, 1025, 0", "0, 32, 0", "1, 0, 0", "1, 32, 49153"})
  void aGridThatNoDeviceCanRunIsRefused(int grid, int block, int sharedBytes) {
    long x = device.copyOf(ramp(0));
    assertEquals(INVALID_VALUE, device.launch(reverse, grid, block, sharedBytes, 0, x, x, N));
    assertTrue(device.words(INVALID_VALUE).contains("kernel missing_barrier_right, grid"));
    assertEquals(0, device.synchronize(), "it is no lasting error");
  }

  @Test
  void moreSharedMemoryMustBeAllowedFirst() {
    long x = device.copyOf(ramp(0));
    assertEquals(INVALID_VALUE, device.launch(reverse, 1, N, 100_000, 0, x, device.allocate(N), N));
    FunctionDescriptor set = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    assertEquals(INVALID_VALUE, device.call("cuFuncSetAttribute", set, reverse, 8, 300_000));
    assertEquals(0, device.call("cuFuncSetAttribute", set, reverse, 8, 100_000));
    assertEquals(0, device.launch(reverse, 1, N, 100_000, 0, x, device.allocate(N), N));
  }

  @Test
  void parametersAreToldAsAStructWouldHaveThem() {
    FunctionDescriptor type =
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    MemorySegment bytes = arena.allocate(JAVA_LONG);
    long[][] expected = {{0, 8}, {8, 8}, {16, 4}};
    for (int i = 0; i < 3; i++) {
      assertEquals(0, device.call("cuFuncGetParamInfo", type, reverse, (long) i, out, bytes));
      assertEquals(expected[i][0], out.get(JAVA_LONG, 0));
      assertEquals(expected[i][1], bytes.get(JAVA_LONG, 0));
    }
    assertEquals(INVALID_VALUE, device.call("cuFuncGetParamInfo", type, reverse, 3L, out, bytes));
  }

  @Test
  void onlyImagesAreLoadedAndOnlyKernelsFound() {
    assertEquals(0, device.loadModule(out, arena.allocateFrom("//\n.version 9.0\n.target sm_80")));
    long module = out.get(JAVA_LONG, 0);
    assertEquals(
        INVALID_IMAGE, device.loadModule(out, arena.allocateFrom("<html> not found </html>")));
    assertEquals(NOT_FOUND, device.getFunction(out, module, "no_such_kernel"));
    assertEquals(0, device.getFunction(out, module, REVERSE));
    device.set("fail", "symbol:" + REVERSE);
    assertEquals(NOT_FOUND, device.getFunction(out, module, REVERSE));
  }

  @Test
  void aKernelIsFoundOnlyInItsOwnImage() {
    int zeros = 16;
    for (String image : List.of("planted_bugs", "softmax")) {
      MemorySegment placeholder = arena.allocate(64);
      placeholder.setString(zeros, image);
      assertEquals(0, device.loadModule(out, placeholder));
      int expected = image.equals("softmax") ? NOT_FOUND : 0;
      assertEquals(expected, device.getFunction(out, out.get(JAVA_LONG, 0), REVERSE));
    }
    assertTrue(device.words(NOT_FOUND).contains("is of planted_bugs.cu, not softmax"));
  }

  @Test
  void anOldDriverIsPlayedOnRequest() {
    FunctionDescriptor version = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    assertEquals(0, device.call("cuDriverGetVersion", version, out));
    assertEquals(13000, out.get(JAVA_INT, 0));
    device.set("fail", "driver:11080");
    assertEquals(0, device.call("cuDriverGetVersion", version, out));
    assertEquals(11080, out.get(JAVA_INT, 0));
    device.set("fail", "init:100");
    assertEquals(100, device.call("cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 0));
  }

  @Test
  void copiesStayInsideAllocations() {
    long x = device.copyOf(ramp(0));
    MemorySegment host = arena.allocate(8 * N);
    FunctionDescriptor read = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    assertEquals(INVALID_VALUE, device.call("cuMemcpyDtoH_v2", read, host, x, 4L * N + 1));
    assertEquals(INVALID_VALUE, device.call("cuMemcpyDtoH_v2", read, host, host.address(), 4L));
    FunctionDescriptor fill = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG);
    assertEquals(INVALID_VALUE, device.call("cuMemsetD32_v2", fill, x, 0, N + 1L));
    assertEquals(0, device.call("cuMemsetD32_v2", fill, x + 4, Float.floatToIntBits(9), N - 1L));
    float[] expected = new float[N];
    java.util.Arrays.fill(expected, 1, N, 9);
    assertArrayEquals(expected, device.read(x, N));
  }

  private int launch(long stream, long x, long y) {
    return device.launch(reverse, 1, N, 0, stream, x, y, N);
  }

  private long stream() {
    FunctionDescriptor create = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
    assertEquals(0, device.call("cuStreamCreate", create, out, 1));
    return out.get(JAVA_LONG, 0);
  }

  private int query(long stream) {
    return device.call("cuStreamQuery", FunctionDescriptor.of(JAVA_INT, JAVA_LONG), stream);
  }

  private long capture(long stream, Runnable work) {
    beginCapture(stream);
    work.run();
    assertEquals(0, endCapture(stream));
    return out.get(JAVA_LONG, 0);
  }

  private void beginCapture(long stream) {
    FunctionDescriptor begin = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT);
    assertEquals(0, device.call("cuStreamBeginCapture_v2", begin, stream, 0));
  }

  private int endCapture(long stream) {
    FunctionDescriptor end = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS);
    return device.call("cuStreamEndCapture", end, stream, out);
  }

  private long instantiate(long graph) {
    FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    assertEquals(0, device.call("cuGraphInstantiateWithFlags", type, out, graph, 0L));
    return out.get(JAVA_LONG, 0);
  }

  private int launchGraph(long executable, long stream) {
    FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG);
    return device.call("cuGraphLaunch", type, executable, stream);
  }

  private int copyIn(long to, MemorySegment from, long stream) {
    FunctionDescriptor type =
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    return device.call("cuMemcpyHtoDAsync_v2", type, to, from, 4L * N, stream);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment hostMemory(long address) {
    return MemorySegment.ofAddress(address).reinterpret(4L * N);
  }

  private static void copy(float[] values, MemorySegment to) {
    MemorySegment.copy(values, 0, to, JAVA_FLOAT, 0, values.length);
  }

  private static float[] ramp(int from) {
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = from + i;
    }
    return values;
  }

  private static float[] reversed(float[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[values.length - 1 - i];
    }
    return result;
  }
}
