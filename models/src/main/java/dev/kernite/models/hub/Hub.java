package dev.kernite.models.hub;

import dev.kernite.models.ModelException;
import dev.kernite.models.hub.HubFailure.Kind;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Models by id, from the Hugging Face Hub or what speaks its language:
 *
 * <pre>{@code
 * Path folder = Hub.fromEnvironment().fetch(ModelId.parse("openai-community/gpt2"));
 * TextModel model = TextModel.load(engine, folder);
 * }</pre>
 *
 * <p>Files are kept in the cache that {@code huggingface_hub} uses, so what was fetched by Python
 * is used here, and the other way round. Only what the loaders read is fetched: safetensors or
 * ONNX, JSON and vocabularies, never a pickle. Downloads go on where they were cut, and count only
 * when length and hash are right. Any number of threads and processes may fetch into one cache.
 */
public final class Hub {
  private final HubSettings settings;
  private final HubListener listener;

  private Hub(HubSettings settings, HubListener listener) {
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * The hub and the cache that the environment names; messages go to {@link System.Logger}.
   *
   * @throws ModelException if a variable has a value that cannot be used
   */
  public static Hub fromEnvironment() {
    return of(HubSettings.fromEnvironment());
  }

  /** The hub and the cache of some settings. */
  public static Hub of(HubSettings settings) {
    return new Hub(Objects.requireNonNull(settings), HubListener.logging());
  }

  /** The same, which tells a listener what it does. */
  public Hub withListener(HubListener told) {
    return new Hub(settings, Objects.requireNonNull(told));
  }

  /** What this works with. */
  public HubSettings settings() {
    return settings;
  }

  /**
   * A model as a folder in Hugging Face layout. Asks the hub whether the revision has moved, and
   * fetches what is not in the cache. Asks nobody if the settings say offline, or if the id names a
   * commit that is in the cache. If the hub does not answer, what is in the cache is used, and the
   * listener told.
   *
   * @return the snapshot, whose files are to be read only: the cache shares them
   * @throws ModelException if the model is not to be had; the message says why and what to do
   */
  public Path fetch(ModelId id) {
    HubCache cache = new HubCache(settings, id);
    Optional<Path> found = cache.snapshot();
    Optional<Path> whole = found.filter(folder -> ModelFiles.missing(folder).isEmpty());
    if (settings.offline()) {
      return whole.orElseThrow(() -> new ModelException(offline(id, cache, found)));
    }
    if (whole.isPresent() && id.isCommit()) {
      return whole.get();
    }
    try (HubClient client = new HubClient(settings, id)) {
      return new SnapshotDownload(settings, id, cache, client, listener).run(whole.isPresent());
    } catch (HubFailure failure) {
      if (whole.isEmpty() || failure.kind() == Kind.FINAL) {
        throw new ModelException(
            failure.getMessage()
                + (failure.kind() == Kind.PASSING
                    ? "; nor is it whole in the cache, " + cache.folder()
                    : ""),
            failure);
      }
      listener.message(
          "warning: "
              + failure.getMessage()
              + "; the copy in the cache is used: commit "
              + whole.get().getFileName());
      return whole.get();
    }
  }

  private static String offline(ModelId id, HubCache cache, Optional<Path> found) {
    return "%s: is not in the cache, and the hub is not asked when offline; %s"
        .formatted(
            id,
            found
                .flatMap(folder -> ModelFiles.missing(folder).map(m -> folder + " lacks " + m))
                .orElse("there is no snapshot of '" + id.revision() + "' in " + cache.folder()));
  }
}
