package dev.kernite.models.hub;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * One model's part of the cache, laid out as {@code huggingface_hub} does (its documentation,
 * "Understand caching"), so that either finds what the other fetched:
 *
 * <pre>
 * models--openai-community--gpt2/
 *   refs/main                          the commit that the branch was at, 40 digits
 *   blobs/ETAG                         contents, each once
 *   snapshots/COMMIT/config.json       symbolic link to ../../blobs/ETAG
 * .locks/models--openai-community--gpt2/
 * </pre>
 *
 * Where there are no symbolic links, the files themselves lie in the snapshots.
 */
final class HubCache {
  private final HubSettings settings;
  private final ModelId id;
  private final Path folder;
  private final Path locks;

  HubCache(HubSettings settings, ModelId id) {
    String name = "models--" + id.repository().replace("/", "--");
    this.settings = settings;
    this.id = id;
    this.folder = settings.cache().resolve(name);
    this.locks = settings.cache().resolve(".locks").resolve(name);
  }

  /** Where everything of the model is. */
  Path folder() {
    return folder;
  }

  /** The snapshot of the revision asked for, if a commit is known for it; may be incomplete. */
  Optional<Path> snapshot() {
    if (id.isCommit()) {
      return Optional.of(snapshot(id.revision())).filter(Files::isDirectory);
    }
    try {
      String commit = Files.readString(ref()).strip();
      return commit.matches("[0-9A-Za-z]{1,64}")
          ? Optional.of(snapshot(commit)).filter(Files::isDirectory)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // never fetched, or not by this name
    }
  }

  /** The folder of a commit, which need not be there. */
  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  private Path ref() {
    return folder.resolve("refs").resolve(id.revision());
  }

  /** Remembers at which commit the revision is. */
  void remember(String commit) {
    try {
      if (!id.isCommit() && !(Files.exists(ref()) && Files.readString(ref()).equals(commit))) {
        Files.createDirectories(ref().getParent());
        AtomicFiles.write(ref(), commit);
      }
    } catch (IOException e) {
      throw unwritable(ref(), e);
    }
  }

  Path blob(Etag etag) {
    return folder.resolve("blobs").resolve(etag.text());
  }

  /**
   * A content that is on its way. The name differs from those of {@code huggingface_hub}, whose
   * locks this JVM cannot see on every system: neither may write into the other's file.
   */
  Path incomplete(Etag etag) {
    return folder.resolve("blobs").resolve(etag.text() + ".kernite.incomplete");
  }

  /** Held by whoever writes a content; {@code huggingface_hub} has its own beside it. */
  Path lock(Etag etag) {
    return locks.resolve(etag.text() + ".kernite.lock");
  }

  /** Makes the folders for contents and locks, and tells why if it cannot. */
  void prepare() {
    for (Path needed : new Path[] {folder.resolve("blobs"), folder.resolve("snapshots"), locks}) {
      try {
        Files.createDirectories(needed);
      } catch (IOException e) {
        throw unwritable(needed, e);
      }
    }
  }

  /**
   * Places a content in a snapshot.
   *
   * @param blob the content, in {@code blobs/}
   * @param fresh whether nothing else can refer to it yet
   */
  void place(Path blob, Path file, boolean fresh) throws IOException {
    Files.createDirectories(file.getParent());
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      if (settings.symlinks() && linked(blob, temporary)) {
        move(temporary, file);
      } else if (fresh) {
        move(blob, file);
      } else {
        Files.copy(blob, temporary);
        move(temporary, file);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static boolean linked(Path blob, Path link) {
    try {
      Files.createSymbolicLink(link, link.getParent().relativize(blob));
      return true;
    } catch (UnsupportedOperationException | IOException e) {
      return false; // Windows without the privilege, FAT
    }
  }

  /** Renames over what may be there, as one step. */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** What to say when the disk does not take something. */
  static ModelException unwritable(Path file, IOException e) {
    return new ModelException(
        file
            + ": cannot be written ("
            + FileErrors.reason(e)
            + "); check the free space on the disk and the folder's permissions, or choose another"
            + " folder with HF_HOME",
        e);
  }
}
