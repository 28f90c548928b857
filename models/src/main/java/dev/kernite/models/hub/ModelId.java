package dev.kernite.models.hub;

import dev.kernite.models.ModelException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a model on a hub: {@code owner/name}, for some old models {@code name} alone; {@code
 * @revision} behind it names a branch, a tag or a commit. The rules for names are those of {@code
 * huggingface_hub} (validate_repo_id), so that an id is a safe folder name too.
 *
 * @param repository {@code openai-community/gpt2}
 * @param revision {@code main} unless the id says otherwise
 */
public record ModelId(String repository, String revision) {
  /** The revision of an id that names none. */
  public static final String MAIN = "main";

  private static final int LONGEST = 96;
  private static final String WORD = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?";
  private static final Pattern REPOSITORY = Pattern.compile("(?:" + WORD + "/)?" + WORD);

  /** Of Git's rules for references, those that keep a path below a folder. */
  private static final Pattern REVISION = Pattern.compile(WORD + "(?:/" + WORD + ")*");

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * Checks both parts.
   *
   * @throws ModelException if one of them breaks a rule
   */
  public ModelId {
    if (!isRepository(repository) || !isRevision(revision)) {
      throw new ModelException(
          "'"
              + repository
              + (revision.equals(MAIN) ? "" : "@" + revision)
              + "' is no id of a model; an id is owner/name or owner/name@revision, of letters,"
              + " digits, '-', '_' and '.'");
    }
  }

  /**
   * Reads an id.
   *
   * @param text {@code owner/name}, {@code name}, or one of them with {@code @revision}
   * @throws ModelException if it is none
   */
  public static ModelId parse(String text) {
    int at = text.indexOf('@');
    return at < 0
        ? new ModelId(text, MAIN)
        : new ModelId(text.substring(0, at), text.substring(at + 1));
  }

  /** Reads what may be an id and may be something else, such as a path. */
  public static Optional<ModelId> find(String text) {
    int at = text.indexOf('@');
    boolean valid =
        isRepository(at < 0 ? text : text.substring(0, at))
            && (at < 0 || isRevision(text.substring(at + 1)));
    return valid ? Optional.of(parse(text)) : Optional.empty();
  }

  private static boolean isRepository(String text) {
    return text.length() <= LONGEST
        && REPOSITORY.matcher(text).matches()
        && !text.contains("--") // stands for '/' in the cache
        && !text.contains("..")
        && !text.endsWith(".git");
  }

  private static boolean isRevision(String text) {
    return text.length() <= LONGEST
        && REVISION.matcher(text).matches()
        && !text.contains("..")
        && !text.endsWith(".lock");
  }

  /** Whether the revision is a commit, whose content never changes. */
  public boolean isCommit() {
    return COMMIT.matcher(revision).matches();
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return revision.equals(MAIN) ? repository : repository + "@" + revision;
  }
}
