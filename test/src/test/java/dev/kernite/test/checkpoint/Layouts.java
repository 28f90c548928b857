package dev.kernite.test.checkpoint;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** The checkpoints that Hugging Face libraries wrote, and damaged ones. */
final class Layouts {
  private Layouts() {}

  /** The path of a file or folder under {@code fixtures/models/checkpoint-layouts}. */
  static Path path(String name) {
    URL url = Layouts.class.getResource("/fixtures/models/checkpoint-layouts/" + name);
    if (url == null) {
      throw new AssertionError("no fixture " + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
