package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import jcuda.driver.JCudaDriver;

/**
 * Loads JCuda's native half. Left to itself JCuda unpacks it under a fixed name into the folder
 * that {@code java.io.tmpdir} names, where processes overwrite each other's file, and leaves it
 * there. It reads that property when its class is initialised, and unpacks nothing that is there
 * already: so it is shown a private folder for that moment, with the one library that is needed.
 */
final class JCudaNatives {
  private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
  private static final String LIBRARY = "libJCudaDriver-12.6.0-linux-x86_64.so";

  private JCudaNatives() {}

  /** Loads the library; the driver library must have been opened before, since it links to it. */
  static void load() {
    try (PrivateFolder folder = PrivateFolder.create();
        InputStream library =
            JCudaDriver.class.getClassLoader().getResourceAsStream("lib/" + LIBRARY)) {
      if (library == null) {
        throw new KernelException("JCuda's library " + LIBRARY + " is not on the class path");
      }
      folder.extract(library, LIBRARY);
      String usual = System.setProperty(TEMPORARY_FOLDER, folder.path().toString());
      try {
        MethodHandles.lookup().ensureInitialized(JCudaDriver.class);
      } finally {
        System.setProperty(TEMPORARY_FOLDER, usual);
      }
    } catch (LinkageError e) {
      throw new KernelException("JCuda's native library cannot be loaded: " + cause(e));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e); // the class is public
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JCuda puts the linker's words inside a page of text. */
  private static String cause(LinkageError e) {
    String text = String.valueOf(e.getMessage());
    return text.lines()
        .filter(line -> line.contains("UnsatisfiedLinkError"))
        .reduce((_, last) -> last)
        .orElseGet(() -> text.lines().findFirst().orElse(text));
  }
}
