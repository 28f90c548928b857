package dev.kernite.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a model will need, by purpose, before anything is allocated. */
public final class MemoryPlan {
  private static final System.Logger LOG = System.getLogger("dev.kernite.models");

  /** From this size on, loading announces its plan. */
  private static final long LARGE = 1L << 30;

  /**
   * One purpose.
   *
   * @param purpose such as {@code weights}
   * @param bytes what it needs
   */
  public record Entry(String purpose, long bytes) {}

  private final String model;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * Starts an empty plan.
   *
   * @param model what the plan is for, as it is called in messages
   */
  public MemoryPlan(String model) {
    this.model = model;
  }

  /** Adds a purpose. */
  public MemoryPlan add(String purpose, long bytes) {
    entries.add(new Entry(purpose, bytes));
    return this;
  }

  /** The purposes in the order they were added. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The sum. */
  public long total() {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }

  /**
   * Checks the plan against a memory, and announces it when it is large.
   *
   * @param limit bytes that memory may hold
   * @param advice what to change when it does not fit
   * @throws ModelException with the whole plan, if it does not fit
   */
  public void require(long limit, String advice) {
    if (total() > limit) {
      throw new ModelException(this + ", but the memory limit is " + size(limit) + "; " + advice);
    }
    if (total() >= LARGE) {
      LOG.log(System.Logger.Level.INFO, "{0} of {1}", this, size(limit));
    }
  }

  /** One line: {@code gpt2: needs 1.1 GiB (weights 475.3 MiB, ...)}. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(model + ": needs " + size(total()) + " (");
    for (int i = 0; i < entries.size(); i++) {
      Entry e = entries.get(i);
      line.append(i == 0 ? "" : ", ").append(e.purpose).append(' ').append(size(e.bytes));
    }
    return line.append(')').toString();
  }

  /** A number of bytes as people read it. */
  public static String size(long bytes) {
    return bytes >= LARGE
        ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) LARGE)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }
}
