package dev.kernite.engine.graph;

import dev.kernite.engine.graph.Graph.Edge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Places vertices in layers from top to bottom (Sugiyama et al. 1981): a vertex stands below all it
 * reads; an edge over several layers bends around what is between, by way of a waypoint in each;
 * within a layer, everything is drawn towards the middle of its neighbours.
 */
final class Layout {
  private static final double GAP = 24;
  private static final int SWEEPS = 8;

  /** A vertex, or a waypoint of an edge. */
  static final class Place {
    final double width;
    final List<Place> above = new ArrayList<>();
    final List<Place> below = new ArrayList<>();
    int layer;
    double x; // of its middle

    private Place(double width, int layer) {
      this.width = width;
      this.layer = layer;
    }
  }

  private final List<Place> vertices = new ArrayList<>();
  private final List<List<Place>> paths = new ArrayList<>();
  private final List<List<Place>> layers = new ArrayList<>();
  private double width;

  /**
   * Lays a graph out.
   *
   * @param widths of the vertices
   */
  Layout(Graph graph, double[] widths) {
    int[] depth = depths(graph);
    for (int i = 0; i < widths.length; i++) {
      vertices.add(place(widths[i], depth[i]));
    }
    for (Edge e : graph.edges()) {
      paths.add(path(vertices.get(e.from()), vertices.get(e.to())));
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean down = sweep % 2 == 0;
      for (List<Place> layer : down ? layers : layers.reversed()) {
        arrange(layer, down);
      }
    }
    moveToOrigin();
  }

  /** The vertices in the order of the graph. */
  List<Place> vertices() {
    return vertices;
  }

  /** The edges in the order of the graph, each from vertex to vertex over its waypoints. */
  List<List<Place>> paths() {
    return paths;
  }

  /** Number of layers. */
  int layers() {
    return layers.size();
  }

  /** From the left edge of the leftmost vertex to the right edge of the rightmost. */
  double width() {
    return width;
  }

  /** Longest way from the inputs; a tensor stands right above the first operation that reads it. */
  private static int[] depths(Graph graph) {
    int n = graph.vertices().size();
    int[] depth = new int[n];
    boolean changed = true;
    for (int round = 0; changed && round <= n; round++) { // the tape has no cycles
      changed = false;
      for (Edge e : graph.edges().reversed()) {
        if (depth[e.to()] <= depth[e.from()]) {
          depth[e.to()] = depth[e.from()] + 1;
          changed = true;
        }
      }
    }
    int[] firstReader = new int[n];
    boolean[] reads = new boolean[n];
    Arrays.fill(firstReader, Integer.MAX_VALUE);
    for (Edge e : graph.edges()) {
      firstReader[e.from()] = Math.min(firstReader[e.from()], depth[e.to()]);
      reads[e.to()] = true;
    }
    for (int i = 0; i < n; i++) {
      if (!reads[i] && firstReader[i] < Integer.MAX_VALUE) {
        depth[i] = firstReader[i] - 1;
      }
    }
    return depth;
  }

  private Place place(double placeWidth, int layer) {
    while (layers.size() <= layer) {
      layers.add(new ArrayList<>());
    }
    Place place = new Place(placeWidth, layer);
    List<Place> row = layers.get(layer);
    place.x = row.isEmpty() ? 0 : row.getLast().x + distance(row.getLast(), place);
    row.add(place);
    return place;
  }

  private List<Place> path(Place from, Place to) {
    List<Place> path = new ArrayList<>();
    path.add(from);
    for (int layer = from.layer + 1; layer < to.layer; layer++) {
      path.add(place(0, layer));
    }
    path.add(to);
    for (int i = 1; i < path.size(); i++) {
      path.get(i - 1).below.add(path.get(i));
      path.get(i).above.add(path.get(i - 1));
    }
    return path;
  }

  private static double distance(Place left, Place right) {
    return (left.width + right.width) / 2 + GAP;
  }

  /** Orders a layer by where its neighbours are, and moves it there as far as there is room. */
  private static void arrange(List<Place> layer, boolean down) {
    double[] wanted = new double[layer.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = wanted(layer.get(i), down);
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < wanted.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> wanted[i]));
    List<Place> sorted = order.stream().map(layer::get).toList();
    double[] goal = order.stream().mapToDouble(i -> wanted[i]).toArray();
    Collections.copy(layer, sorted);
    // The mean of "as far left as the order allows" and "as far right" has no overlaps either.
    double[] left = goal.clone();
    double[] right = goal.clone();
    for (int i = 1; i < goal.length; i++) {
      double least = left[i - 1] + distance(sorted.get(i - 1), sorted.get(i));
      left[i] = Math.max(left[i], least);
    }
    for (int i = goal.length - 2; i >= 0; i--) {
      double most = right[i + 1] - distance(sorted.get(i), sorted.get(i + 1));
      right[i] = Math.min(right[i], most);
    }
    for (int i = 0; i < goal.length; i++) {
      sorted.get(i).x = (left[i] + right[i]) / 2;
    }
  }

  private static double wanted(Place place, boolean down) {
    List<Place> neighbours = down ? place.above : place.below;
    return neighbours.stream().mapToDouble(p -> p.x).average().orElse(place.x);
  }

  private void moveToOrigin() {
    double left = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    for (List<Place> layer : layers) {
      for (Place p : layer) {
        left = Math.min(left, p.x - p.width / 2);
        right = Math.max(right, p.x + p.width / 2);
      }
    }
    for (List<Place> layer : layers) {
      for (Place p : layer) {
        p.x -= left;
      }
    }
    width = right - left;
  }
}
