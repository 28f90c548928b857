package dev.kernite.test.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.data.Selection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Every item comes once an epoch, in an order that seed and epoch alone decide. */
class DataLoaderProperties {
  /**
   * Item i is (i, i + 1000) of class i modulo 3; reading item {@link #bad} fails, any takes a
   * while.
   */
  private record Counting(int size, int bad, long nanos) implements Dataset {
    Counting(int size) {
      this(size, -1, 0);
    }

    @Override
    public Shape itemShape() {
      return Shape.of(2);
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b", "c");
    }

    @Override
    public int label(int index) {
      return index % 3;
    }

    @Override
    public void read(int index, MemorySegment target) {
      if (index == bad) {
        throw new ModelException("item " + bad + " cannot be read");
      }
      for (long until = System.nanoTime() + nanos; System.nanoTime() < until; ) {
        Thread.onSpinWait();
      }
      assertEquals(8, target.byteSize());
      target.setAtIndex(ValueLayout.JAVA_FLOAT, 0, index);
      target.setAtIndex(ValueLayout.JAVA_FLOAT, 1, index + 1000);
    }

    @Override
    public long fingerprint() {
      return size;
    }
  }

  @Property(tries = 100)
  void anEpochShowsEachItemOnce(
      @ForAll @IntRange(min = 1, max = 300) int items,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll boolean shuffled,
      @ForAll boolean dropLast,
      @ForAll @IntRange(max = 4) int prefetch,
      @ForAll long seed) {
    LoaderOptions options = new LoaderOptions(size, shuffled, seed, dropLast, prefetch);
    if (dropLast && items < size) {
      assertThrows(ModelException.class, () -> new DataLoader(new Counting(items), options));
      return;
    }
    try (DataLoader loader = new DataLoader(new Counting(items), options)) {
      long steps = loader.stepsPerEpoch();
      assertEquals(dropLast ? items / size : (items + size - 1) / size, steps);
      for (int epoch = 0; epoch < 3; epoch++) {
        List<Integer> seen = new ArrayList<>();
        for (long step = epoch * steps; step < (epoch + 1) * steps; step++) {
          int[] batch = indices(loader.batch(step));
          boolean last = step == (epoch + 1) * steps - 1;
          assertEquals(last && !dropLast ? items - (steps - 1) * size : size, batch.length);
          Arrays.stream(batch).forEach(seen::add);
        }
        assertEquals(dropLast ? steps * size : items, seen.size());
        assertEquals(seen.size(), seen.stream().distinct().count(), "an item came twice");
        if (!shuffled) {
          assertEquals(IntStream.range(0, seen.size()).boxed().toList(), seen);
        }
      }
    }
  }

  /** The items of a batch, told by their first values; the rest must agree with these. */
  private static int[] indices(ItemBatch batch) {
    float[] items = batch.items().toArray(ValueLayout.JAVA_FLOAT);
    int[] labels = batch.labels().toArray(ValueLayout.JAVA_INT);
    assertEquals(batch.size(), labels.length);
    assertEquals(2 * batch.size(), items.length);
    int[] indices = new int[batch.size()];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = (int) items[2 * i];
      assertEquals(items[2 * i] + 1000, items[2 * i + 1]);
      assertEquals(indices[i] % 3, labels[i]);
    }
    return indices;
  }

  @Property(tries = 50)
  void anyBatchCanBeAskedForAtAnyTime(@ForAll long seed, @ForAll @IntRange(max = 3) int prefetch) {
    LoaderOptions options = LoaderOptions.shuffled(7, seed).prefetching(prefetch);
    List<int[]> straight = new ArrayList<>();
    try (DataLoader loader = new DataLoader(new Counting(50), options)) {
      for (int step = 0; step < 40; step++) {
        straight.add(indices(loader.batch(step)));
      }
    }
    Random random = new Random(seed);
    try (DataLoader loader = new DataLoader(new Counting(50), options)) {
      for (int i = 0; i < 20; i++) {
        int from = random.nextInt(35);
        for (int step = from; step < from + 1 + random.nextInt(5); step++) {
          assertArrayEquals(straight.get(step), indices(loader.batch(step)), "step " + step);
        }
      }
    }
    // What a killed run does: a new loader begins where the old one stood.
    for (int step = 0; step < 40; step += 9) {
      try (DataLoader loader = new DataLoader(new Counting(50), options)) {
        assertArrayEquals(straight.get(step), indices(loader.batch(step)));
      }
    }
  }

  @Example
  void epochsAndSeedsDiffer() {
    int[] first = order(1, 0);
    assertArrayEquals(first, order(1, 0));
    assertFalse(Arrays.equals(first, order(1, 1)));
    assertFalse(Arrays.equals(first, order(2, 0)));
    assertFalse(Arrays.equals(first, IntStream.range(0, 100).toArray()));
  }

  private static int[] order(long seed, long epoch) {
    try (DataLoader loader = new DataLoader(new Counting(100), LoaderOptions.shuffled(100, seed))) {
      return indices(loader.batch(epoch));
    }
  }

  @Example
  void batchesBecomeTensorsThatOutliveThem() {
    try (Engine engine = Engine.open();
        Scope _ = engine.scope();
        DataLoader loader = new DataLoader(new Counting(5), LoaderOptions.inOrder(3))) {
      ItemBatch batch = loader.batch(0);
      Tensor items = batch.items(engine);
      Tensor labels = batch.labels(engine);
      assertEquals(Shape.of(3, 2), items.shape());
      ItemBatch last = loader.batch(1);
      assertEquals(Shape.of(2, 2), last.items(engine).shape());
      assertArrayEquals(new float[] {0, 1000, 1, 1001, 2, 1002}, items.toFloats());
      assertArrayEquals(new int[] {0, 1, 2}, labels.toInts());
    }
  }

  @Example
  void chunksAreThoseOfTorch() {
    try (DataLoader loader = new DataLoader(new Counting(7), LoaderOptions.inOrder(7))) {
      List<int[]> chunks =
          loader.batch(0).chunks(3).stream().map(DataLoaderProperties::indices).toList();
      assertEquals(3, chunks.size());
      assertArrayEquals(new int[] {0, 1, 2}, chunks.get(0));
      assertArrayEquals(new int[] {3, 4, 5}, chunks.get(1));
      assertArrayEquals(new int[] {6}, chunks.get(2));
    }
  }

  @Example
  void aBatchEndsWhenTheNextIsAskedFor() {
    DataLoader loader = new DataLoader(new Counting(10), LoaderOptions.inOrder(2));
    ItemBatch first = loader.batch(0);
    ItemBatch part = first.chunks(2).get(1);
    ItemBatch second = loader.batch(1);
    for (ItemBatch ended : new ItemBatch[] {first, part}) {
      ModelException e = assertThrows(ModelException.class, ended::items);
      assertTrue(e.getMessage().contains("make tensors of it before"), e.getMessage());
      assertThrows(ModelException.class, ended::labels);
    }
    assertEquals(2, second.size());
    loader.close();
    assertThrows(ModelException.class, second::items);
  }

  @Example
  void anErrorOfTheWorkerArrivesAtItsBatchAndEndsNothingElse() {
    Dataset data = new Counting(30, 17, 0);
    try (DataLoader loader = new DataLoader(data, LoaderOptions.inOrder(5))) {
      for (int step = 0; step < 3; step++) {
        assertEquals(5, loader.batch(step).size());
      }
      for (int again = 0; again < 2; again++) {
        ModelException e = assertThrows(ModelException.class, () -> loader.batch(3));
        assertEquals("batch 3 of epoch 0: item 17 cannot be read", e.getMessage());
        assertSame(ModelException.class, e.getCause().getClass());
      }
      assertArrayEquals(new int[] {20, 21, 22, 23, 24}, indices(loader.batch(4)));
      ModelException next = assertThrows(ModelException.class, () -> loader.batch(9));
      assertTrue(next.getMessage().startsWith("batch 3 of epoch 1: "), next.getMessage());
    }
  }

  /** What is made while the consumer works is not waited for; what is made when asked for is. */
  @Example
  void stallTimeIsTheTimeTheConsumerWaited() throws InterruptedException {
    long perItem = TimeUnit.MILLISECONDS.toNanos(5);
    Dataset data = new Counting(20, -1, perItem);
    try (DataLoader loader = new DataLoader(data, LoaderOptions.inOrder(2).prefetching(0))) {
      assertEquals(0, loader.stallNanos());
      for (int step = 0; step < 4; step++) {
        loader.batch(step);
      }
      // Of 8 items; less by the time that this thread did not run between asking and waiting.
      assertTrue(loader.stallNanos() >= 4 * perItem, loader.stallNanos() + " ns");
    }
    try (DataLoader loader = new DataLoader(data, LoaderOptions.inOrder(2))) {
      loader.batch(0);
      long first = loader.stallNanos();
      assertTrue(first >= perItem, first + " ns");
      for (int step = 1; step < 4; step++) {
        Thread.sleep(100); // ten times what a batch takes
        loader.batch(step);
      }
      assertTrue(loader.stallNanos() - first < 4 * perItem, loader.stallNanos() - first + " ns");
    }
  }

  @Example
  void closingEndsTheThreadEvenInTheMiddleOfABatch() throws InterruptedException {
    Dataset data = new Counting(1000, -1, TimeUnit.MICROSECONDS.toNanos(100));
    for (int i = 0; i < 20; i++) {
      DataLoader loader = new DataLoader(data, LoaderOptions.shuffled(100, 1));
      loader.batch(0);
      loader.close();
      loader.close();
      ModelException e = assertThrows(ModelException.class, () -> loader.batch(1));
      assertTrue(e.getMessage().contains("closed"), e.getMessage());
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("kernite-data")) {
        thread.join(5000); // its last microseconds
        assertFalse(thread.isAlive());
      }
    }
  }

  @Example
  void anInterruptEndsTheWaitAndIsKept() {
    Dataset data = new Counting(100, -1, TimeUnit.MILLISECONDS.toNanos(1));
    try (DataLoader loader = new DataLoader(data, LoaderOptions.inOrder(50))) {
      Thread.currentThread().interrupt();
      assertThrows(ModelException.class, () -> loader.batch(0));
      assertTrue(Thread.interrupted(), "the interrupt must not be lost");
      assertEquals(0, indices(loader.batch(0))[0]);
    }
  }

  @Example
  void impossibleRequestsAreRefused() {
    assertThrows(ModelException.class, () -> LoaderOptions.inOrder(0));
    assertThrows(ModelException.class, () -> LoaderOptions.inOrder(1).prefetching(-1));
    try (DataLoader loader = new DataLoader(new Counting(3), LoaderOptions.inOrder(2))) {
      assertThrows(ModelException.class, () -> loader.batch(-1));
      assertEquals(3, loader.fingerprint());
    }
  }

  @Example
  void aSelectionHasItsItemsInItsOrder() {
    Dataset some = new Counting(10).select(7, 2, 7);
    assertEquals(3, some.size());
    assertEquals(1, some.label(0));
    assertEquals(2, some.label(1));
    float[] item = new float[2];
    some.read(2, MemorySegment.ofArray(item));
    assertArrayEquals(new float[] {7, 1007}, item);
    assertNotEquals(some.fingerprint(), new Counting(10).select(7, 7, 2).fingerprint());
    assertThrows(ModelException.class, () -> new Counting(10).select());
    assertThrows(ModelException.class, () -> new Counting(10).select(10));
  }

  @Property(tries = 50)
  void perClassTakesAsManyOfEach(
      @ForAll @IntRange(min = 30, max = 100) int items,
      @ForAll @IntRange(min = 1, max = 10) int count,
      @ForAll long seed) {
    Dataset some = Selection.perClass(new Counting(items), count, seed);
    assertEquals(3 * count, some.size());
    int[] counts = new int[3];
    float[] item = new float[2];
    float before = -1;
    for (int i = 0; i < some.size(); i++) {
      counts[some.label(i)]++;
      some.read(i, MemorySegment.ofArray(item));
      assertTrue(item[0] > before, "items must differ and keep their order");
      before = item[0];
    }
    assertArrayEquals(new int[] {count, count, count}, counts);
    ModelException e =
        assertThrows(
            ModelException.class, () -> Selection.perClass(new Counting(items), items, seed));
    assertTrue(e.getMessage().startsWith("class 'a' has "), e.getMessage());
    assertThrows(ModelException.class, () -> Selection.perClass(new Counting(items), 0, seed));
  }
}
