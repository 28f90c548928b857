package dev.kernite.test.devices;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.launcher.TagFilter.includeTags;

import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.test.primitives.GoldenWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the tests tagged {@code device} without a build: {@code bin/gpu-check} of the self-contained
 * image. Exits 0 only if tests ran and none failed; a device that does not work is a failure.
 */
public final class DeviceCheck {
  private static final String USAGE =
      """
      usage: gpu-check [--device cuda|cuda-host] [--out FILE]
             gpu-check [--device cuda|cuda-host] --write-golden DIR""";

  private DeviceCheck() {}

  /**
   * Runs them.
   *
   * @param args see {@link #USAGE}
   */
  public static void main(String[] args) throws IOException {
    String device = "cuda";
    Path out = null;
    Path golden = null;
    for (int i = 0; i < args.length; i += 2) {
      switch (i + 1 < args.length ? args[i] : "") {
        case "--device" -> device = args[i + 1];
        case "--out" -> out = Path.of(args[i + 1]);
        case "--write-golden" -> golden = Path.of(args[i + 1]);
        default -> {
          System.err.println(USAGE);
          System.exit(2);
        }
      }
    }
    System.setProperty(Device.PROPERTY, device);
    if (Device.refusal().isPresent()) {
      System.err.println("error: " + Device.refusal().get());
      System.exit(1);
    }
    if (golden != null) {
      writeGolden(device, golden);
      return;
    }
    TestExecutionSummary summary = run();
    PrintWriter terminal = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(terminal);
    summary.printTo(terminal);
    if (out != null) {
      try (PrintWriter file = new PrintWriter(Files.newBufferedWriter(out))) {
        file.println("gpu-check on " + device);
        summary.printFailuresTo(file);
        summary.printTo(file);
      }
    }
    System.exit(
        summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0 ? 0 : 1);
  }

  /** What surprises is told and kept all the same: the device is right about itself. */
  private static void writeGolden(String device, Path folder) throws IOException {
    Driver driver = device.equals("cuda") ? Driver.CUDA : Driver.CUDA_HOST;
    GoldenWriter.Written written = GoldenWriter.write(driver, folder);
    written.surprises().forEach(words -> System.out.println("not as the manuals say: " + words));
    System.out.println(written.file() + (driver == Driver.CUDA ? "" : ": of the emulator, no GPU"));
  }

  private static TestExecutionSummary run() throws IOException {
    Path classes =
        Path.of(DeviceCheck.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    // jqwik's memory of failed tries, which the build keeps in its own folder.
    // jqwik wants to make the file itself.
    Path folder = Files.createTempDirectory("kernite-gpu-check");
    Path database = folder.resolve("jqwik-database");
    folder.toFile().deleteOnExit();
    database.toFile().deleteOnExit();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClasspathRoots(Set.of(classes)))
            .filters(includeTags("device"))
            .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
            .configurationParameter("jqwik.database", database.toString())
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, summary, new Progress());
    return summary.getSummary();
  }

  /**
   * One line a test class: a machine that one cannot look at should say how far it came. And the
   * reason why a test could not be done, which the summary only counts.
   */
  private static final class Progress implements TestExecutionListener {
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
      this.plan = plan;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
      boolean topLevel = plan.getParent(test).filter(p -> p.getParentId().isEmpty()).isPresent();
      if (topLevel) {
        System.out.println(test.getDisplayName());
      }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
        String why = result.getThrowable().map(Throwable::getMessage).orElse("no reason given");
        System.out.println("  not done: " + test.getDisplayName() + ": " + why);
      }
    }
  }
}
