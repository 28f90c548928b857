package dev.kernite.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The few functions of LibTorch 2.7.1 that are called here, without a C++ compiler and without JNI.
 *
 * <p>Tensors, products and attention go through the library's own C interface (the {@code
 * aoti_torch_*} shims that ahead-of-time compiled models link against). It lacks the rest, which is
 * called by its C++ names: a reference is an address, {@code string_view} and {@code ArrayRef} are
 * two words, a Tensor that is returned is written to the address in the first argument (Itanium C++
 * ABI). That binds these calls to this one build of the library, which a benchmark wants anyway.
 */
final class Torch {
  private static final int CPU = 0;
  private static final int FLOAT = 6; // c10::ScalarType
  private static final int INT64 = 4;
  private static final int NO_REDUCTION = 0; // at::Reduction::None
  private static final long ALIGNMENT = 64;

  private final MethodHandle setThreads;
  private final MethodHandle fromBlob;
  private final MethodHandle newTensor;
  private final MethodHandle assign;
  private final MethodHandle delete;
  private final MethodHandle copy;
  private final MethodHandle mm;
  private final MethodHandle attention;
  private final MethodHandle attentionBackward;
  private final MethodHandle gelu;
  private final MethodHandle softmax;
  private final MethodHandle logSoftmax;
  private final MethodHandle layerNorm;
  private final MethodHandle crossEntropy;
  private final MethodHandle nllLoss;

  private final MemorySegment tanh = Arena.global().allocateFrom("tanh");
  private final MemorySegment cells = Arena.global().allocate(3 * JAVA_LONG.byteSize());
  private final long undefined;

  private Arena arena = Arena.ofConfined();
  private final List<Handle> handles = new ArrayList<>();

  /**
   * Something that LibTorch knows by its address, mostly a tensor.
   *
   * @param address of an at::Tensor, or of what a method says
   */
  record Handle(long address) {}

  Torch(NativeLibrary library) {
    setThreads = library.procedure("_ZN2at15set_num_threadsEi", JAVA_INT);
    fromBlob =
        shim(
            library,
            "create_tensor_from_blob",
            JAVA_LONG, // data
            JAVA_LONG, // axes
            JAVA_LONG, // sizes
            JAVA_LONG, // strides
            JAVA_LONG, // offset
            JAVA_INT, // type
            JAVA_INT, // device
            JAVA_INT, // its index
            JAVA_LONG); // result
    newTensor = shim(library, "new_uninitialized_tensor", JAVA_LONG);
    assign = shim(library, "assign_tensors", JAVA_LONG, JAVA_LONG);
    delete = shim(library, "delete_tensor_object", JAVA_LONG);
    copy = shim(library, "copy_", JAVA_LONG, JAVA_LONG, JAVA_INT);
    mm = shim(library, "cpu_mm_out", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    attention =
        shim(
            library,
            "cpu__scaled_dot_product_flash_attention_for_cpu",
            JAVA_LONG, // q
            JAVA_LONG, // k
            JAVA_LONG, // v
            JAVA_DOUBLE, // dropout
            JAVA_INT, // causal
            JAVA_LONG, // mask
            JAVA_LONG, // scale
            JAVA_LONG, // results: output
            JAVA_LONG); // log-sum-exp
    attentionBackward =
        shim(
            library,
            "cpu__scaled_dot_product_flash_attention_for_cpu_backward",
            JAVA_LONG, // gradient of the output
            JAVA_LONG, // q
            JAVA_LONG, // k
            JAVA_LONG, // v
            JAVA_LONG, // output
            JAVA_LONG, // log-sum-exp
            JAVA_DOUBLE, // dropout
            JAVA_INT, // causal
            JAVA_LONG, // mask
            JAVA_LONG, // scale
            JAVA_LONG, // results: gradients of q
            JAVA_LONG, // k
            JAVA_LONG); // v
    gelu =
        library.function(
            "_ZN2at4_ops8gelu_out4callERKNS_6TensorESt17basic_string_viewIcSt11char_traitsIcEERS2_",
            JAVA_LONG,
            JAVA_LONG, // x
            JAVA_LONG, // length of the name of the approximation
            JAVA_LONG, // the name
            JAVA_LONG); // y
    softmax = rowFunction(library, "_ZN2at4_ops12_softmax_out4callERKNS_6TensorElbRS2_");
    logSoftmax = rowFunction(library, "_ZN2at4_ops16_log_softmax_out4callERKNS_6TensorElbRS2_");
    layerNorm =
        library.function(
            "_ZN2at4_ops10layer_norm4callERKNS_6TensorEN3c108ArrayRefINS5_6SymIntEEERKSt8optionalIS2_ESC_db",
            JAVA_LONG,
            JAVA_LONG, // result
            JAVA_LONG, // x
            JAVA_LONG, // normalised shape
            JAVA_LONG, // its axes
            JAVA_LONG, // optional gain
            JAVA_LONG, // optional bias
            JAVA_DOUBLE, // eps
            JAVA_BOOLEAN); // cuDNN
    crossEntropy =
        library.function(
            "_ZN2at4_ops18cross_entropy_loss4callERKNS_6TensorES4_RKSt8optionalIS2_ElN3c106SymIntEd",
            JAVA_LONG,
            JAVA_LONG, // result
            JAVA_LONG, // logits
            JAVA_LONG, // targets
            JAVA_LONG, // optional weight
            JAVA_LONG, // reduction
            JAVA_LONG, // ignored class
            JAVA_DOUBLE); // smoothing
    nllLoss =
        library.function(
            "_ZN2at4_ops8nll_loss4callERKNS_6TensorES4_RKSt8optionalIS2_ElN3c106SymIntE",
            JAVA_LONG,
            JAVA_LONG, // result
            JAVA_LONG, // log-probabilities
            JAVA_LONG, // targets
            JAVA_LONG, // optional weight
            JAVA_LONG, // reduction
            JAVA_LONG); // ignored class
    undefined = newTensor();
    withoutAutograd(library);
  }

  private static MethodHandle shim(NativeLibrary library, String name, MemoryLayout... arguments) {
    return library.function("aoti_torch_" + name, JAVA_INT, arguments);
  }

  private static MethodHandle rowFunction(NativeLibrary library, String symbol) {
    return library.function(symbol, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_BOOLEAN, JAVA_LONG);
  }

  private static void withoutAutograd(NativeLibrary library) {
    MethodHandle set = library.procedure("aoti_torch_grad_mode_set_enabled", JAVA_BOOLEAN);
    try {
      set.invokeExact(false);
    } catch (Throwable e) {
      throw failure("grad_mode_set_enabled", e);
    }
  }

  void threads(int threads) {
    try {
      setThreads.invokeExact(threads);
    } catch (Throwable e) {
      throw failure("set_num_threads", e);
    }
  }

  // Tensors.

  /** A float32 tensor over these bytes. */
  Handle view(long address, long... sizes) {
    return blob(address, FLOAT, sizes, dense(sizes));
  }

  /** A float32 tensor over memory of its own. */
  Handle scratch(long... sizes) {
    long bytes = Arrays.stream(sizes).reduce(Float.BYTES, (a, b) -> a * b);
    return view(arena.allocate(bytes, ALIGNMENT).address(), sizes);
  }

  /** A copy of a matrix whose columns lie together: the transpose of a dense [columns, rows]. */
  Handle transposedCopy(Handle matrix, long rows, long columns) {
    MemorySegment memory = arena.allocate(rows * columns * Float.BYTES, ALIGNMENT);
    Handle transposed =
        blob(memory.address(), FLOAT, new long[] {rows, columns}, new long[] {1, rows});
    copy(transposed, matrix);
    return transposed;
  }

  /** An int64 tensor. */
  Handle indices(int[] values) {
    long[] wide = Arrays.stream(values).asLongStream().toArray();
    long[] sizes = {wide.length};
    return blob(arena.allocateFrom(JAVA_LONG, wide).address(), INT64, sizes, dense(sizes));
  }

  /** A tensor without contents, for a result. */
  Handle empty() {
    Handle handle = new Handle(newTensor());
    handles.add(handle);
    return handle;
  }

  /** A std::optional that holds a tensor: its one word, and whether it is there. */
  @SuppressWarnings("restricted")
  Handle optional(Handle tensor) {
    long implementation =
        MemorySegment.ofAddress(tensor.address()).reinterpret(Long.BYTES).get(JAVA_LONG, 0);
    return new Handle(arena.allocateFrom(JAVA_LONG, implementation, 1).address());
  }

  /** A std::optional that holds none. */
  Handle absent() {
    return new Handle(arena.allocateFrom(JAVA_LONG, 0, 0).address());
  }

  /** A c10::SymInt in memory. */
  Handle symbolicInteger(long value) {
    return new Handle(arena.allocateFrom(JAVA_LONG, value).address());
  }

  /** Frees all tensors and memory handed out so far. */
  void release() {
    for (Handle handle : handles) {
      delete(handle.address());
    }
    handles.clear();
    arena.close();
    arena = Arena.ofConfined();
  }

  private static long[] dense(long[] sizes) {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= sizes[i];
    }
    return strides;
  }

  private Handle blob(long address, int type, long[] sizes, long[] strides) {
    long sizesAt = arena.allocateFrom(JAVA_LONG, sizes).address();
    long stridesAt = arena.allocateFrom(JAVA_LONG, strides).address();
    long axes = sizes.length;
    try {
      require(
          "create_tensor_from_blob",
          (int)
              fromBlob.invokeExact(
                  address, axes, sizesAt, stridesAt, 0L, type, CPU, 0, cells.address()));
    } catch (Throwable e) {
      throw failure("create_tensor_from_blob", e);
    }
    Handle handle = new Handle(cells.get(JAVA_LONG, 0));
    handles.add(handle);
    return handle;
  }

  private long newTensor() {
    try {
      require("new_uninitialized_tensor", (int) newTensor.invokeExact(cells.address()));
    } catch (Throwable e) {
      throw failure("new_uninitialized_tensor", e);
    }
    return cells.get(JAVA_LONG, 0);
  }

  /** Lets one handle mean the tensor of another; the tensor it meant is freed. */
  private void assign(long source, Handle target) {
    try {
      require("assign_tensors", (int) assign.invokeExact(source, target.address()));
    } catch (Throwable e) {
      throw failure("assign_tensors", e);
    }
  }

  private void delete(long tensor) {
    try {
      require("delete_tensor_object", (int) delete.invokeExact(tensor));
    } catch (Throwable e) {
      throw failure("delete_tensor_object", e);
    }
  }

  /** Moves the i-th tensor that a shim returned to a handle. */
  private void take(int i, Handle target) {
    long returned = cells.getAtIndex(JAVA_LONG, i);
    assign(returned, target);
    delete(returned);
  }

  private long cell(int i) {
    return cells.address() + i * JAVA_LONG.byteSize();
  }

  // Operators. A target that is written in place comes first, as in an assignment.

  void copy(Handle target, Handle source) {
    try {
      require("copy_", (int) copy.invokeExact(target.address(), source.address(), 0));
    } catch (Throwable e) {
      throw failure("copy_", e);
    }
  }

  void mm(Handle c, Handle a, Handle b) {
    try {
      require("mm_out", (int) mm.invokeExact(c.address(), a.address(), b.address()));
    } catch (Throwable e) {
      throw failure("mm_out", e);
    }
  }

  void geluTanh(Handle y, Handle x) {
    long length = tanh.byteSize() - 1;
    try {
      long _ = (long) gelu.invokeExact(x.address(), length, tanh.address(), y.address());
    } catch (Throwable e) {
      throw failure("gelu_out", e);
    }
  }

  void softmax(Handle y, Handle x) {
    alongRows(softmax, y, x);
  }

  void logSoftmax(Handle y, Handle x) {
    alongRows(logSoftmax, y, x);
  }

  private static void alongRows(MethodHandle function, Handle y, Handle x) {
    try {
      long _ = (long) function.invokeExact(x.address(), -1L, false, y.address());
    } catch (Throwable e) {
      throw failure("softmax", e);
    }
  }

  /** The result's tensor is new each time, as for any caller of this operator. */
  void layerNorm(Handle result, Handle x, Handle width, Handle gain, Handle bias, double eps) {
    assign(undefined, result);
    try {
      long _ =
          (long)
              layerNorm.invokeExact(
                  result.address(),
                  x.address(),
                  width.address(),
                  1L,
                  gain.address(),
                  bias.address(),
                  eps,
                  false);
    } catch (Throwable e) {
      throw failure("layer_norm", e);
    }
  }

  /** Unreduced; the result's tensor is new each time. */
  void crossEntropy(Handle result, Handle x, Handle targets, Handle weight, Handle ignored) {
    assign(undefined, result);
    long none = NO_REDUCTION;
    try {
      long _ =
          (long)
              crossEntropy.invokeExact(
                  result.address(),
                  x.address(),
                  targets.address(),
                  weight.address(),
                  none,
                  ignored.address(),
                  0.0);
    } catch (Throwable e) {
      throw failure("cross_entropy_loss", e);
    }
  }

  /** Unreduced; the result's tensor is new each time. */
  void negativeLogLikelihood(
      Handle result, Handle logits, Handle targets, Handle weight, Handle ignored) {
    assign(undefined, result);
    long none = NO_REDUCTION;
    try {
      long _ =
          (long)
              nllLoss.invokeExact(
                  result.address(),
                  logits.address(),
                  targets.address(),
                  weight.address(),
                  none,
                  ignored.address());
    } catch (Throwable e) {
      throw failure("nll_loss", e);
    }
  }

  /** Causal; the results' tensors are new each time. */
  void attention(Handle out, Handle lse, Handle q, Handle k, Handle v) {
    try {
      require(
          "flash_attention",
          (int)
              attention.invokeExact(
                  q.address(), k.address(), v.address(), 0.0, 1, 0L, 0L, cell(0), cell(1)));
    } catch (Throwable e) {
      throw failure("flash_attention", e);
    }
    take(0, out);
    take(1, lse);
  }

  /** Causal; the results' tensors are new each time. */
  void attentionBackward(
      Handle dq,
      Handle dk,
      Handle dv,
      Handle dout,
      Handle q,
      Handle k,
      Handle v,
      Handle out,
      Handle lse) {
    try {
      require(
          "flash_attention_backward",
          (int)
              attentionBackward.invokeExact(
                  dout.address(),
                  q.address(),
                  k.address(),
                  v.address(),
                  out.address(),
                  lse.address(),
                  0.0,
                  1,
                  0L,
                  0L,
                  cell(0),
                  cell(1),
                  cell(2)));
    } catch (Throwable e) {
      throw failure("flash_attention_backward", e);
    }
    take(0, dq);
    take(1, dk);
    take(2, dv);
  }

  private static void require(String function, int error) {
    if (error != 0) {
      throw new PeerException("LibTorch's " + function + " failed; it wrote why to standard error");
    }
  }

  private static PeerException failure(String function, Throwable cause) {
    return cause instanceof PeerException e
        ? e
        : new PeerException("LibTorch's " + function + ": " + cause, cause);
  }
}
