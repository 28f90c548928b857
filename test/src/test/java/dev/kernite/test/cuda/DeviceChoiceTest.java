package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.kernels.cuda.CudaBackend;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Which device {@code --device} opens, and what is said where one does not work. */
final class DeviceChoiceTest {
  private static final String RESOURCES = "/dev/kernite/kernels/cuda/";
  private static final String LIBRARY = "libcuda.so.1";

  @TempDir private Path folder;

  private static Properties build() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        DeviceChoiceTest.class.getResourceAsStream(RESOURCES + "build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties;
  }

  private static void assumeHost() throws IOException {
    Properties build = build();
    assumeTrue(
        !build.getProperty("host", "none").equals("none"),
        "cuda-host was not built: " + build.getProperty("host.reason"));
  }

  private static void assumeImages() throws IOException {
    Properties build = build();
    assumeTrue(
        !build.getProperty("images", "none").equals("none"),
        "no CUDA images were built: " + build.getProperty("images.reason"));
  }

  /** A folder with the project's driver library, for processes that take it for NVIDIA's. */
  private Path installed() throws IOException {
    Path installed = Files.createDirectories(folder.resolve("driver"));
    try (InputStream in =
        DeviceChoiceTest.class.getResourceAsStream(RESOURCES + "host/fast/" + LIBRARY)) {
      Files.copy(in, installed.resolve(LIBRARY));
    }
    return installed;
  }

  private static JsonNode doctor(Child.Builder process, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--json"));
    arguments.addAll(List.of(more));
    Child child = process.run(arguments.toArray(String[]::new));
    assertEquals(List.of(), process.leftBehind(), "left in the temporary folder");
    return new ObjectMapper().readTree(child.out());
  }

  private static JsonNode device(JsonNode doctor, String name) {
    return StreamSupport.stream(doctor.get("devices").spliterator(), false)
        .filter(entry -> entry.get("device").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void refused(JsonNode doctor, String device, String... parts) {
    JsonNode entry = device(doctor, device);
    assertEquals(false, entry.get("available").asBoolean(), entry.toString());
    String reason = entry.get("reason").asString();
    assertEquals(1, reason.lines().count(), reason);
    for (String part : parts) {
      assertTrue(reason.contains(part), reason);
    }
  }

  /**
   * The class path of a build that had no compilers: its report says so, and nothing native is
   * there.
   */
  private String builtWithout(String report) throws IOException, URISyntaxException {
    Path kernels =
        Path.of(CudaBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path plain = Files.createDirectories(folder.resolve("plain"));
    if (Files.isDirectory(kernels)) {
      copyClasses(kernels, plain);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(kernels)) {
        copyClasses(jar.getPath("/"), plain);
      }
    }
    Path properties = plain.resolve(RESOURCES.substring(1) + "build.properties");
    Files.deleteIfExists(properties);
    if (!report.isEmpty()) {
      Files.writeString(properties, report);
    }
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().equals(kernels) ? plain.toString() : entry)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void copyClasses(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @Test
  void aBuildWithoutCompilersSaysWhichWereMissingAndSuggestsNeither() throws Exception {
    String classPath =
        builtWithout("images=none\nimages.reason=no nvcc\nhost=none\nhost.reason=no g++\n");
    Child.Builder process = new Child.Builder(folder).classPath(classPath);
    JsonNode doctor = doctor(process);
    assertEquals("cpu", doctor.get("chosen").asString());
    refused(doctor, "cuda", "no CUDA kernels: no nvcc");
    refused(doctor, "cuda-host", "no library that runs kernels on the CPU: no g++");
    Child child = process.run("doctor", "--device", "cuda");
    assertEquals(1, child.code());
    assertTrue(child.err().contains("; use --device cpu\n"), child.err());
    refused(
        doctor(new Child.Builder(folder).classPath(builtWithout(""))),
        "cuda-host",
        "left the native");
  }

  @Test
  void aMachineWithoutDriverSaysSo() throws Exception {
    assumeImages();
    JsonNode doctor = doctor(new Child.Builder(folder));
    assumeTrue(!device(doctor, "cuda").get("available").asBoolean(), "there is a driver here");
    refused(doctor, "cuda", "no NVIDIA driver (libcuda.so.1 not found)", "use --device cpu");
  }

  @Test
  void aBrokenDriverLibraryIsAReasonAndTheCpuIsUsed() throws Exception {
    assumeImages();
    Path broken = Files.createDirectories(folder.resolve("driver"));
    Files.writeString(broken.resolve(LIBRARY), "this is no library, whatever its name says\n");
    JsonNode doctor = doctor(new Child.Builder(folder).libraryPath(broken));
    assertEquals("cpu", doctor.get("chosen").asString());
    refused(doctor, "cuda", "cannot be loaded", LIBRARY);
    Child child = new Child.Builder(folder).libraryPath(broken).run("doctor", "--device", "cuda");
    assertEquals(1, child.code());
    assertTrue(child.err().contains("error: --device cuda: "), child.err());
    assertTrue(child.err().contains("--device cpu, or cuda-host"), child.err());
  }

  @Test
  void aDriverLibraryThatWasCutOffIsAReasonAndNotACrash() throws Exception {
    assumeImages();
    assumeHost();
    Path library = installed().resolve(LIBRARY);
    try (FileChannel channel = FileChannel.open(library, StandardOpenOption.WRITE)) {
      for (long size : new long[] {100_000, 3000, 100}) {
        channel.truncate(size);
        JsonNode doctor = doctor(new Child.Builder(folder).libraryPath(library.getParent()));
        assertEquals("cpu", doctor.get("chosen").asString());
        refused(doctor, "cuda", library.toString(), "cut off", "install the driver again");
      }
    }
  }

  @Test
  void aLibraryThatIsNoDriverIsAReason() throws Exception {
    assumeImages();
    // A real library under the driver's name: found, loaded, and without the functions.
    Path other = Files.createDirectories(folder.resolve("driver"));
    Path libc = Path.of("/lib/x86_64-linux-gnu/libm.so.6");
    assumeTrue(Files.exists(libc), "no library at hand to take for the driver");
    Files.copy(libc, other.resolve(LIBRARY));
    refused(doctor(new Child.Builder(folder).libraryPath(other)), "cuda", "cuInit");
  }

  @Test
  void autoOpensADriverThatWorks() throws Exception {
    assumeImages();
    assumeHost();
    JsonNode doctor = doctor(new Child.Builder(folder).libraryPath(installed()));
    assertEquals("cuda", doctor.get("chosen").asString(), doctor.toString());
  }

  @Test
  void aDriverTooOldIsAReasonAndTheCpuIsUsed() throws Exception {
    assumeHost();
    JsonNode doctor =
        doctor(new Child.Builder(folder).with("kernite.cuda.host.fail", "driver:12040"));
    assertEquals("cpu", doctor.get("chosen").asString());
    refused(doctor, "cuda-host", "CUDA 12.4", "13.0", "driver 580");
  }

  @Test
  void cudaAndCudaHostExcludeEachOther() throws Exception {
    assumeHost();
    JsonNode doctor = doctor(new Child.Builder(folder), "--device", "cuda-host");
    assertEquals("cuda-host", doctor.get("chosen").asString(), doctor.toString());
    refused(doctor, "cuda", "runs on cuda-host", "exclude each other");
  }

  @Test
  void parallelProcessesDoNotMeetAndLeaveNothingBehind() throws Exception {
    assumeHost();
    Child.Builder process = new Child.Builder(folder);
    List<Child.Running> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(process.start("doctor", "--device", "cuda-host"));
    }
    for (Child.Running each : all) {
      Child child = each.await();
      assertEquals(0, child.code(), child.err());
    }
    assertEquals(List.of(), process.leftBehind());
  }

  @Test
  void aSettingNobodyKnowsIsRefused() throws Exception {
    assumeHost();
    Child child =
        new Child.Builder(folder)
            .with("kernite.cuda.host.schedule", "sideways")
            .run("doctor", "--device", "cuda-host");
    assertEquals(1, child.code());
    assertTrue(child.err().contains("kernite.cuda.host.schedule=sideways"), child.err());
  }
}
