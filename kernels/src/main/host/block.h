// __syncthreads and its kin: all threads of a block that have not ended meet.
#pragma once
#include <stdint.h>

#include "fault.h"

namespace emu {

void sync_block(Place place);

/// Meets, and tells how many threads came with true.
int sync_block_count(bool predicate, Place place);
int sync_block_or(bool predicate, Place place);
int sync_block_and(bool predicate, Place place);

/// How many barriers the running block has passed: what two threads do in different phases is
/// ordered, what they do in the same phase is not.
uint32_t barrier_phase();

// For the scheduler: a block begins; a thread has ended and need not be waited for.
void begin_barriers();
void leave_barrier();

}  // namespace emu
