package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.models.ModelException;
import dev.kernite.models.hub.HubSettings;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code doctor}: every device, the one that {@code --device} chooses, and why not the others. */
@Command(name = "doctor", description = "Show the devices, the one chosen, and why not the others.")
final class DoctorCommand implements Callable<Integer> {
  private final Globals globals;

  DoctorCommand(Globals globals) {
    this.globals = globals;
  }

  /**
   * What became of one device.
   *
   * @param device which
   * @param works whether it opened
   * @param detail what it is, or why it did not open
   */
  private record Finding(DeviceChoice device, boolean works, String detail) {}

  @Override
  public Integer call() {
    Finding asked = open();
    List<Finding> findings =
        Stream.of(DeviceChoice.values())
            .filter(device -> device != DeviceChoice.AUTO)
            .map(device -> device == asked.device() ? asked : examine(device))
            .toList();
    if (globals.json()) {
      json(findings, asked).print(globals.out());
    } else {
      print(findings, asked, globals.out());
    }
    if (!asked.works()) {
      throw new CommandException(asked.detail());
    }
    return ExitCode.OK;
  }

  /** Opens the device asked for as any command would. */
  private Finding open() {
    try (Engine engine = globals.openEngine()) {
      DeviceChoice opened = DeviceChoice.of(engine.backend().name());
      return new Finding(opened, true, engine.backend().description());
    } catch (EngineException e) {
      return new Finding(globals.device(), false, e.getMessage());
    }
  }

  /** Looks at a device that was not asked for: a process can open only one that runs CUDA. */
  private Finding examine(DeviceChoice device) {
    try {
      return new Finding(device, true, Engine.describe(globals.engineOptions(device)));
    } catch (EngineException e) {
      return new Finding(device, false, e.getMessage());
    }
  }

  private JsonLine json(List<Finding> findings, Finding asked) {
    List<JsonLine> devices =
        findings.stream()
            .map(
                finding ->
                    new JsonLine()
                        .put("device", finding.device().toString())
                        .put("available", finding.works())
                        .put(finding.works() ? "description" : "reason", finding.detail()))
            .toList();
    return new JsonLine()
        .put("chosen", asked.works() ? asked.device().toString() : null)
        .put("devices", devices)
        .put("hub", hub())
        .put("java", java())
        .put("system", system())
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("max_heap_bytes", Runtime.getRuntime().maxMemory());
  }

  private void print(List<Finding> findings, Finding asked, PrintStream out) {
    for (Finding finding : findings) {
      boolean chosen = asked.works() && finding.device() == asked.device();
      String state = chosen ? "chosen" : finding.works() ? "works" : "not available";
      out.printf(Locale.ROOT, "%-10s %-14s %s%n", finding.device(), state, finding.detail());
    }
    out.println();
    out.println("hub        " + hub());
    out.println("java       " + java());
    out.println("system     " + system());
    out.println("processors " + Runtime.getRuntime().availableProcessors());
  }

  /** Where models by id come from, and where they are kept. */
  private String hub() {
    try {
      HubSettings settings = HubSettings.fromEnvironment();
      return settings.endpoint()
          + (settings.offline() || globals.offline()
              ? " (offline)"
              : settings.token() == null ? "" : " (with a token)")
          + ", cache "
          + settings.cache();
    } catch (ModelException e) {
      return "not available: " + e.getMessage();
    }
  }

  private static String java() {
    return "%s (%s %s)"
        .formatted(
            Runtime.version(),
            System.getProperty("java.vm.vendor"),
            System.getProperty("java.vm.name"));
  }

  private static String system() {
    return "%s %s %s"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"));
  }
}
