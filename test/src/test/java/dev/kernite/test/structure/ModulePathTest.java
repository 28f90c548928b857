package dev.kernite.test.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kernite.engine.EngineException;
import dev.kernite.kernels.KernelException;
import dev.kernite.models.ModelException;
import dev.kernite.tokenizer.TokenizerException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.driver.CUdevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * Kernite as named modules: a consumer that {@code requires dev.kernite.models} compiles and runs
 * on the module path. Everything else in the build runs on the class path.
 */
final class ModulePathTest {
  private static final Path CONSUMER = Path.of("src/test/resources/consumer");
  private static final Path MODEL = Path.of("src/test/resources/fixtures/models/gpt2");

  /** Case {@code greedy} of the model's generation.json, computed by Hugging Face transformers. */
  private static final String GENERATED =
      "[240, 70, 482, 202, 326, 334, 474, 484, 311, 295, 484, 484, 56, 484, 484, 484, 484, 421,"
          + " 484, 511]";

  private final String modulePath =
      Stream.of(
              KernelException.class,
              CUdevice.class,
              EngineException.class,
              TokenizerException.class,
              ModelException.class,
              JsonFactory.class,
              ObjectMapper.class,
              JsonProperty.class)
          .map(ModulePathTest::home)
          .collect(Collectors.joining(File.pathSeparator));

  @TempDir private Path folder;

  @Test
  void consumerGeneratesWithoutAnyFlag() throws Exception {
    compileConsumer();
    assertEquals(
        List.of("module consumer, module dev.kernite.engine", "plain", GENERATED), run(List.of()));
    String log = Files.readString(errors());
    assertTrue(log.contains("start java with --add-modules jdk.incubator.vector"), log);
  }

  @Test
  void consumerGeneratesWithTheVectorApi() throws Exception {
    compileConsumer();
    assertEquals(
        List.of("module consumer, module dev.kernite.engine", "vector", GENERATED),
        run(List.of("--add-modules", "jdk.incubator.vector")));
  }

  private void compileConsumer() throws Exception {
    var sources =
        List.of(CONSUMER.resolve("module-info.java"), CONSUMER.resolve("consumer/Main.java"));
    List<String> command = new ArrayList<>(List.of(tool("javac"), "-p", modulePath));
    command.addAll(List.of("-d", folder.toString()));
    sources.forEach(source -> command.add(source.toString()));
    output(command);
  }

  private List<String> run(List<String> flags) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(tool("java"), "-p", modulePath + File.pathSeparator + folder));
    command.addAll(flags);
    command.addAll(List.of("-m", "consumer/consumer.Main", MODEL.toString()));
    return output(command);
  }

  /** What the command prints to standard output; it must exit with 0. */
  private List<String> output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(errors().toFile()).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), Files.readString(errors()));
    return text.lines().toList();
  }

  private Path errors() {
    return folder.resolve("errors.txt");
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** The jar or folder a class comes from. */
  private static String home(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
