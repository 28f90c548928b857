// 128-bit accesses for flat runs of float32 values, at any address and for any length.
//
// A run of n values is cut into *slots*: groups of four that start on a 16-byte boundary in every
// array, and the single values before the first group and after the last. A kernel hands out slots
// to its threads and writes its body once, for W = 4 and W = 1 values:
//
//   Split split = split4(n, y, x);
//   for_slots(split, first, step, [&](auto width, long long i) {
//     constexpr int W = width.value;
//     Pack<W> v = load<W>(x + i);
//     ...
//   });
//
// Arrays that lie differently against 16-byte boundaries have no such groups: all slots are single
// values then. Neighbouring lanes still touch neighbouring addresses, so nothing but the width of
// an instruction is lost.
#pragma once
#include "gpu.h"

/** A width that is known at compile time, to be passed to a generic lambda. */
template <int W>
struct Width {
  static constexpr int value = W;
};

/** W values in registers. */
template <int W>
struct Pack {
  float v[W];
};

template <int W>
DEV Pack<W> load(const float* p) {
  Pack<W> pack;
  if constexpr (W == 4) {
    const float4 f = *reinterpret_cast<const float4*>(p);
    pack.v[0] = f.x;
    pack.v[1] = f.y;
    pack.v[2] = f.z;
    pack.v[3] = f.w;
  } else {
    pack.v[0] = *p;
  }
  return pack;
}

template <int W>
DEV void store(float* p, Pack<W> pack) {
  if constexpr (W == 4) {
    *reinterpret_cast<float4*>(p) = make_float4(pack.v[0], pack.v[1], pack.v[2], pack.v[3]);
  } else {
    *p = pack.v[0];
  }
}

/** Values past the last 16-byte boundary: 0 to 3. */
DEV int lag(const void* p) {
  return static_cast<int>(reinterpret_cast<uintptr_t>(p) >> 2 & 3);
}

/** How a run is cut: `head` single values, `groups` groups of four, single values up to `n`. */
struct Split {
  long long n;
  long long groups;
  int head;

  /** Groups and single values together. */
  __device__ long long slots() const { return n - 3 * groups; }
};

/** Cuts a run of n values that starts at all these addresses. */
template <class... P>
DEV Split split4(long long n, const void* first, P... others) {
  const int behind = lag(first);
  const bool together = (true && ... && (lag(others) == behind));
  const int head = (4 - behind) & 3;
  if (!together || n < head + 4) {
    return Split{n, 0, 0};
  }
  return Split{n, (n - head) / 4, head};
}

/** Calls `body(Width<W>, index)` for the slots first, first + step, ...: groups before singles. */
template <class Body>
DEV void for_slots(const Split& s, long long first, long long step, Body body) {
  const long long slots = s.slots();
  for (long long slot = first; slot < slots; slot += step) {
    if (slot < s.groups) {
      body(Width<4>(), s.head + 4 * slot);
    } else {
      const long long single = slot - s.groups;
      body(Width<1>(), single < s.head ? single : single + 4 * s.groups);
    }
  }
}

/** This thread's number in a grid of one dimension, and the number of threads. */
DEV long long grid_thread() {
  return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}

DEV long long grid_threads() {
  return static_cast<long long>(gridDim.x) * blockDim.x;
}
