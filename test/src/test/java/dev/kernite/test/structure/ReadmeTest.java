package dev.kernite.test.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README's table of operations is the catalogue's. */
class ReadmeTest {
  private static final String BEGIN =
      "<!-- operations: checked against the catalogue by a test -->\n";
  private static final String END = "<!-- end of operations -->";

  @Test
  void listsEveryOperationWithItsInputsAndAttributes() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    int from = readme.indexOf(BEGIN) + BEGIN.length();
    assertEquals(table(), readme.substring(from, readme.indexOf(END)));
  }

  private static String table() {
    StringBuilder t = new StringBuilder("| operation | inputs | attributes |\n|---|---|---|\n");
    for (Catalogue.Entry e : Catalogue.entries()) {
      String inputs = e.inputs().stream().map(ReadmeTest::input).collect(Collectors.joining(", "));
      String attributes =
          e.attributes().stream()
              .filter(a -> !a.name().equals("op"))
              .map(a -> "`" + a + "`")
              .collect(Collectors.joining(", "));
      String members = e.members().isEmpty() ? "" : ": " + String.join(", ", e.members());
      t.append("| %s | %s | %s |\n".formatted(e.name() + members, inputs, attributes));
    }
    return t.toString();
  }

  private static String input(Input i) {
    String name = i.value().equals(Input.ANY_NUMBER) ? "any number" : i.value();
    return i.optional() ? "*" + name + "*" : name;
  }
}
