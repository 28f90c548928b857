package dev.kernite.kernels.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What the build could compile, and why not the rest: a resource that the build writes. */
public final class BuildReport {
  private static final String RESOURCE = "/dev/kernite/kernels/cuda/build.properties";

  private BuildReport() {}

  /** Why there is no library that runs kernels on the CPU. */
  static String noHost() {
    return reason("host");
  }

  /** Whether there are images for GPUs. */
  static boolean hasImages() {
    return !read("images", "none").equals("none");
  }

  /** Why there are no images for GPUs. */
  public static String noImages() {
    return reason("images");
  }

  private static String reason(String part) {
    return read(part + ".reason", "the build left the native part out");
  }

  private static String read(String key, String otherwise) {
    Properties report = new Properties();
    try (InputStream in = BuildReport.class.getResourceAsStream(RESOURCE)) {
      if (in != null) {
        report.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return report.getProperty(key, otherwise);
  }
}
