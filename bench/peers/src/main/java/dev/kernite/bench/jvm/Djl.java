package dev.kernite.bench.jvm;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.kernite.bench.peers.Entrant;
import dev.kernite.bench.peers.Peer;
import dev.kernite.bench.peers.PeerException;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.measure.GanWork;
import dev.kernite.models.measure.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * LibTorch as a Java program has it: through the Deep Java Library, whose arrays, autograd and
 * optimisers call it over JNI. It is the library that {@code peers.LibTorch} calls directly.
 */
public final class Djl implements Peer {
  private static final String ENGINE = "PyTorch";
  private static final String LIBRARIES = "pytorch/cpu/linux-x86_64";

  /** Steps that must have our losses. */
  private static final int CHECKED_STEPS = 3;

  /** How near before the first update: products are added up in another order. */
  private static final double RELATIVE = 1e-5;

  /** And after it: DJL's Adam adds eps to the root before the bias of the moments is corrected. */
  private static final double RELATIVE_UPDATED = 1e-3;

  private final List<AutoCloseable> held = new ArrayList<>();
  private final Engine engine;

  /** Loads the library that is there; DJL would download another. */
  public Djl() {
    engine = load(Path.of(System.getProperty(Peer.FOLDER)).toAbsolutePath());
  }

  private static Engine load(Path folder) {
    Path cache = folder.resolve("djl"); // for its bridge, out of the jar
    try {
      Files.createDirectories(cache.resolve("pytorch"));
    } catch (IOException e) {
      throw new PeerException(cache + ": cannot be created: " + e.getMessage(), e);
    }
    System.setProperty("PYTORCH_LIBRARY_PATH", folder.resolve(LIBRARIES).toString());
    System.setProperty("PYTORCH_FLAVOR", "cpu");
    System.setProperty("ENGINE_CACHE_DIR", cache.toString());
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    return Engine.getEngine(ENGINE);
  }

  @Override
  public String name() {
    return "LibTorch-DJL";
  }

  @Override
  public String version() {
    return "%s through the Deep Java Library (api %s, pytorch-engine %s)"
        .formatted(engine.getVersion(), Engine.getDjlVersion(), engineVersion());
  }

  /** As its jar says. */
  private static String engineVersion() {
    try (InputStream in = Djl.class.getResourceAsStream("/pytorch-engine.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("djl_version");
    } catch (IOException e) {
      throw new PeerException("pytorch-engine.properties: " + e.getMessage(), e);
    }
  }

  @Override
  public void threads(int threads) {
    JniUtils.setNumThreads(threads);
  }

  /** As tutorials write a step, and with the savings that ours makes. */
  @Override
  public List<Entrant> entrants(Workload work) {
    if (!(work instanceof GanWork w)) {
      return List.of();
    }
    GanWork.Trial trial = w.trial(CHECKED_STEPS);
    return List.of(way("as usual", w, trial, false), way("one pass, frozen", w, trial, true));
  }

  private Entrant way(String variant, GanWork work, GanWork.Trial trial, boolean thrifty) {
    NDManager manager = engine.newBaseManager();
    held.add(manager);
    DjlGan gan = new DjlGan(manager, work, trial.weights(), thrifty);
    return new Entrant(
        name(),
        variant,
        0,
        times -> {
          for (int i = 0; i < times; i++) {
            gan.step();
          }
        },
        () -> {},
        anything -> check(work, trial, thrifty));
  }

  private void check(GanWork work, GanWork.Trial trial, boolean thrifty) {
    try (NDManager manager = engine.newBaseManager()) {
      DjlGan gan = new DjlGan(manager, work, trial.weights(), thrifty);
      for (int step = 0; step < CHECKED_STEPS; step++) {
        GanStep ours = trial.steps().get(step);
        DjlGan.Losses theirs = gan.step(trial.noise().get(step));
        requireClose("discriminator", step, ours.dLoss(), theirs.discriminator());
        requireClose("generator", step, ours.gLoss(), theirs.generator());
      }
    }
  }

  private static void requireClose(String what, int step, double ours, double theirs) {
    double relative = step == 0 && what.equals("discriminator") ? RELATIVE : RELATIVE_UPDATED;
    if (!(Math.abs(ours - theirs) <= relative * Math.abs(ours))) {
      throw new PeerException(
          "step %d: the %s's loss is %s, ours is %s".formatted(step, what, theirs, ours));
    }
  }

  @Override
  public void release() {
    for (AutoCloseable one : held) {
      try {
        one.close();
      } catch (Exception e) {
        throw new PeerException("DJL frees no memory: " + e.getMessage(), e);
      }
    }
    held.clear();
  }
}
