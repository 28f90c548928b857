// Warp functions: shuffles, votes, __syncwarp, and the instructions that count bits.
#include "primitive.cuh"

// 64 threads. Four shuffles for each of three widths and three distances; the last is above 31, of which
// only the lower five bits count.
PRIMITIVE(shuffle) {
  const int t = threadIdx.x;
  const uint32_t v = in[t];
  for (int width = 32; width >= 2; width /= 4) {
    for (int by = 5; by <= 33; by += 14) {
      out[t] = __shfl_sync(ALL_LANES, v, t + by, width);
      out[64 + t] = __shfl_up_sync(ALL_LANES, v, by, width);
      out[128 + t] = __shfl_down_sync(ALL_LANES, v, by, width);
      out[192 + t] = __shfl_xor_sync(ALL_LANES, v, by, width);
      out += 256;
    }
  }
}
REGISTER_KERNEL(primitive_shuffle);

// 64 threads. Half-warps on their own, each with its mask; values of 64 bits.
PRIMITIVE(shuffle_halves) {
  const int t = threadIdx.x;
  const long long v = (long long)(uint64_t(in[64 + t]) << 32 | in[t]);
  long long r;
  if (t % 32 < 16) {
    r = __shfl_down_sync(0x0000ffffu, v, 3, 16);
  } else {
    r = __shfl_xor_sync(0xffff0000u, v, 6, 16);
  }
  out[t] = uint32_t(r);
  out[64 + t] = uint32_t(uint64_t(r) >> 32);
}
REGISTER_KERNEL(primitive_shuffle_halves);

// 128 threads, predicate: bit 0 of the input. Then the even and the odd lanes among themselves.
PRIMITIVE(vote) {
  const int t = threadIdx.x;
  const bool p = in[t] & 1;
  out[t] = __ballot_sync(ALL_LANES, p);
  out[128 + t] = __any_sync(ALL_LANES, p);
  out[256 + t] = __all_sync(ALL_LANES, p);
  if (t % 2 == 0) {
    out[384 + t] = __ballot_sync(0x55555555u, p);
  } else {
    out[384 + t] = __ballot_sync(0xaaaaaaaau, p);
  }
}
REGISTER_KERNEL(primitive_vote);

// 64 threads. A value goes through shared memory to another lane and is mixed with what comes from there;
// only __syncwarp stands between.
PRIMITIVE(warp_barrier) {
  __shared__ uint32_t s[64];
  const int t = threadIdx.x, warp = t & ~31;
  uint32_t v = in[t];
  for (int round = 0; round < 8; round++) {
    s[t] = v;
    __syncwarp();
    v = v * 1664525u + s[warp + (5 * t + round) % 32];
    __syncwarp();
  }
  out[t] = v;
}
REGISTER_KERNEL(primitive_warp_barrier);

// 128 threads.
PRIMITIVE(bits) {
  const int t = threadIdx.x;
  const uint32_t a = in[t], b = in[128 + t];
  const uint64_t both = uint64_t(b) << 32 | a;
  out[t] = __popc(a);
  out[128 + t] = __ffs(int(a));
  out[256 + t] = __clz(int(a));
  out[384 + t] = __popcll(both);
  out[512 + t] = __clzll((long long)both);
  out[640 + t] = __umulhi(a, b);
  out[768 + t] = uint32_t(__mulhi(int(a), int(b)));
}
REGISTER_KERNEL(primitive_bits);
