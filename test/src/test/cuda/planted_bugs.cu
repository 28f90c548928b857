// Kernels with one mistake each, and the same kernels without it: what the checked emulator must find,
// and what it must leave alone. PlantedBugsTest runs both.
//
// Each is a template of WRONG; PLANT makes the kernels NAME_wrong and NAME_right. All take the same
// arguments: n values in x and room for n in y, n = blockDim.x = 256 unless the test says otherwise.
// The line that a report must name ends in "// <- NAME".
#include "async_copy.cuh"
#include "barrier.cuh"
#include "gpu.h"

#define ARGUMENTS const float *x, float *y, int n
#define PLANT(name)                                               \
  KERNEL name##_wrong(ARGUMENTS) { name<true>(x, y, n); }         \
  REGISTER_KERNEL(name##_wrong);                                  \
  KERNEL name##_right(ARGUMENTS) { name<false>(x, y, n); }        \
  REGISTER_KERNEL(name##_right)

// ---- barriers ----------------------------------------------------------------------------------

template <bool WRONG>
DEV void missing_barrier(ARGUMENTS) {
  __shared__ float s[256];
  const int t = threadIdx.x;
  s[t] = x[t];
  if (!WRONG) {
    __syncthreads();
  }
  y[t] = s[n - 1 - t];  // <- missing_barrier
}
PLANT(missing_barrier);

// The tile is filled again while slow threads still read it.
template <bool WRONG>
DEV void missing_barrier_before_refill(ARGUMENTS) {
  __shared__ float s[256];
  const int t = threadIdx.x;
  float sum = 0;
  for (int k = 0; k < 3; k++) {
    s[t] = x[t] + k;  // <- missing_barrier_before_refill
    __syncthreads();
    sum += s[(t + 37) % n];  // <- missing_barrier_before_refill
    if (!WRONG) {
      __syncthreads();
    }
  }
  y[t] = sum;
}
PLANT(missing_barrier_before_refill);

template <bool WRONG>
DEV void barrier_in_a_branch(ARGUMENTS) {
  const int t = threadIdx.x;
  if (WRONG) {
    if (t < 100) {
      __syncthreads();  // <- barrier_in_a_branch
    }
  } else {
    __syncthreads();
  }
  y[t] = x[t];
  __syncthreads();  // <- barrier_in_a_branch
}
PLANT(barrier_in_a_branch);

// One lane waits for the block, the others of its warp wait for the lane.
template <bool WRONG>
DEV void barrier_against_shuffle(ARGUMENTS) {
  const int t = threadIdx.x;
  float v = x[t];
  if (WRONG && t == 5) {
    __syncthreads();  // <- barrier_against_shuffle
  } else {
    v = __shfl_xor_sync(WRONG && t < 32 ? ~32u : ALL_LANES, v, 0);
    if (t < 32) {
      __syncwarp();  // <- barrier_against_shuffle
    }
    __syncthreads();  // <- barrier_against_shuffle
  }
  y[t] = v;
}
PLANT(barrier_against_shuffle);

// ---- warps -------------------------------------------------------------------------------------

// What one warp has written is read by the others; __syncwarp orders lanes, not warps.
template <bool WRONG>
DEV void race_between_warps(ARGUMENTS) {
  __shared__ float partial[8];
  const int t = threadIdx.x;
  float v = x[t];
  for (int offset = 16; offset > 0; offset /= 2) {
    v += __shfl_xor_sync(ALL_LANES, v, offset);
  }
  if (t % 32 == 0) {
    partial[t / 32] = v;
  }
  if (WRONG) {
    __syncwarp();
  } else {
    __syncthreads();
  }
  float sum = 0;
  for (int w = 0; w < n / 32; w++) {
    sum += partial[w];  // <- race_between_warps
  }
  y[t] = sum;
}
PLANT(race_between_warps);

// Lanes have not run in lockstep since Volta.
template <bool WRONG>
DEV void lockstep_assumed(ARGUMENTS) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  if (t < 64) {
    s[t] = x[t];
  }
  __syncthreads();
  if (t < 32) {
    for (int offset = 16; offset > 0; offset /= 2) {
      const float other = s[t + offset];  // <- lockstep_assumed
      if (!WRONG) {
        __syncwarp();
      }
      s[t] += other;  // <- lockstep_assumed
      if (!WRONG) {
        __syncwarp();
      }
    }
  }
  __syncthreads();
  y[t] = s[0];
}
PLANT(lockstep_assumed);

template <bool WRONG>
DEV void mask_without_the_source(ARGUMENTS) {
  const int t = threadIdx.x;
  float v = x[t];
  if (t % 32 < 16) {
    v += __shfl_down_sync(0x0000ffffu, v, 8, WRONG ? 32 : 16);  // <- mask_without_the_source
  }
  y[t] = v;
}
PLANT(mask_without_the_source);

template <bool WRONG>
DEV void mask_of_lanes_elsewhere(ARGUMENTS) {
  const int t = threadIdx.x;
  float v = x[t];
  if (t % 32 < 8) {
    v += __shfl_xor_sync(WRONG ? 0x000000f0u : 0x000000ffu, v, 4);  // <- mask_of_lanes_elsewhere
  }
  y[t] = v;
}
PLANT(mask_of_lanes_elsewhere);

template <bool WRONG>
DEV void lane_has_ended(ARGUMENTS) {
  const int t = threadIdx.x;
  if (WRONG && t == 7) {
    return;
  }
  y[t] = __shfl_xor_sync(ALL_LANES, x[t], 1);  // <- lane_has_ended
}
PLANT(lane_has_ended);

// ---- bounds ------------------------------------------------------------------------------------

template <bool WRONG>
DEV void read_past_the_end(ARGUMENTS) {
  const int t = threadIdx.x;
  const int next = WRONG || t + 1 < n ? t + 1 : t;
  y[t] = x[t] + x[next];  // <- read_past_the_end
}
PLANT(read_past_the_end);

// The grid covers more than n: the last tile needs its test.
template <bool WRONG>
DEV void wrong_tile_edge(ARGUMENTS) {
  const int i = blockIdx.x * 96 + threadIdx.x;
  if (threadIdx.x < 96 && (WRONG ? i <= n : i < n)) {
    y[i] = 1;  // <- wrong_tile_edge
  }
}
PLANT(wrong_tile_edge);

template <bool WRONG>
DEV void read_before_the_start(ARGUMENTS) {
  const int t = threadIdx.x;
  const int left = WRONG ? t - 1 : max(t - 1, 0);
  y[t] = x[left];  // <- read_before_the_start
}
PLANT(read_before_the_start);

template <bool WRONG>
DEV void null_pointer(ARGUMENTS) {
  const float* bias = WRONG ? nullptr : x;
  y[threadIdx.x] = x[threadIdx.x] + bias[threadIdx.x];  // <- null_pointer
}
PLANT(null_pointer);

// The test has freed x.
template <bool WRONG>
DEV void freed_memory(ARGUMENTS) {
  y[threadIdx.x] = x[threadIdx.x];  // <- freed_memory
}
PLANT(freed_memory);

// Through a pointer: the compiler does not know the array's size here.
template <bool WRONG>
DEV void past_a_shared_array(ARGUMENTS) {
  __shared__ float first[256];
  __shared__ float second[256];
  const int t = threadIdx.x;
  float* volatile p = first;
  second[t] = 0;
  p[WRONG ? t + 1 : t] = x[t];  // <- past_a_shared_array
  __syncthreads();
  y[t] = first[t] + second[t];
}
PLANT(past_a_shared_array);

// Inside of the array as a whole, but not of its row.
template <bool WRONG>
DEV void wrong_row_of_a_shared_array(ARGUMENTS) {
  __shared__ float tile[16][16];
  const int t = threadIdx.x;
  tile[t / 16][t % 16] = 0;
  __syncthreads();
  if (t == 0) {
    tile[WRONG ? n / 16 : 3][2] = x[t];  // <- wrong_row_of_a_shared_array
  }
  __syncthreads();
  y[t] = tile[t / 16][t % 16];
}
PLANT(wrong_row_of_a_shared_array);

// The launch asks for n floats.
template <bool WRONG>
DEV void past_dynamic_shared_memory(ARGUMENTS) {
  DYN_SHARED(float, s);
  const int t = threadIdx.x;
  const int shift = WRONG ? 1 : 0;
  s[t + shift] = x[t];  // <- past_dynamic_shared_memory
  __syncthreads();
  y[t] = s[t + shift];
}
PLANT(past_dynamic_shared_memory);

template <bool WRONG>
DEV void past_a_local_array(ARGUMENTS) {
  float a[4] = {1, 2, 3, 4};
  const int t = threadIdx.x;
  y[t] = a[(t + n) % (WRONG ? 5 : 4)] + x[t];  // <- past_a_local_array
}
PLANT(past_a_local_array);

template <bool WRONG>
DEV void misaligned_vector(ARGUMENTS) {
  const int t = threadIdx.x;
  float v = 0;
  if (t < 8) {
    const float4* p = reinterpret_cast<const float4*>(x + 4 * t + (WRONG ? 1 : 0));
    v = p->x + p->w;  // <- misaligned_vector
  }
  y[t] = v;
}
PLANT(misaligned_vector);

// An index that does not fit in 32 bits.
template <bool WRONG>
DEV void overflowing_index(ARGUMENTS) {
  const int t = threadIdx.x;
  const int rows = n * 40000;
  if (WRONG) {
    y[t] = (t + 1) * rows < 0 ? 0 : x[t];  // <- overflowing_index
  } else {
    y[t] = (long long)(t + 1) * rows < 0 ? 0 : x[t];
  }
}
PLANT(overflowing_index);

// ---- values ------------------------------------------------------------------------------------

template <bool WRONG>
DEV void uninitialised_shared_memory(ARGUMENTS) {
  __shared__ float s[256];
  const int t = threadIdx.x;
  if (!WRONG || t % 2 == 1) {
    s[t] = x[t];
  }
  __syncthreads();
  y[t] = s[t];  // <- uninitialised_shared_memory
}
PLANT(uninitialised_shared_memory);

// Sums into y, which nobody has set to zero.
template <bool WRONG>
DEV void uninitialised_accumulator(ARGUMENTS) {
  const int t = threadIdx.x;
  if (!WRONG) {
    y[t] = 0;
  }
  for (int k = 0; k < 4; k++) {
    y[t] += x[(t + k) % n];  // <- uninitialised_accumulator
  }
}
PLANT(uninitialised_accumulator);

// ---- between blocks ----------------------------------------------------------------------------

template <bool WRONG>
DEV void race_between_blocks(ARGUMENTS) {
  if (threadIdx.x == 0) {
    y[WRONG ? 0 : blockIdx.x] = x[blockIdx.x];  // <- race_between_blocks
  }
}
PLANT(race_between_blocks);

// A float sum that is not atomic: one update is lost.
template <bool WRONG>
DEV void update_that_is_not_atomic(ARGUMENTS) {
  __shared__ int count;
  const int t = threadIdx.x;
  if (t == 0) {
    count = 0;
  }
  __syncthreads();
  if (WRONG) {
    count += x[t] > 3;  // <- update_that_is_not_atomic
  } else {
    atomicAdd(&count, x[t] > 3 ? 1 : 0);
  }
  __syncthreads();
  y[t] = float(count);
}
PLANT(update_that_is_not_atomic);

// ---- named barriers ----------------------------------------------------------------------------

// Half of the block hands values to the other half, twice, and does not wait until they were taken.
template <bool WRONG>
DEV void mail_not_yet_taken(ARGUMENTS) {
  __shared__ float mail[128];
  const int t = threadIdx.x;
  float sum = 0;
  for (int k = 0; k < 2; k++) {
    if (t < 128) {
      mail[t] = x[t] + k;  // <- mail_not_yet_taken
      barrier_arrive(1 + k, n);
      if (!WRONG) {
        barrier_sync(3, n);
      }
    } else {
      barrier_sync(1 + k, n);
      sum += mail[n - 1 - t];  // <- mail_not_yet_taken
      if (!WRONG) {
        barrier_arrive(3, n);
      }
    }
  }
  y[t] = sum;
}
PLANT(mail_not_yet_taken);

template <bool WRONG>
DEV void barrier_of_two_sizes(ARGUMENTS) {
  const int t = threadIdx.x;
  if (t < 128) {
    barrier_sync(1, WRONG && t >= 64 ? 64 : 128);  // <- barrier_of_two_sizes
  }
  y[t] = x[t];
}
PLANT(barrier_of_two_sizes);

// ---- asynchronous copies -----------------------------------------------------------------------

template <bool WRONG>
DEV void missing_wait(ARGUMENTS) {
  DYN_SHARED(float, s);
  const int t = threadIdx.x;
  if (t < n / 4) {
    copy_async<16>(s + 4 * t, x + 4 * t);
  }
  copy_async_commit();
  if (!WRONG) {
    copy_async_wait<0>();
  }
  __syncthreads();
  y[t] = s[t];  // <- missing_wait
  copy_async_wait<0>();
}
PLANT(missing_wait);

// The wait is the thread's own; what others have copied is there after a barrier.
template <bool WRONG>
DEV void missing_barrier_after_wait(ARGUMENTS) {
  DYN_SHARED(float, s);
  const int t = threadIdx.x;
  copy_async<4>(s + t, x + t);
  copy_async_commit();
  copy_async_wait<0>();
  if (!WRONG) {
    __syncthreads();
  }
  y[t] = s[n - 1 - t];  // <- missing_barrier_after_wait
}
PLANT(missing_barrier_after_wait);

// The next tile's copy starts while others read this one.
template <bool WRONG>
DEV void refilled_too_early(ARGUMENTS) {
  DYN_SHARED(float, s);
  const int t = threadIdx.x;
  float sum = 0;
  for (int k = 0; k < 2; k++) {
    copy_async<4>(s + t, x + t);  // <- refilled_too_early
    copy_async_commit();
    copy_async_wait<0>();
    __syncthreads();
    sum += s[(t + 33) % n];  // <- refilled_too_early
    if (!WRONG) {
      __syncthreads();
    }
  }
  y[t] = sum;
}
PLANT(refilled_too_early);

template <bool WRONG>
DEV void copy_that_nobody_waits_for(ARGUMENTS) {
  DYN_SHARED(float, s);
  const int t = threadIdx.x;
  copy_async<4>(s + t, x + t);  // <- copy_that_nobody_waits_for
  copy_async_commit();
  y[t] = 0;
  if (!WRONG) {
    copy_async_wait<0>();
  }
}
PLANT(copy_that_nobody_waits_for);
