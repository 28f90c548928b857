package dev.kernite.kernels.cpu;

import dev.kernite.kernels.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The Java source of the generated vector kernels, for reading. A kernel is called by its class and
 * method, such as {@code SoftmaxKernels.storeExp}.
 */
public final class KernelSource {
  private KernelSource() {}

  /** Names of all kernels, in alphabetical order. */
  public static List<String> names() {
    return read("names").lines().toList();
  }

  /**
   * The source of one kernel, its doc comment included.
   *
   * @param name class and method; the method alone will do if no other class has it
   * @throws KernelException if there is no such kernel; the message lists similar names
   */
  public static String of(String name) {
    List<String> names = names();
    if (names.contains(name)) {
      return read(name);
    }
    List<String> sameMethod = names.stream().filter(n -> n.endsWith("." + name)).toList();
    if (sameMethod.size() == 1) {
      return read(sameMethod.getFirst());
    }
    List<String> similar = sameMethod.isEmpty() ? similar(names, name) : sameMethod;
    String hint =
        similar.isEmpty()
            ? "classes are " + String.join(", ", classes(names))
            : "there are " + String.join(", ", similar);
    throw new KernelException("no generated kernel '%s'; %s".formatted(name, hint));
  }

  /** Names that contain the first three letters of the method asked for. */
  private static List<String> similar(List<String> names, String name) {
    String wanted = name.substring(name.indexOf('.') + 1).toLowerCase(Locale.ROOT);
    String start = wanted.substring(0, Math.min(3, wanted.length()));
    return names.stream()
        .filter(n -> !start.isEmpty() && n.toLowerCase(Locale.ROOT).contains(start))
        .toList();
  }

  private static List<String> classes(List<String> names) {
    return names.stream().map(n -> n.substring(0, n.indexOf('.'))).distinct().toList();
  }

  private static String read(String name) {
    try (InputStream in = KernelSource.class.getResourceAsStream("kernels/" + name + ".txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the kernels' jar is damaged: " + name, e);
    }
  }
}
