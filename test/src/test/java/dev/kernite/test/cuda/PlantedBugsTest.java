package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels with one mistake each ({@code src/test/cuda/planted_bugs.cu}): the checked emulator names
 * the mistake and its line; without the mistake it is silent.
 */
class PlantedBugsTest {
  private static final int N = 256;
  private static final Path SOURCE = Path.of("src", "test", "cuda", "planted_bugs.cu");
  private static final Pattern PLACE = Pattern.compile("planted_bugs\\.cu:(\\d+)");
  private static final List<String> SCHEDULES = List.of("forward", "reverse", "1", "2");

  /** What may be said of a bug; most have one description. */
  enum Bug {
    MISSING_BARRIER("race|uninitialised read"),
    MISSING_BARRIER_BEFORE_REFILL("race"),
    BARRIER_IN_A_BRANCH("divergence"),
    BARRIER_AGAINST_SHUFFLE("divergence"),
    RACE_BETWEEN_WARPS("race|uninitialised read"),
    LOCKSTEP_ASSUMED("race"),
    MASK_WITHOUT_THE_SOURCE("lane mask"),
    MASK_OF_LANES_ELSEWHERE("lane mask"),
    LANE_HAS_ENDED("lane mask"),
    READ_PAST_THE_END("out of bounds: read .* 0 bytes past the end of the allocation of 1024"),
    WRONG_TILE_EDGE("out of bounds: write .* 0 bytes past the end"),
    READ_BEFORE_THE_START("out of bounds: read .* 4 bytes before the start"),
    NULL_POINTER("out of bounds: read .* a null pointer"),
    FREED_MEMORY("out of bounds: read .* that has been freed"),
    PAST_A_SHARED_ARRAY("out of bounds: write .* 0 bytes past the end of 'first'"),
    WRONG_ROW_OF_A_SHARED_ARRAY("out of bounds: index 16"),
    PAST_DYNAMIC_SHARED_MEMORY("out of bounds: write .* at byte 1024 of dynamic shared memory"),
    PAST_A_LOCAL_ARRAY("out of bounds: index 4"),
    MISALIGNED_VECTOR("misaligned access"),
    OVERFLOWING_INDEX("arithmetic: multiplication overflows"),
    UNINITIALISED_SHARED_MEMORY("uninitialised read"),
    UNINITIALISED_ACCUMULATOR("uninitialised read"),
    RACE_BETWEEN_BLOCKS("race: write .* another block"),
    UPDATE_THAT_IS_NOT_ATOMIC("race"),
    MAIL_NOT_YET_TAKEN("race"),
    BARRIER_OF_TWO_SIZES("divergence"),
    MISSING_WAIT("uninitialised read"),
    MISSING_BARRIER_AFTER_WAIT("race|uninitialised read"),
    REFILLED_TOO_EARLY("race"),
    COPY_THAT_NOBODY_WAITS_FOR("asynchronous copy");

    private final Pattern report;

    Bug(String report) {
      this.report = Pattern.compile(": (" + report + ")");
    }

    String kernel() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * A copy that comes early is as good as one that was waited for: these show only if it is late.
     */
    boolean needsLateCopies() {
      return this == MISSING_WAIT || this == COPY_THAT_NOBODY_WAITS_FOR;
    }
  }

  private static EmulatedDevice check;
  private static EmulatedDevice fast;

  @BeforeAll
  static void load() throws URISyntaxException {
    URL library = PlantedBugsTest.class.getResource("/planted-bugs/check/libplanted-bugs.so");
    assumeTrue(library != null, "the kernels were not built: no g++, no make, or not Linux x86-64");
    Path checked = Path.of(library.toURI());
    check = new EmulatedDevice(checked);
    fast =
        new EmulatedDevice(
            checked.resolveSibling(Path.of("..", "fast", "libplanted-bugs.so")).normalize());
  }

  @ParameterizedTest
  @EnumSource
  void theMistakeIsNamedWithItsLine(Bug bug) throws IOException {
    TreeSet<Integer> lines = markedLines(bug.kernel());
    assertFalse(lines.isEmpty(), "no line is marked");
    for (String schedule : SCHEDULES) {
      for (String copies : bug.needsLateCopies() ? List.of("lazy") : List.of("lazy", "eager")) {
        String report = run(check, bug, "_wrong", schedule, copies).orElse("no report");
        String under = " (schedule " + schedule + ", copies " + copies + ")";
        assertTrue(bug.report.matcher(report).find(), report + under);
        assertTrue(lines.contains(firstLine(report)), lines + " expected: " + report + under);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutTheMistakeNothingIsReported(Bug bug) {
    for (EmulatedDevice device : List.of(check, fast)) {
      for (String schedule : SCHEDULES) {
        for (String copies : List.of("lazy", "eager")) {
          assertEquals(Optional.empty(), run(device, bug, "_right", schedule, copies));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "READ_PAST_THE_END",
        "WRONG_TILE_EDGE",
        "NULL_POINTER",
        "FREED_MEMORY",
        "PAST_DYNAMIC_SHARED_MEMORY",
        "BARRIER_IN_A_BRANCH",
        "MASK_WITHOUT_THE_SOURCE",
        "LANE_HAS_ENDED",
        "COPY_THAT_NOBODY_WAITS_FOR"
      })
  void theFastBuildFindsWhatGuardPagesAndMasksShow(Bug bug) throws IOException {
    String report = run(fast, bug, "_wrong", "forward", "lazy").orElse("no report");
    assertTrue(markedLines(bug.kernel()).contains(firstLine(report)), report);
  }

  @ParameterizedTest
  @EnumSource(names = {"MISSING_BARRIER", "RACE_BETWEEN_WARPS", "MISSING_BARRIER_AFTER_WAIT"})
  void aRaceGivesOtherResultsUnderOtherSchedules(Bug bug) {
    List<List<Float>> results = new ArrayList<>();
    for (String schedule : List.of("forward", "reverse")) {
      fast.set("schedule", schedule);
      fast.reset();
      long x = fast.copyOf(ramp());
      long y = fast.allocate(N);
      assertEquals(Optional.empty(), fast.launch(bug.kernel() + "_wrong", 1, N, 4 * N, x, y, N));
      List<Float> result = new ArrayList<>();
      for (float value : fast.read(y, N)) {
        result.add(value);
      }
      results.add(result);
    }
    assertNotEquals(results.get(0), results.get(1));
  }

  @Test
  void everyCallAfterAFaultReturnsIt() {
    run(check, Bug.READ_PAST_THE_END, "_wrong", "forward", "lazy");
    assertEquals(700, check.synchronize());
    assertEquals(700, check.synchronize());
    check.reset();
    assertEquals(0, check.synchronize());
  }

  @Test
  void theHostCannotReachDeviceMemoryOfTheCheckedBuild() throws IOException {
    check.reset();
    long x = check.copyOf(ramp());
    assertEquals("---p", rights(x));
    run(check, Bug.MISSING_BARRIER, "_right", "forward", "lazy");
    long y = check.copyOf(ramp());
    assertEquals("---p", rights(y));
    assertEquals(3f, check.read(y, N)[3]);
    assertEquals("---p", rights(y));
  }

  @Test
  void aDamagedByteBeyondTheEndIsToldWhenTheMemoryIsFreed() {
    fast.reset();
    long x = fast.copyOf(ramp());
    long y = fast.allocate(N - 1); // 1020 bytes: four more until the guard page
    assertEquals(Optional.empty(), fast.launch("missing_barrier_right", 1, N, 0, x, y, N));
    try {
      fast.free(y);
      fail("not noticed");
    } catch (AssertionError e) {
      assertTrue(
          e.getMessage().contains("past the end of an allocation of 1020 bytes"), e.getMessage());
    }
    fast.reset();
  }

  @ParameterizedTest
  @CsvSource({
    "memory:2, 2, out of memory",
    "launch:1, 719, failed on request",
  })
  void failuresComeOnRequest(String request, int status, String words) {
    fast.reset();
    fast.set("fail", request);
    try {
      long x = fast.copyOf(ramp());
      long y = fast.allocate(N);
      fast.launch("missing_barrier_right", 1, N, 0, x, y, N);
    } catch (AssertionError e) {
      assertTrue(e.getMessage().startsWith("status " + status), e.getMessage());
    }
    assertTrue(fast.words(status).contains(words), fast.words(status));
    fast.set("fail", "none");
    fast.reset();
    assertEquals(0, fast.synchronize());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"schedule=", "schedule=sideways", "async=late", "fail=memory:x", "colour=red"})
  void anUnknownSettingIsRefused(String setting) {
    int equals = setting.indexOf('=');
    assertNotEquals(0, fast.set(setting.substring(0, equals), setting.substring(equals + 1)));
  }

  private static Optional<String> run(
      EmulatedDevice device, Bug bug, String variant, String schedule, String copies) {
    assertEquals(0, device.set("schedule", schedule));
    assertEquals(0, device.set("async", copies));
    device.reset();
    long x = device.copyOf(ramp());
    long y = device.allocate(N);
    if (bug == Bug.FREED_MEMORY && variant.equals("_wrong")) {
      device.free(x);
    }
    boolean manyBlocks = bug == Bug.WRONG_TILE_EDGE || bug == Bug.RACE_BETWEEN_BLOCKS;
    return device.launch(bug.kernel() + variant, manyBlocks ? 3 : 1, N, 4 * N, x, y, N);
  }

  private static float[] ramp() {
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = i;
    }
    return values;
  }

  private static int firstLine(String report) {
    Matcher place = PLACE.matcher(report);
    return place.find() ? Integer.parseInt(place.group(1)) : 0;
  }

  /** Numbers of the source lines that end in {@code // <- name}. */
  private static TreeSet<Integer> markedLines(String name) throws IOException {
    TreeSet<Integer> lines = new TreeSet<>();
    List<String> source = Files.readAllLines(SOURCE);
    for (int i = 0; i < source.size(); i++) {
      if (source.get(i).endsWith("// <- " + name)) {
        lines.add(i + 1);
      }
    }
    return lines;
  }

  /** The access rights of this process to the page of an address. */
  private static String rights(long address) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String[] range = line.substring(0, line.indexOf(' ')).split("-");
      if (Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
          && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0) {
        return Arrays.asList(line.split(" ")).get(1);
      }
    }
    return "not mapped";
  }
}
