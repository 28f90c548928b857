package dev.kernite.models;

import java.nio.file.Path;

/** Where what was fetched or unpacked once is kept: {@code ~/.cache/kernite}. */
public final class CacheFolder {
  /** System property that names another folder. */
  public static final String PROPERTY = "kernite.cache";

  private CacheFolder() {}

  /** A folder in it, which need not be there yet. */
  public static Path of(String name) {
    String home = System.getProperty("user.home");
    return Path.of(System.getProperty(PROPERTY, home + "/.cache/kernite")).resolve(name);
  }
}
