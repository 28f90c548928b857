// What is accumulated along a line, one struct a fold: the state of nothing, how a value enters,
// and how two states join. Joining in a fixed order is all that reductions need to give the same
// bits in every run.
//
// Sums and products are in float64, as on the CPU: even a GPU with two float64 units a
// multiprocessor converts and adds about as many values as its memory delivers, and a sum of a
// million values keeps its digits.
#pragma once
#include "gpu.h"

struct Pair {
  double a, b;
};

/** What becomes of a line's state. */
struct Ending {
  double n;        // values a line
  double divisor;  // of sums
  int root;        // whether to take the square root
  int kind;        // what is written: RESULT, WIDE or STATE
};

enum { RESULT = 0, WIDE = 1, STATE = 2 };  // float32 or int32; float64; the state itself

DEV double rooted(double v, const Ending& end) {
  return end.root ? sqrt(v) : v;
}

/** The state of the lane `step` further on. */
DEV Pair shuffle_down(Pair s, int step) {
  return {__shfl_down_sync(ALL_LANES, s.a, step), __shfl_down_sync(ALL_LANES, s.b, step)};
}

DEV float shuffle_down(float s, int step) {
  return __shfl_down_sync(ALL_LANES, s, step);
}

struct SumFold {
  using State = Pair;
  static __device__ State start() { return {0.0, 0.0}; }
  static __device__ void take(State& s, float v, float, long long) { s.a += v; }
  static __device__ State join(State s, State t) { return {s.a + t.a, 0.0}; }
  static __device__ double result(State s, const Ending& end) {
    return rooted(s.a / end.divisor, end);
  }
};

/** Sum of squares. */
struct SquaresFold {
  using State = Pair;
  static __device__ State start() { return {0.0, 0.0}; }
  static __device__ void take(State& s, float v, float, long long) {
    s.a = fma(static_cast<double>(v), static_cast<double>(v), s.a);
  }
  static __device__ State join(State s, State t) { return {s.a + t.a, 0.0}; }
  static __device__ double result(State s, const Ending& end) {
    return rooted(s.a / end.divisor, end);
  }
};

/**
 * Sum a and sum of squares b of the distances from the line's first value, in one pass. The squared
 * distances sum to b - a^2 / n about the mean. Since one value is at most sqrt(n) standard
 * deviations from the mean, that difference loses at most log2(n) of the 53 bits.
 */
struct MomentsFold {
  using State = Pair;
  static __device__ State start() { return {0.0, 0.0}; }
  static __device__ void take(State& s, float v, float first, long long) {
    const double d = static_cast<double>(v) - first;
    s.a += d;
    s.b = fma(d, d, s.b);
  }
  static __device__ State join(State s, State t) { return {s.a + t.a, s.b + t.b}; }
  static __device__ double result(State s, const Ending& end) {
    const double squares = s.b - s.a * s.a / end.n;
    return rooted((squares < 0.0 ? 0.0 : squares) / end.divisor, end);
  }
};

struct ProductFold {
  using State = Pair;
  static __device__ State start() { return {1.0, 0.0}; }
  static __device__ void take(State& s, float v, float, long long) { s.a *= v; }
  static __device__ State join(State s, State t) { return {s.a * t.a, 0.0}; }
  static __device__ double result(State s, const Ending&) { return s.a; }
};

/** Product of the values that are not zero, and the number of those that are. */
struct NonzeroFold {
  using State = Pair;
  static __device__ State start() { return {1.0, 0.0}; }
  static __device__ void take(State& s, float v, float, long long) {
    s.a *= v == 0.0f ? 1.0f : v;
    s.b += v == 0.0f ? 1.0 : 0.0;
  }
  static __device__ State join(State s, State t) { return {s.a * t.a, s.b + t.b}; }
  static __device__ double result(State s, const Ending&) { return s.a; }
};

/** The largest value; a NaN stays. */
struct MaxFold {
  using State = float;
  static __device__ State start() { return -INFINITY; }
  static __device__ void take(State& s, float v, float, long long) {
    s = v > s || v != v ? v : s;
  }
  static __device__ State join(State s, State t) { return t > s || t != t ? t : s; }
  static __device__ float result(State s, const Ending&) { return s; }
};

struct MinFold {
  using State = float;
  static __device__ State start() { return INFINITY; }
  static __device__ void take(State& s, float v, float, long long) {
    s = v < s || v != v ? v : s;
  }
  static __device__ State join(State s, State t) { return t < s || t != t ? t : s; }
  static __device__ float result(State s, const Ending&) { return s; }
};

/** The number a of values equal to `extreme` (NaN to NaN), and the index b of the first. */
struct TiesFold {
  using State = Pair;
  static __device__ State start() { return {0.0, INFINITY}; }
  static __device__ void take(State& s, float v, float extreme, long long index) {
    if (v == extreme || (v != v && extreme != extreme)) {
      s.a += 1.0;
      s.b = index < s.b ? static_cast<double>(index) : s.b;
    }
  }
  static __device__ State join(State s, State t) {
    return {s.a + t.a, t.b < s.b ? t.b : s.b};
  }
  static __device__ double result(State s, const Ending&) { return s.a; }
};

struct Candidate {
  float value;
  int index;
};

DEV Candidate shuffle_down(Candidate s, int step) {
  return {__shfl_down_sync(ALL_LANES, s.value, step), __shfl_down_sync(ALL_LANES, s.index, step)};
}

/** The largest value and its first index; NaN counts as largest. */
struct ArgMaxFold {
  using State = Candidate;
  static __device__ State start() { return {-INFINITY, 0x7fffffff}; }
  static __device__ bool before(State s, State t) {
    const bool none = s.value != s.value;
    if (none != (t.value != t.value)) {
      return none;
    }
    return s.value > t.value || (!(s.value < t.value) && s.index < t.index);
  }
  static __device__ void take(State& s, float v, float, long long index) {
    s = join(s, {v, static_cast<int>(index)});
  }
  static __device__ State join(State s, State t) { return before(t, s) ? t : s; }
  static __device__ int result(State s, const Ending&) {
    return s.index == 0x7fffffff ? 0 : s.index;  // nothing in the line
  }
};
