package dev.kernite.test.hub;

import dev.kernite.models.hub.Hub;
import dev.kernite.models.hub.HubListener;
import dev.kernite.models.hub.ModelId;
import dev.kernite.test.cli.Launched;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process that fetches one model, as its environment says, and prints what it is told. */
final class HubProcess {
  private HubProcess() {}

  /** Fetches the model named. */
  public static void main(String[] args) {
    HubListener printing =
        new HubListener() {
          @Override
          public void message(String line) {
            System.out.println(line);
          }

          @Override
          public void progress(String file, long done, long total) {}
        };
    System.out.println(Hub.fromEnvironment().withListener(printing).fetch(ModelId.parse(args[0])));
  }

  static Process start(FakeHub hub, Path home, String model) throws IOException {
    return start(hub, home, Launched.command(HubProcess.class, List.of(model)));
  }

  /** Starts any command that is to know this hub alone. */
  static Process start(FakeHub hub, Path home, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    builder.environment().put("HF_ENDPOINT", hub.address());
    builder.environment().put("HF_HOME", home.toString());
    return builder.start();
  }
}
