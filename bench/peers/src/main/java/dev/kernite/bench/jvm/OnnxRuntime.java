package dev.kernite.bench.jvm;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.kernite.bench.peers.Entrant;
import dev.kernite.bench.peers.Peer;
import dev.kernite.bench.peers.PeerException;
import dev.kernite.models.measure.EncodeWork;
import dev.kernite.models.measure.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ONNX Runtime by its own Java API: token ids to vectors. Its tensors of ids are made beforehand; a
 * run reads the hidden states back and takes their means, of length 1.
 */
public final class OnnxRuntime implements Peer {
  private static final int BATCH = 32;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final List<AutoCloseable> held = new ArrayList<>();
  private int threads = 1;

  /** Loads the library. */
  public OnnxRuntime() {}

  @Override
  public String name() {
    return "ONNX-Runtime";
  }

  @Override
  public String version() {
    return environment.getVersion() + ", the Java API, as many intra-op threads as we have";
  }

  @Override
  public void threads(int threads) {
    this.threads = threads;
  }

  /**
   * Opens a model.
   *
   * @param threads that compute one run, the caller included
   */
  static OrtSession open(OrtEnvironment environment, Path model, int threads) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      return environment.createSession(model.resolve("model.onnx").toString(), options);
    }
  }

  /** In batches as the sentences come, in batches of like lengths, and each by itself. */
  @Override
  public List<Entrant> entrants(Workload work) {
    if (!(work instanceof EncodeWork w) || w.isFromText()) {
      return List.of();
    }
    List<int[]> ids = w.ids();
    List<Integer> inOrder = IntStream.range(0, ids.size()).boxed().toList();
    List<Integer> byLength =
        inOrder.stream().sorted(Comparator.comparingInt(i -> ids.get(i).length)).toList();
    try {
      OrtSession session = open(environment, w.model(), threads);
      held.add(session);
      List<Entrant> ways = new ArrayList<>();
      ways.add(way("one by one", w, session, batches(ids, inOrder, 1)));
      if (ids.size() > 1) {
        ways.add(way("batches", w, session, batches(ids, inOrder, BATCH)));
      }
      if (!byLength.equals(inOrder)) {
        ways.add(way("batches by length", w, session, batches(ids, byLength, BATCH)));
      }
      return ways;
    } catch (OrtException e) {
      throw new PeerException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private List<OrtBatch> batches(List<int[]> ids, List<Integer> order, int most)
      throws OrtException {
    List<OrtBatch> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); from += most) {
      int[] rows =
          order.subList(from, Math.min(from + most, order.size())).stream()
              .mapToInt(i -> i)
              .toArray();
      batches.add(OrtBatch.of(environment, ids, rows));
    }
    held.addAll(batches);
    return batches;
  }

  private static Entrant way(
      String variant, EncodeWork work, OrtSession session, List<OrtBatch> batches) {
    float[][] vectors = new float[work.texts().size()][];
    return new Entrant(
        "ONNX-Runtime",
        variant,
        () -> batches.forEach(batch -> batch.encode(session, vectors)),
        () -> work.deliver(vectors));
  }

  @Override
  public void release() {
    for (AutoCloseable one : held) {
      try {
        one.close();
      } catch (Exception e) {
        throw new PeerException("ONNX Runtime frees no memory: " + e.getMessage(), e);
      }
    }
    held.clear();
  }
}
