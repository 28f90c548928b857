package dev.kernite.bench.peers;

import dev.kernite.models.measure.Workload;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * PyTorch in a Python process of its own, on the same device, with operands of its own of the same
 * shapes. The process does what it is told, line by line; see {@code pytorch.py}. The way there and
 * back, some microseconds, is part of each turn and not of each run.
 */
public final class PyTorch implements Peer {
  private static final String NAME = "PyTorch";
  private static final String SCRIPT = "pytorch.py";

  private final Process process;
  private final BufferedWriter toPython;
  private final BufferedReader fromPython;
  private final Path errors;
  private final String version;

  private PyTorch(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    toPython = process.outputWriter(StandardCharsets.UTF_8);
    fromPython = process.inputReader(StandardCharsets.UTF_8);
    version = answer();
  }

  /**
   * Starts Python.
   *
   * @param python the interpreter: {@code python3}
   * @throws PeerException with the reason if it is not there or has no PyTorch
   */
  public static PyTorch start(String python) {
    try (InputStream script = PyTorch.class.getResourceAsStream(SCRIPT)) {
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      Path errors = Files.createTempFile("kernite-pytorch", ".log");
      errors.toFile().deleteOnExit();
      Process process =
          new ProcessBuilder(python, "-c", text).redirectError(errors.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new PyTorch(process, errors);
    } catch (IOException e) {
      throw new PeerException(python + " cannot be started: " + e.getMessage());
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return version;
  }

  /** On a device it has none. */
  @Override
  public void threads(int threads) {}

  @Override
  public List<Entrant> entrants(Workload work) {
    String answer = ask("work " + work.op() + "|" + work.shape());
    return switch (answer) {
      case "none" -> List.of();
      case "ok" ->
          List.of(
              new Entrant(
                  NAME,
                  "",
                  0,
                  times -> require("run " + times),
                  () -> {}, // it answers when the device has done it
                  anything -> require("check")));
      default -> {
        System.out.printf("PyTorch cannot do %s %s: %s%n", work.op(), work.shape(), answer);
        yield List.of();
      }
    };
  }

  @Override
  public void release() {
    require("free");
  }

  private void require(String command) {
    String answer = ask(command);
    if (!answer.equals("ok")) {
      throw new PeerException("PyTorch, '%s': %s".formatted(command, answer));
    }
  }

  private String ask(String command) {
    try {
      toPython.write(command);
      toPython.newLine();
      toPython.flush();
    } catch (IOException e) {
      throw new PeerException("PyTorch does not listen: " + e.getMessage());
    }
    return answer();
  }

  private String answer() {
    try {
      String line = fromPython.readLine();
      if (line != null) {
        return line;
      }
      process.destroyForcibly();
      List<String> said = Files.readAllLines(errors);
      throw new PeerException(said.isEmpty() ? "Python has ended" : said.getLast());
    } catch (IOException e) {
      throw new PeerException("PyTorch does not answer: " + e.getMessage());
    }
  }
}
