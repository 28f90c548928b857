// Gradients of attention. Scores are computed again from q, k and the log-sum-exp of the forward
// pass. With P = exp(S - lse) and D_i = dout_i . out_i:
//
//   dV = P^T dout    dP = dout V^T    dS = P (dP - D)    dbias = dS
//   dQ = scale dS K  dK = scale dS^T Q
//
// Three passes over tiles of SIDE queries by SIDE keys, none of which adds to memory that another
// block adds to, so there are no atomics and the order of every sum is fixed:
//
//   attention_grad_q      a block owns queries, walks keys          5 products of 2 d operations
//   attention_grad_kv     a block owns keys, walks queries          a score, over all three passes
//   attention_grad_bias   a block owns scores; only if wanted       1 + 2 + 2 + (2)
//
// Where heads or sequences share memory (a stride of 0: grouped keys, a bias for the whole batch), a
// block walks all that share its part, in order, and adds once.
//
// Shared memory holds the tiles of Q, dout, K and V, and one or two of P and dS. Of a score product a
// thread computes SIDE / 16 by SIDE / 8; see attention.cuh for who owns what.
#include "attention.cuh"

template <int D>
struct BackwardTile {
  static constexpr int SIDE = D <= 128 ? 32 : 16;
  static constexpr int ROW = D + TILE_GAP, P_ROW = SIDE + TILE_GAP;
  static constexpr int ROWS = SIDE / TY, KEYS = SIDE / TX, COLUMNS = D / TX;
};

struct BackwardOperands {
  const float *q, *k, *v;
  const unsigned char* mask;
  const float *bias, *lse, *delta, *dout;
};

// The heads that share memory with a block's own: from first, `batches` by `heads`.
struct Members {
  Head first;
  int batches, heads;
};

// Which heads group `index` stands for. Groups are numbered over what is not shared.
DEV Members members_of(const AttentionShape& s, unsigned index, bool share_batch, bool share_head) {
  const int heads = share_head ? 1 : s.heads;
  return Members{Head{(int)(index / heads), (int)(index % heads)}, share_batch ? s.batch : 1,
                 share_head ? s.heads : 1};
}

DEV Head member(const Members& m, int i) {
  return Head{m.first.batch + i / m.heads, m.first.head + i % m.heads};
}

// The tiles of one head: Q and dout from `query` on, K and V from `key` on.
template <int D>
struct BackwardRoom {
  float *queries, *upstream, *keys, *values;
};

template <int D>
DEV BackwardRoom<D> divide_room(float* pool) {
  constexpr int TILE = BackwardTile<D>::SIDE * BackwardTile<D>::ROW;
  return BackwardRoom<D>{pool, pool + TILE, pool + 2 * TILE, pool + 3 * TILE};
}

template <int D>
DEV float* after_tiles(float* pool) {
  return pool + 4 * BackwardTile<D>::SIDE * BackwardTile<D>::ROW;
}

template <int D>
DEV void load_queries(const AttentionShape& s, const BackwardOperands& o, Head head, int query,
                      const BackwardRoom<D>& room) {
  constexpr int SIDE = BackwardTile<D>::SIDE;
  load_rows<SIDE, D>(room.queries, o.q + start(s.q, head) + query * s.q[2], s.q[2],
                     s.queries - query, s.head_dim, s.aligned);
  load_rows<SIDE, D>(room.upstream, o.dout + start(s.out, head) + query * s.out[2], s.out[2],
                     s.queries - query, s.head_dim, s.aligned);
}

template <int D>
DEV void load_keys(const AttentionShape& s, const BackwardOperands& o, Head head, int key,
                   const BackwardRoom<D>& room) {
  constexpr int SIDE = BackwardTile<D>::SIDE;
  load_rows<SIDE, D>(room.keys, o.k + start(s.k, head) + key * s.k[2], s.k[2], s.keys - key,
                     s.head_dim, s.aligned);
  load_rows<SIDE, D>(room.values, o.v + start(s.v, head) + key * s.v[2], s.v[2], s.keys - key,
                     s.head_dim, s.aligned);
}

// P and dS of the tiles in shared memory: rows own + r, keys tx + TX i; zero where a query does not
// see a key.
template <int D>
DEV void score_grads(const AttentionShape& s, const BackwardOperands& o, Head head, int query,
                     int key, const BackwardRoom<D>& room,
                     float (&p)[BackwardTile<D>::ROWS][BackwardTile<D>::KEYS],
                     float (&ds)[BackwardTile<D>::ROWS][BackwardTile<D>::KEYS]) {
  using T = BackwardTile<D>;
  const int tx = threadIdx.x % TX, own = threadIdx.x / TX * T::ROWS;
#pragma unroll
  for (int r = 0; r < T::ROWS; r++) {
#pragma unroll
    for (int i = 0; i < T::KEYS; i++) {
      p[r][i] = 0.0f;
      ds[r][i] = 0.0f;
    }
  }
  dot_tile<T::ROWS, T::KEYS, D, 0>(p, room.queries, room.keys, own, tx);
  dot_tile<T::ROWS, T::KEYS, D, 0>(ds, room.upstream, room.values, own, tx);
  const unsigned char* mask = o.mask == nullptr ? o.mask : o.mask + start(s.mask, head);
  const float* bias = o.bias == nullptr ? o.bias : o.bias + start(s.bias, head);
  const long long line = ((long long)head.batch * s.heads + head.head) * s.queries;
#pragma unroll
  for (int r = 0; r < T::ROWS; r++) {
    const int row = query + own + r;
    const bool present = row < s.queries;
    const int seen = present ? visible(s, row) : 0;
    const float lse = present ? o.lse[line + row] : 0.0f;
    const float delta = present ? o.delta[line + row] : 0.0f;
#pragma unroll
    for (int i = 0; i < T::KEYS; i++) {
      const int column = key + tx + TX * i;
      const bool sees = column < seen;
      p[r][i] = sees ? expf(score(s, p[r][i], mask, bias, row, column) - lse) : 0.0f;
      ds[r][i] = sees ? p[r][i] * (ds[r][i] - delta) : 0.0f;
    }
  }
}

// Adds factor * sums, rows own + r, to rows of a gradient.
template <int D>
DEV void add_rows(float* to, long long token, int first, int rows, int head_dim, float factor,
                  const float (&sums)[BackwardTile<D>::ROWS][D / TX]) {
  using T = BackwardTile<D>;
  const int tx = threadIdx.x % TX, own = threadIdx.x / TX * T::ROWS;
#pragma unroll
  for (int r = 0; r < T::ROWS; r++) {
    if (first + own + r >= rows) continue;
    float* row = to + (first + own + r) * token;
#pragma unroll
    for (int c = 0; c < T::COLUMNS; c++) {
      const int column = c / 4 * 4 * TX + 4 * tx + c % 4;
      if (column < head_dim) row[column] = fmaf(factor, sums[r][c], row[column]);
    }
  }
}

// No row limits: weights of what is not seen are zero.
template <int D>
DEV void add_products(float (&sums)[BackwardTile<D>::ROWS][D / TX], const float* weights,
                      const float* rows) {
  using T = BackwardTile<D>;
  const int unlimited[T::ROWS] = {};
  add_weighted_rows<T::ROWS, T::SIDE, D, false>(
      sums, weights, T::P_ROW, 0, rows, threadIdx.x / TX * T::ROWS, threadIdx.x % TX, unlimited);
}

// D_i = dout_i . out_i, dense [batch, heads, queries]. A warp a query.
KERNEL attention_delta(AttentionShape s, const float* __restrict__ out,
                       const float* __restrict__ dout, float* __restrict__ delta, long long lines) {
  const long long line = (long long)blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
  if (line >= lines) return;  // the whole warp
  const Head head = head_of(s, (unsigned)(line / s.queries));
  const long long at = start(s.out, head) + line % s.queries * s.out[2];
  float sum = 0.0f;
  for (int c = threadIdx.x % WARP; c < s.head_dim; c += WARP)
    sum = fmaf(out[at + c], dout[at + c], sum);
  sum = lanes_sum(sum);
  if (threadIdx.x % WARP == 0) delta[line] = sum;
}
REGISTER_KERNEL(attention_delta);

template <int D>
DEV void grad_q(const AttentionShape& s, const BackwardOperands& o, bool share_batch,
                bool share_head, float* dq) {
  using T = BackwardTile<D>;
  DYN_SHARED(float, pool);
  const BackwardRoom<D> room = divide_room<D>(pool);
  float* weights = after_tiles<D>(pool);  // dS [SIDE, SIDE]
  const int tiles = (s.queries + T::SIDE - 1) / T::SIDE;
  const int query = blockIdx.x % tiles * T::SIDE;
  const Members members = members_of(s, blockIdx.x / tiles, share_batch, share_head);
  const int tx = threadIdx.x % TX, own = threadIdx.x / TX * T::ROWS;
  float sums[T::ROWS][T::COLUMNS] = {};
  for (int m = 0; m < members.batches * members.heads; m++) {
    const Head head = member(members, m);
    __syncthreads();
    load_queries<D>(s, o, head, query, room);
    const int seen = visible(s, min(query + T::SIDE, s.queries) - 1);
    for (int key = 0; key < seen; key += T::SIDE) {
      __syncthreads();
      load_keys<D>(s, o, head, key, room);
      __syncthreads();
      float p[T::ROWS][T::KEYS], ds[T::ROWS][T::KEYS];
      score_grads<D>(s, o, head, query, key, room, p, ds);
#pragma unroll
      for (int r = 0; r < T::ROWS; r++) {
#pragma unroll
        for (int i = 0; i < T::KEYS; i++) weights[(own + r) * T::P_ROW + tx + TX * i] = ds[r][i];
      }
      __syncwarp();  // a row's weights are read by the eight lanes that wrote them
      add_products<D>(sums, weights, room.keys);
      __syncwarp();
    }
  }
  add_rows<D>(dq + start(s.q, members.first), s.q[2], query, s.queries, s.head_dim, s.scale, sums);
}

template <int D>
DEV void grad_kv(const AttentionShape& s, const BackwardOperands& o, bool share_batch,
                 bool share_head, float* dk, float* dv) {
  using T = BackwardTile<D>;
  DYN_SHARED(float, pool);
  const BackwardRoom<D> room = divide_room<D>(pool);
  float* grads = after_tiles<D>(pool);          // dS^T [SIDE, SIDE]
  float* weights = grads + T::SIDE * T::P_ROW;  // P^T
  const int tiles = (s.keys + T::SIDE - 1) / T::SIDE;
  const int key = blockIdx.x % tiles * T::SIDE;
  const Members members = members_of(s, blockIdx.x / tiles, share_batch, share_head);
  const int tx = threadIdx.x % TX, own = threadIdx.x / TX * T::ROWS;
  float sums_k[T::ROWS][T::COLUMNS] = {}, sums_v[T::ROWS][T::COLUMNS] = {};
  // The first tile of queries with one that sees the first key.
  const int first = s.causal ? max(0, key - (s.keys - s.queries)) / T::SIDE * T::SIDE : 0;
  for (int m = 0; m < members.batches * members.heads; m++) {
    const Head head = member(members, m);
    __syncthreads();
    load_keys<D>(s, o, head, key, room);
    for (int query = first; query < s.queries; query += T::SIDE) {
      __syncthreads();
      load_queries<D>(s, o, head, query, room);
      __syncthreads();
      float p[T::ROWS][T::KEYS], ds[T::ROWS][T::KEYS];
      score_grads<D>(s, o, head, query, key, room, p, ds);
#pragma unroll
      for (int r = 0; r < T::ROWS; r++) {
#pragma unroll
        for (int i = 0; i < T::KEYS; i++) {
          grads[(tx + TX * i) * T::P_ROW + own + r] = ds[r][i];
          weights[(tx + TX * i) * T::P_ROW + own + r] = p[r][i];
        }
      }
      __syncthreads();
      if (dk != nullptr) add_products<D>(sums_k, grads, room.queries);
      if (dv != nullptr) add_products<D>(sums_v, weights, room.upstream);
    }
  }
  if (dk != nullptr)
    add_rows<D>(dk + start(s.k, members.first), s.k[2], key, s.keys, s.head_dim, s.scale, sums_k);
  if (dv != nullptr)
    add_rows<D>(dv + start(s.v, members.first), s.v[2], key, s.keys, s.head_dim, 1.0f, sums_v);
}

// Axes of the bias with a stride of 0 are summed over: heads and sequences as members, queries and
// keys by walking their tiles and then adding the tile's rows or columns.
template <int D>
DEV void grad_bias(const AttentionShape& s, const BackwardOperands& o, float* dbias) {
  using T = BackwardTile<D>;
  DYN_SHARED(float, pool);
  const BackwardRoom<D> room = divide_room<D>(pool);
  float* tile = after_tiles<D>(pool);
  const bool one_query = s.bias[2] == 0, one_key = s.bias[3] == 0;
  const int query_tiles = one_query ? 1 : (s.queries + T::SIDE - 1) / T::SIDE;
  const int key_tiles = one_key ? 1 : (s.keys + T::SIDE - 1) / T::SIDE;
  const int first_key = blockIdx.x % key_tiles * T::SIDE;
  const int first_query = blockIdx.x / key_tiles % query_tiles * T::SIDE;
  const Members members =
      members_of(s, blockIdx.x / key_tiles / query_tiles, s.bias[0] == 0, s.bias[1] == 0);
  const int last_query = one_query ? s.queries : min(s.queries, first_query + T::SIDE);
  const int last_key = one_key ? s.keys : min(s.keys, first_key + T::SIDE);
  const int tx = threadIdx.x % TX, own = threadIdx.x / TX * T::ROWS;
  float sums[T::ROWS][T::KEYS] = {};
  for (int m = 0; m < members.batches * members.heads; m++) {
    const Head head = member(members, m);
    for (int query = first_query; query < last_query; query += T::SIDE) {
      __syncthreads();
      load_queries<D>(s, o, head, query, room);
      for (int key = first_key; key < last_key; key += T::SIDE) {
        __syncthreads();
        load_keys<D>(s, o, head, key, room);
        __syncthreads();
        float p[T::ROWS][T::KEYS], ds[T::ROWS][T::KEYS];
        score_grads<D>(s, o, head, query, key, room, p, ds);
#pragma unroll
        for (int r = 0; r < T::ROWS; r++) {
#pragma unroll
          for (int i = 0; i < T::KEYS; i++) sums[r][i] += ds[r][i];
        }
      }
    }
  }
#pragma unroll
  for (int r = 0; r < T::ROWS; r++) {
#pragma unroll
    for (int i = 0; i < T::KEYS; i++) tile[(own + r) * T::P_ROW + tx + TX * i] = sums[r][i];
  }
  __syncthreads();
  // Adds an element, or a row, a column or all of the tile.
  dbias += start(s.bias, members.first);
  const int rows = one_query ? 1 : T::SIDE, keys = one_key ? 1 : T::SIDE;
  for (int at = threadIdx.x; at < rows * keys; at += ATTENTION_THREADS) {
    const int row = at / keys, column = at % keys;
    float sum = 0.0f;
    for (int r = 0; r < (one_query ? T::SIDE : 1); r++) {
      for (int c = 0; c < (one_key ? T::SIDE : 1); c++)
        sum += tile[(row + r) * T::P_ROW + column + c];
    }
    const int query = first_query + row, key = first_key + column;
    if (query < s.queries && key < s.keys) dbias[query * s.bias[2] + key * s.bias[3]] += sum;
  }
}

#define BACKWARD_KERNELS(D)                                                               \
  KERNEL __launch_bounds__(ATTENTION_THREADS, 1) attention_grad_q_##D(                    \
      AttentionShape s, BackwardOperands o, int share_batch, int share_head, float* dq) { \
    grad_q<D>(s, o, share_batch, share_head, dq);                                         \
  }                                                                                       \
  REGISTER_KERNEL(attention_grad_q_##D);                                                  \
  KERNEL __launch_bounds__(ATTENTION_THREADS, 1) attention_grad_kv_##D(                   \
      AttentionShape s, BackwardOperands o, int share_batch, int share_head, float* dk,   \
      float* dv) {                                                                        \
    grad_kv<D>(s, o, share_batch, share_head, dk, dv);                                    \
  }                                                                                       \
  REGISTER_KERNEL(attention_grad_kv_##D);                                                 \
  KERNEL __launch_bounds__(ATTENTION_THREADS, 1) attention_grad_bias_##D(                 \
      AttentionShape s, BackwardOperands o, float* dbias) {                               \
    grad_bias<D>(s, o, dbias);                                                            \
  }                                                                                       \
  REGISTER_KERNEL(attention_grad_bias_##D);

BACKWARD_KERNELS(64)
BACKWARD_KERNELS(128)
BACKWARD_KERNELS(256)
