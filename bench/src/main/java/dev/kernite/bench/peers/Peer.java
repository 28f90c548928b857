package dev.kernite.bench.peers;

import dev.kernite.models.measure.Workload;
import java.util.List;

/** Another engine, loaded into this process. */
public interface Peer {
  /** System property: the folder of the peers' native libraries. */
  String FOLDER = "kernite.bench.peers";

  /** Name in tables: {@code OpenBLAS}. */
  String name();

  /** Version and build, in one line. */
  String version();

  /** Sets how many threads it computes with, the caller included. */
  void threads(int threads);

  /** Its ways to do a piece of work, on the work's own operands; none for most kinds of work. */
  List<Entrant> entrants(Workload work);

  /** Frees what the entrants made so far hold; they must not run any more. */
  void release();
}
