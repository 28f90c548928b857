// Warp functions: the lanes that a mask names meet, exchange values and go on.
#pragma once
#include <stdint.h>
#include <string.h>

#include "fault.h"

namespace emu {

struct Thread;

enum class WarpOp : uint8_t { SHFL_IDX, SHFL_UP, SHFL_DOWN, SHFL_XOR, BALLOT, SYNC, TOGETHER };

/// Gives the lane's 64 bits and gets those of the lane that op, argument and width name.
uint64_t exchange(WarpOp op, unsigned mask, uint64_t value, int argument, int width, Place place);

template <class T>
inline T shuffle(WarpOp op, unsigned mask, T value, int argument, int width, Place place) {
  static_assert(sizeof(T) <= 8, "a shuffle moves at most 8 bytes");
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  bits = exchange(op, mask, bits, argument, width, place);
  memcpy(&value, &bits, sizeof value);
  return value;
}

inline unsigned ballot(unsigned mask, bool predicate, Place place) {
  return unsigned(exchange(WarpOp::BALLOT, mask, predicate, 0, 32, place));
}

void sync_warp(unsigned mask, Place place);

/// Work that all 32 lanes do together, such as a matrix product: each brings what `mine` points to, and the
/// last to come calls `work` with the 32 pointers, lane by lane. `name` is for reports.
void work_together(const char* name, void* mine, void (*work)(void* const* lanes), Place place);

// For the scheduler: a block begins; a thread has ended.
void begin_warps();
void leave_warp(const Thread& thread);

}  // namespace emu
