package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Who owns a tensor, how long it lives, and which thread may touch it. */
final class ScopeTest {
  private final Engine engine =
      Engine.on(CpuBackend.open(CpuOptions.defaults().withTwin(CpuOptions.Twin.SCALAR)), 0);

  @AfterEach
  void close() {
    engine.close();
  }

  private long inUse() {
    return engine.backend().memory().bytesInUse();
  }

  private Tensor two(String name) {
    return engine.tensor(new float[] {1, 2}, Shape.of(2)).named(name);
  }

  private static String refused(Executable call) {
    return assertThrows(EngineException.class, call).getMessage();
  }

  @Test
  void aScopeFreesWhatWasMadeInIt() {
    Tensor inside;
    try (Scope _ = engine.scope()) {
      inside = two("inside");
      assertEquals(8, inUse());
    }
    assertEquals(0, inUse());
    String message = refused(inside::toFloats);
    assertTrue(message.contains("'inside' was closed (its scope ended)"), message);
  }

  @Test
  void theInnermostScopeOwns() {
    try (Scope outer = engine.scope()) {
      Tensor x = two("x");
      try (Scope inner = engine.scope()) {
        Functional.square(x).named("y");
        assertEquals(List.of(new Scope.Entry("y", 8)), inner.alive());
        assertEquals(List.of(new Scope.Entry("x", 8)), outer.alive());
      }
      assertFalse(x.isClosed());
      assertEquals(List.of(new Scope.Entry("x", 8)), outer.alive());
    }
  }

  @Test
  void keepMovesATensorOut() {
    try (Scope outer = engine.scope()) {
      Tensor y;
      try (Scope inner = engine.scope()) {
        y = inner.keep(Functional.square(two("x")).named("y"));
      }
      assertArrayEquals(new float[] {1, 4}, y.toFloats());
      assertEquals(List.of(new Scope.Entry("y", 8)), outer.alive());
    }
    assertEquals(0, inUse());
  }

  @Test
  void keepOfAViewKeepsWhatItLooksAt() {
    Tensor view;
    try (Scope scope = engine.scope()) {
      view = scope.keep(two("root").narrow(0, 1, 1));
    }
    assertArrayEquals(new float[] {2}, view.toFloats());
    view.root().close();
    assertEquals(0, inUse());
  }

  @Test
  void keptFromTheOutermostScopeTheEngineOwns() {
    Tensor x;
    try (Scope scope = engine.scope()) {
      x = scope.keep(two("x"));
    }
    assertEquals(8, inUse());
    engine.close();
    assertTrue(refused(x::toFloats).contains("its engine was closed"));
  }

  @Test
  void aTensorCanBeClosedEarly() {
    try (Scope scope = engine.scope()) {
      Tensor x = two("x");
      x.close();
      x.close(); // again: nothing
      assertEquals(0, inUse());
      assertEquals(List.of(), scope.alive());
      assertTrue(refused(x::toFloats).contains("'x' was closed (close() was called)"));
    }
  }

  @Test
  void closingAViewClosesNothing() {
    try (Scope _ = engine.scope()) {
      Tensor x = two("x");
      x.reshape(1, 2).close();
      assertArrayEquals(new float[] {1, 2}, x.toFloats());
    }
  }

  @Test
  void aViewOfAClosedTensorThrows() {
    try (Scope _ = engine.scope()) {
      Tensor x = two("x");
      Tensor view = x.reshape(1, 2);
      x.close();
      assertTrue(refused(view::toFloats).contains("'x' was closed"));
    }
  }

  @Test
  void theReportListsWhatIsAliveWithItsBytes() {
    try (Scope scope = engine.scope()) {
      two("a");
      engine.zeros(Shape.of(3, 5)).named("b");
      engine.tensor(new boolean[3], Shape.of(3));
      assertEquals(
          List.of(new Scope.Entry("a", 8), new Scope.Entry("b", 60), new Scope.Entry("", 3)),
          scope.alive());
    }
  }

  @Test
  void scopesCloseInnermostFirst() {
    Scope outer = engine.scope();
    Scope inner = engine.scope();
    assertTrue(refused(outer::close).contains("close the scopes opened inside"));
    inner.close();
    outer.close();
  }

  @Test
  void aTensorBelongsToItsThread() {
    try (Scope _ = engine.scope()) {
      Tensor x = two("mine");
      CompletionException e =
          assertThrows(
              CompletionException.class, () -> CompletableFuture.supplyAsync(x::toFloats).join());
      assertTrue(e.getCause() instanceof EngineException, e.toString());
      assertTrue(e.getCause().getMessage().contains("'mine' belongs to thread"), e.toString());
    }
  }

  @Test
  void aFrozenTensorIsForAllThreads() {
    try (Scope _ = engine.scope()) {
      Tensor x = two("ours").freeze();
      float[] seen = CompletableFuture.supplyAsync(x::toFloats).join();
      assertArrayEquals(new float[] {1, 2}, seen);
    }
  }

  @Test
  void aFrozenLeafIsNoLeafAnyMore() {
    try (Scope _ = engine.scope()) {
      Tensor x = two("x").requireGrad().freeze();
      assertFalse(Functional.square(x).requiresGrad());
    }
  }

  @Test
  void aScopeBelongsToItsThread() {
    try (Scope scope = engine.scope()) {
      CompletionException e =
          assertThrows(
              CompletionException.class, () -> CompletableFuture.runAsync(scope::close).join());
      assertTrue(e.getCause() instanceof EngineException, e.toString());
    }
  }

  @Test
  void eachThreadHasItsOwnInnermostScope() {
    try (Scope mine = engine.scope()) {
      CompletableFuture.runAsync(
              () -> {
                try (Scope theirs = engine.scope()) {
                  two("theirs");
                  assertEquals(1, theirs.alive().size());
                }
              })
          .join();
      assertEquals(List.of(), mine.alive());
    }
  }

  @Test
  void memoryThatWasFreedIsUsedAgain() {
    try (Scope _ = engine.scope()) {
      engine.zeros(Shape.of(1000, 1000));
    }
    long reserved = engine.backend().memory().bytesReserved();
    for (int i = 0; i < 10; i++) {
      try (Scope _ = engine.scope()) {
        engine.zeros(Shape.of(1000, 1000));
      }
    }
    assertEquals(reserved, engine.backend().memory().bytesReserved());
  }
}
