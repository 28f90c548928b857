// Gathers and deterministic scatters by int32 indices, without atomics.
//
// Additions into a table are deterministic because each element of the table has one thread that
// owns it: every owner looks through all indices in ascending order and adds those that are its
// own. The indices are read once by every owner, but they are few against the values they stand
// for, and come from the cache.
#include "vec.cuh"
#include "walk.cuh"

constexpr int BLOCK = 256;

// out[i, :] = table[ids[i], :]. Threads along x share a row. 8 bytes an element.
KERNEL __launch_bounds__(BLOCK) gather_rows(const float* __restrict__ table,
                                            const int* __restrict__ ids, float* __restrict__ out,
                                            long long n, long long cols) {
  for (long long i = first_row(); i < n; i += row_step()) {
    const float* from = table + ids[i] * cols;
    float* to = out + i * cols;
    for_slots(split4(cols, to, from), grid_thread(), grid_threads(), [&](auto width, long long c) {
      store(to + c, load<decltype(width)::value>(from + c));
    });
  }
}
REGISTER_KERNEL(gather_rows);

/** Adds dy[i, :] to the row of a table, for the columns of this lane. */
template <int W>
DEV void add_rows(const float* __restrict__ dy, const int* __restrict__ ids, float* table,
                  long long n, long long cols, long long column, bool inside, int owner,
                  int owners, long long skip) {
  const int lane = threadIdx.x;
  for (long long tile = 0; tile < n; tile += WARP) {
    const int id = tile + lane < n ? ids[tile + lane] : -1;
    const bool own = id >= 0 && id % owners == owner && id != skip;
    for (unsigned left = __ballot_sync(ALL_LANES, own); left != 0; left &= left - 1) {
      const int next = __ffs(static_cast<int>(left)) - 1;
      const long long row = __shfl_sync(ALL_LANES, id, next);
      if (inside) {
        const Pack<W> v = load<W>(dy + (tile + next) * cols + column);
        float* to = table + row * cols + column;
        Pack<W> sum = load<W>(to);
#pragma unroll
        for (int e = 0; e < W; e++) {
          sum.v[e] += v.v[e];
        }
        store(to, sum);
      }
    }
  }
}

// table[ids[i], :] += dy[i, :] in ascending i. A warp owns the table rows with row mod owners =
// owner, and 32 or 128 of the columns. It looks at 32 indices at a time; a ballot finds its own.
// Grid: x over groups of columns, y over owners (blockDim.y a block); blockDim.x = 32.
KERNEL __launch_bounds__(BLOCK) scatter_add_rows(const float* __restrict__ dy,
                                                 const int* __restrict__ ids, float* table,
                                                 long long n, long long cols, int owners,
                                                 long long skip, int four) {
  const int owner = blockIdx.y * blockDim.y + threadIdx.y;
  if (owner >= owners) {
    return;  // the whole warp
  }
  const long long lane = grid_thread();
  if (four) {  // the launcher found all rows on 16-byte boundaries
    add_rows<4>(dy, ids, table, n, cols, 4 * lane, 4 * lane < cols, owner, owners, skip);
  } else {
    add_rows<1>(dy, ids, table, n, cols, lane, lane < cols, owner, owners, skip);
  }
}
REGISTER_KERNEL(scatter_add_rows);

// out[o, j, i] = x[o, index[o, j, i], i]. A row is all of one o; 12 bytes an element.
KERNEL __launch_bounds__(BLOCK) gather_elements(const float* __restrict__ x,
                                                const int* __restrict__ index,
                                                float* __restrict__ out, long long outer,
                                                long long n, long long m, unsigned inner) {
  for (long long o = first_row(); o < outer; o += row_step()) {
    const long long at = o * m * inner;
    // e mod inner without a division a value: both the thread and its step are taken apart once.
    const long long first = grid_thread();
    const long long step = grid_threads();
    const unsigned turn = static_cast<unsigned>(step % inner);
    unsigned i = static_cast<unsigned>(first % inner);
    for (long long e = first; e < m * inner; e += step) {
      out[at + e] = x[(o * n + index[at + e]) * inner + i];
      i += turn;
      i -= i >= inner ? inner : 0;
    }
  }
}
REGISTER_KERNEL(gather_elements);

// dx[o, index[o, j, i], i] += dy[o, j, i] in ascending j. A thread owns, in its line (o, i), the
// places with index mod owners = owner. Grid: x over lines, y over owners.
KERNEL __launch_bounds__(BLOCK) scatter_add_elements(const float* __restrict__ dy,
                                                     const int* __restrict__ index, float* dx,
                                                     long long lines, long long n, long long m,
                                                     long long inner, int owners) {
  const long long line = grid_thread();
  const int owner = blockIdx.y * blockDim.y + threadIdx.y;
  if (line >= lines || owner >= owners) {
    return;
  }
  const long long o = line / inner;
  const long long i = line - o * inner;
  const long long from = o * m * inner + i;
  float* to = dx + o * n * inner + i;
  for (long long j = 0; j < m; j++) {
    const int place = index[from + j * inner];
    if (place % owners == owner) {
      to[place * inner] += dy[from + j * inner];
    }
  }
}
REGISTER_KERNEL(scatter_add_elements);
