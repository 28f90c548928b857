// What a block shares: barriers, atomics, and copies into shared memory that run on their own.
#include "async_copy.cuh"
#include "barrier.cuh"
#include "primitive.cuh"

// 256 threads. Values travel through shared memory, a barrier before and behind; then three votes.
PRIMITIVE(block_barrier) {
  __shared__ uint32_t s[256];
  const int t = threadIdx.x;
  uint32_t v = in[t];
  for (int round = 0; round < 8; round++) {
    s[t] = v;
    __syncthreads();
    v = v * 1664525u + s[(7 * t + 31 * round + 13) % 256];
    __syncthreads();
  }
  out[t] = v;
  out[256 + t] = __syncthreads_count(v & 1);
  out[512 + t] = __syncthreads_or((v & 0xff) == 0);
  out[768 + t] = __syncthreads_and(v != 0);
}
REGISTER_KERNEL(primitive_block_barrier);

// 256 threads. Pairs of warps mix their values, each pair at a barrier of its own. Then the lower half of
// the block hands values to the upper one, which waits for them and says when it has taken them.
PRIMITIVE(named_barrier) {
  __shared__ uint32_t s[256], mail[128];
  const int t = threadIdx.x, pair = t / 64;
  uint32_t v = in[t];
  for (int round = 0; round < 4; round++) {
    s[t] = v;
    barrier_sync(1 + pair, 64);
    v = v * 1664525u + s[64 * pair + (7 * t + 33 + round) % 64];
    barrier_sync(1 + pair, 64);
  }
  for (int round = 0; round < 3; round++) {
    if (t < 128) {
      mail[t] = v;
      barrier_arrive(5, 256);
      v += 0x9e3779b9u;
      barrier_sync(6, 256);
    } else {
      barrier_sync(5, 256);
      v = v * 1664525u + mail[(5 * t + round) % 128];
      barrier_arrive(6, 256);
    }
  }
  out[t] = v;
}
REGISTER_KERNEL(primitive_named_barrier);

// 256 threads, integer atomics whose results do not depend on the order. The first 8 words are of shared
// memory, the next 4 of global memory; the rest counts which tickets were drawn.
PRIMITIVE(atomics) {
  __shared__ uint32_t sum, all, any, largest, ticket, product;
  __shared__ int low, high;
  const int t = threadIdx.x;
  const uint32_t v = in[t];
  if (t == 0) {
    sum = any = largest = ticket = 0;
    product = 1;
    all = ~0u;
    low = high = 0;
    out[8] = out[10] = 0;
    out[9] = out[11] = ~0u;
  }
  out[12 + t] = 0;
  __syncthreads();
  atomicAdd(&sum, v);
  atomicAnd(&all, v | ~(1u << t % 32));
  atomicOr(&any, v & 1u << t % 32);
  atomicMax(&largest, v);
  atomicMin(&low, int(v));
  atomicMax(&high, int(v));
  atomicAdd(out + 8, v >> 3);
  atomicMin(out + 9, v);
  atomicMax(out + 10, v ^ 0x5555u);
  atomicSub(out + 11, v >> 5);
  atomicAdd(out + 12 + atomicAdd(&ticket, 1u), 1u);
  uint32_t seen = atomicAdd(&product, 0u), assumed;
  do {
    assumed = seen;
    seen = atomicCAS(&product, assumed, assumed * (v | 1));
  } while (seen != assumed);
  __syncthreads();
  if (t == 0) {
    out[0] = sum;
    out[1] = all;
    out[2] = any;
    out[3] = largest;
    out[4] = uint32_t(low);
    out[5] = uint32_t(high);
    out[6] = ticket;
    out[7] = product;
  }
}
REGISTER_KERNEL(primitive_atomics);

// 128 threads: 128 words in copies of 4 bytes, 256 of 8, 512 of 16, and 512 of 16 again. The first three
// read only some of their bytes, each thread another number, and fill up with zeros. Three groups are under
// way at a time; each is read behind a wait for it alone.
PRIMITIVE(copy) {
  __shared__ __align__(16) uint32_t s[1408];
  const int t = threadIdx.x;
  copy_async<4>(s + t, in + t, t % 5);
  copy_async_commit();
  copy_async<8>(s + 128 + 2 * t, in + 128 + 2 * t, t % 9);
  copy_async_commit();
  copy_async<16>(s + 384 + 4 * t, in + 384 + 4 * t, t % 17);
  copy_async_commit();
  copy_async_wait<2>();
  __syncthreads();
  out[127 - t] = s[127 - t];
  copy_async<16>(s + 896 + 4 * t, in + 896 + 4 * t);
  copy_async_commit();
  copy_async_wait<2>();
  __syncthreads();
  for (int i = t; i < 256; i += 128) {
    out[128 + i] = s[128 + i];
  }
  copy_async_wait<0>();
  __syncthreads();
  for (int i = t; i < 1024; i += 128) {
    out[384 + i] = s[384 + i];
  }
}
REGISTER_KERNEL(primitive_copy);
