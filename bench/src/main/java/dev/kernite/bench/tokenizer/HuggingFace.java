package dev.kernite.bench.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kernite.bench.peers.Entrant;
import dev.kernite.bench.peers.Peer;
import dev.kernite.bench.peers.PeerException;
import dev.kernite.models.measure.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokenizers library of Hugging Face, which is Rust, through its JVM binding. It encodes a line
 * in the calling thread, and always makes all there is of a token.
 */
public final class HuggingFace implements Peer {
  private static final String NAME = "HF-tokenizers";

  private final List<HuggingFaceTokenizer> held = new ArrayList<>();

  /** Loads nothing yet. */
  public HuggingFace() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "ai.djl.huggingface:tokenizers, its JVM binding";
  }

  /** A line is encoded by its caller alone. */
  @Override
  public void threads(int threads) {}

  /** Opens a {@code tokenizer.json}, which is to cut and fill nothing. */
  static HuggingFaceTokenizer open(Path file) {
    try {
      return HuggingFaceTokenizer.builder()
          .optTokenizerPath(file)
          .optTruncation(false)
          .optPadding(false)
          .build();
    } catch (IOException e) {
      throw new PeerException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  @Override
  public List<Entrant> entrants(Workload work) {
    if (!(work instanceof TokenizeWork w)) {
      return List.of();
    }
    HuggingFaceTokenizer library = open(w.file());
    held.add(library);
    long[][] ids = new long[w.lines().size()][];
    return List.of(new Entrant(NAME, "", () -> encode(library, w, ids), () -> deliver(w, ids)));
  }

  private static void encode(HuggingFaceTokenizer library, TokenizeWork work, long[][] ids) {
    for (int i = 0; i < ids.length; i++) {
      ids[i] = library.encode(work.lines().get(i), true, false).getIds();
    }
  }

  private static void deliver(TokenizeWork work, long[][] ids) {
    for (int i = 0; i < ids.length; i++) {
      work.deliver(i, Arrays.stream(ids[i]).mapToInt(Math::toIntExact).toArray());
    }
  }

  @Override
  public void release() {
    held.forEach(HuggingFaceTokenizer::close);
    held.clear();
  }
}
