package dev.kernite.models.hub;

/** Is told what a {@link Hub} does while it takes its time. */
public interface HubListener {
  /**
   * Something that the user may want to know: a warning, or what is waited for.
   *
   * @param line one line without its end
   */
  void message(String line);

  /**
   * How far the files of a model are. May go back, when a file has to be started over.
   *
   * @param file the one that grows, by its name in the repository
   * @param done bytes that are there, of all files
   * @param total bytes that there will be
   */
  void progress(String file, long done, long total);

  /** Writes messages to {@link System.Logger} {@code dev.kernite.models.hub}; no progress. */
  static HubListener logging() {
    return new HubListener() {
      private final System.Logger log = System.getLogger("dev.kernite.models.hub");

      @Override
      public void message(String line) {
        log.log(System.Logger.Level.WARNING, line);
      }

      @Override
      public void progress(String file, long done, long total) {
        log.log(System.Logger.Level.DEBUG, "{0}: {1} of {2} bytes", file, done, total);
      }
    };
  }
}
