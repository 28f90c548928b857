package dev.kernite.models.metrics.text;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A text to score, usually a sentence, with what people wrote in its place.
 *
 * @param hypothesis what the model wrote
 * @param references at least one; an empty text is a reference too
 */
public record Segment(String hypothesis, List<String> references) {
  /** Copies the references. */
  public Segment {
    Objects.requireNonNull(hypothesis, "hypothesis");
    references = List.copyOf(references);
    if (references.isEmpty()) {
      throw new ModelException("a hypothesis cannot be scored without a reference");
    }
  }

  /** A segment with its references. */
  public static Segment of(String hypothesis, String... references) {
    return new Segment(hypothesis, List.of(references));
  }

  /**
   * Puts a corpus together.
   *
   * @param hypotheses one a segment
   * @param references whole sets of references, as long as the hypotheses each; null stands where a
   *     set has none for a segment
   * @throws ModelException if the numbers differ, or a segment has no reference in any set
   */
  public static List<Segment> corpus(List<String> hypotheses, List<List<String>> references) {
    for (int r = 0; r < references.size(); r++) {
      if (references.get(r).size() != hypotheses.size()) {
        throw new ModelException(
            "there are %d hypotheses, but %d references in set %d; each belongs to one segment"
                .formatted(hypotheses.size(), references.get(r).size(), r + 1));
      }
    }
    List<Segment> corpus = new ArrayList<>();
    for (int i = 0; i < hypotheses.size(); i++) {
      int segment = i;
      List<String> there =
          references.stream().map(set -> set.get(segment)).filter(Objects::nonNull).toList();
      if (there.isEmpty()) {
        throw new ModelException("segment %d has no reference".formatted(i + 1));
      }
      corpus.add(new Segment(hypotheses.get(i), there));
    }
    return corpus;
  }

  /** Refuses a corpus without segments: it has no score. */
  static void requireSome(List<Segment> corpus) {
    if (corpus.isEmpty()) {
      throw new ModelException("there is nothing to score: no hypothesis was given");
    }
  }

  /** The number of references as signatures have it: of all segments, or "var" where it varies. */
  static String referenceCount(List<Segment> corpus) {
    List<Integer> counts = corpus.stream().map(s -> s.references().size()).distinct().toList();
    return counts.size() == 1 ? counts.getFirst().toString() : "var";
  }
}
