package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cuda.driver.BuildReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * The PTX of the CUDA kernels, for reading: what nvcc made of a kernel, from which the machine code
 * of every architecture in its image is assembled.
 */
public final class KernelPtx {
  private static final String FOLDER = "/dev/kernite/kernels/cuda/";

  private KernelPtx() {}

  /** Names of all kernels, in alphabetical order; none where there was no nvcc. */
  public static List<String> names() {
    return images().keySet().stream().sorted().toList();
  }

  /**
   * The PTX of one kernel: the directives of its module, then the kernel.
   *
   * @throws KernelException if there is no such kernel (the message lists similar names), or the
   *     build holds no images
   */
  public static String of(String name) {
    Map<String, String> images = images();
    if (images.isEmpty()) {
      throw new KernelException("this build holds no CUDA kernels: " + BuildReport.noImages());
    }
    String image = images.get(name);
    if (image == null) {
      throw new KernelException(
          "no CUDA kernel '%s'; there are %s"
              .formatted(name, String.join(", ", similar(images.keySet(), name))));
    }
    return extract(read(image + ".ptx.gz", true), name);
  }

  /** Those that share the start of the name asked for, else all. */
  private static List<String> similar(Set<String> names, String name) {
    List<String> all = names.stream().sorted().toList();
    String start = name.toLowerCase(Locale.ROOT).substring(0, Math.min(3, name.length()));
    List<String> alike = all.stream().filter(n -> n.contains(start)).toList();
    return start.isEmpty() || alike.isEmpty() ? all : alike;
  }

  /** Each kernel's image, from the table that the build writes: a header, then a kernel a line. */
  private static Map<String, String> images() {
    Map<String, String> images = new LinkedHashMap<>();
    read("kernels.txt", false)
        .lines()
        .skip(1)
        .map(line -> line.split(" +"))
        .forEach(columns -> images.put(columns[0], columns[1]));
    return images;
  }

  /** The module's directives and one entry, of the text of a module. */
  private static String extract(String module, String name) {
    List<String> lines = new ArrayList<>();
    boolean inside = false;
    for (String line : module.lines().toList()) {
      if (line.startsWith(".visible .entry ")) {
        inside = line.startsWith(".visible .entry " + name + "(");
        if (inside) {
          lines.add("");
        }
      }
      boolean directive =
          line.startsWith(".version") || line.startsWith(".target") || line.startsWith(".address");
      if (inside || directive) {
        lines.add(line);
      }
      if (line.equals("}")) {
        inside = false;
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String read(String resource, boolean compressed) {
    try (InputStream in = KernelPtx.class.getResourceAsStream(FOLDER + resource)) {
      if (in == null) {
        return "";
      }
      InputStream text = compressed ? new GZIPInputStream(in) : in;
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the kernels' jar is damaged: " + resource, e);
    }
  }
}
