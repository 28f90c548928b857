package dev.kernite.kernels.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The text of every generated kernel, method with doc comment, as resources of the kernels jar: one
 * file a kernel, and a list of their names. The class {@code KernelSource} reads them.
 */
final class KernelTexts {
  private static final Pattern SIGNATURE = Pattern.compile("(?:static|public) \\w+ (\\w+)\\(");

  private final Map<String, String> texts = new TreeMap<>();

  /**
   * Takes the methods out of a generated class, in which blank lines stand between members only.
   */
  void add(String className, String source) {
    String members = source.substring(0, source.lastIndexOf('}'));
    for (String member : members.split("\n\n")) {
      Matcher signature = SIGNATURE.matcher(member);
      if (signature.find()) {
        texts.put(className + "." + signature.group(1), member.stripIndent());
      }
    }
  }

  /** Writes the files and removes those of kernels that are no more. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> old = Files.list(folder)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Files.writeString(folder.resolve(text.getKey() + ".txt"), text.getValue().strip() + "\n");
    }
    Files.writeString(folder.resolve("names.txt"), String.join("\n", texts.keySet()) + "\n");
  }
}
