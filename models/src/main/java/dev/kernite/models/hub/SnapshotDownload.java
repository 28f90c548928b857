package dev.kernite.models.hub;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.CompanionFiles;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.hub.HubFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Brings a model's files into the cache: asks the hub for the commit and its files, fetches what
 * the snapshot lacks, and remembers the commit last, so that a revision never stands for a snapshot
 * that was not whole once.
 */
final class SnapshotDownload {
  private static final int TRIES = 4;
  private static final int MOST_CHANGES = 3;

  private final HubSettings settings;
  private final ModelId id;
  private final HubCache cache;
  private final HubClient client;
  private final HubListener listener;

  SnapshotDownload(
      HubSettings settings, ModelId id, HubCache cache, HubClient client, HubListener listener) {
    this.settings = settings;
    this.id = id;
    this.cache = cache;
    this.client = client;
    this.listener = listener;
  }

  /**
   * A commit of a repository.
   *
   * @param commit a plain name
   * @param files paths as the hub gives them, to be compared only
   */
  private record Listing(String commit, Set<String> files) {}

  /**
   * Fetches what is missing.
   *
   * @param haste whether the hub is asked once only, since there is something to fall back on
   * @return the snapshot, whole
   */
  Path run(boolean haste) throws HubFailure {
    Listing listing = patience(haste ? 1 : TRIES).run(this::list);
    if (!listing.files().contains(CompanionFiles.CONFIG)) {
      throw HubFailure.of(
          Kind.FINAL, id + ": has no config.json, so it is no model in Hugging Face layout");
    }
    String weights =
        ModelFiles.weights(listing.files())
            .orElseThrow(
                () -> HubFailure.of(Kind.FINAL, ModelFiles.unreadable(id, listing.files())));
    Path snapshot = cache.snapshot(listing.commit());
    fetch(snapshot, listing.commit(), ModelFiles.small(listing.files()));
    fetch(
        snapshot,
        listing.commit(),
        ModelFiles.isIndex(weights)
            ? ModelFiles.shards(snapshot.resolve(weights))
            : List.of(weights));
    remember(listing.commit());
    return snapshot;
  }

  private Patience patience(int tries) {
    return new Patience(settings.retryDelay(), tries, listener);
  }

  private Listing list() throws HubFailure {
    JsonConfig json;
    try {
      json = JsonConfig.of(Path.of(id.toString()), client.listing());
      String commit = json.string("sha", "");
      Set<String> files = new LinkedHashSet<>();
      json.objects("siblings").forEach(file -> files.add(file.string("rfilename", "")));
      if (commit.matches("[0-9A-Za-z]{1,64}")) {
        return new Listing(commit, files);
      }
    } catch (ModelException e) {
      throw client.errors().last(e.getMessage(), "that is not what a hub answers");
    }
    throw client.errors().last(id.toString(), "the answer names no commit, as a hub's would");
  }

  /** A cache that cannot be written to is of use all the same, when it has all. */
  private void remember(String commit) {
    try {
      cache.remember(commit);
    } catch (ModelException e) {
      listener.message(e.getMessage());
    }
  }

  private void fetch(Path snapshot, String commit, List<String> names) throws HubFailure {
    List<RemoteFile> files = new ArrayList<>();
    for (String name : names) {
      if (!Files.exists(snapshot.resolve(name))) {
        files.add(patience(TRIES).run(() -> describe(commit, name)));
      }
    }
    if (files.isEmpty()) {
      return;
    }
    cache.prepare();
    requireSpace(files);
    long total = files.stream().mapToLong(file -> Math.max(file.bytes(), 0)).sum();
    long before = 0;
    for (RemoteFile file : files) {
      fetch(file, snapshot.resolve(file.name()), before, total);
      before += Math.max(file.bytes(), 0);
    }
  }

  private RemoteFile describe(String commit, String name) throws HubFailure {
    Told told = client.head(commit, name);
    if (told.etag() == null) {
      throw client
          .errors()
          .last(client.label(name), "the hub does not tell its hash (ETag), as a hub would");
    }
    if (told.commit() != null && !told.commit().equals(commit)) {
      throw client
          .errors()
          .last(client.label(name), "is of another commit than was asked for: " + commit);
    }
    return new RemoteFile(name, commit, told.etag(), told.bytes());
  }

  private void requireSpace(List<RemoteFile> files) {
    long needed = 0;
    for (RemoteFile file : files) {
      if (!Files.exists(cache.blob(file.etag()))) {
        needed += Math.max(file.bytes() - size(cache.incomplete(file.etag())), 0);
      }
    }
    long free;
    try {
      free = Files.getFileStore(cache.folder()).getUsableSpace();
    } catch (IOException e) {
      return; // nobody can tell: writing will
    }
    if (needed > free) {
      throw new ModelException(
          String.format(
              Locale.ROOT,
              "%s: needs %.1f MB more in %s, where %.1f MB are free; make room, or choose another"
                  + " folder with HF_HOME",
              id,
              needed / 1e6,
              settings.cache(),
              free / 1e6));
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  /** A file that changes under our hands is asked about again. */
  private void fetch(RemoteFile first, Path place, long before, long total) throws HubFailure {
    RemoteFile file = first;
    for (int change = 0; ; change++) {
      try {
        fetchContent(file, place, before, total);
        return;
      } catch (HubFailure failure) {
        if (failure.kind() != Kind.CHANGED || change == MOST_CHANGES) {
          throw failure;
        }
        String name = file.name();
        file = patience(TRIES).run(() -> describe(first.commit(), name));
      }
    }
  }

  private void fetchContent(RemoteFile file, Path place, long before, long total)
      throws HubFailure {
    Path blob = cache.blob(file.etag());
    Runnable waiting =
        () -> listener.message("waiting for another process that fetches " + label(file));
    try (CacheLock _ = CacheLock.take(cache.lock(file.etag()), waiting)) {
      if (Files.exists(place)) {
        return; // the other one has done it
      }
      boolean fresh = !Files.exists(blob) || file.bytes() >= 0 && size(blob) != file.bytes();
      if (fresh) {
        Path incomplete = cache.incomplete(file.etag());
        new BlobDownload(
                client,
                file,
                incomplete,
                settings,
                listener,
                done -> listener.progress(file.name(), before + done, total))
            .run();
        HubCache.move(incomplete, blob);
      }
      cache.place(blob, place, fresh);
    } catch (IOException e) {
      throw HubCache.unwritable(place, e);
    } catch (InterruptedException e) {
      throw client.interrupted(label(file));
    }
  }

  private String label(RemoteFile file) {
    return client.label(file.name());
  }
}
