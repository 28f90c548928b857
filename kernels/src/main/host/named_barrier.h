// Named barriers: as many threads as the callers say meet; see ../cuda/barrier.cuh.
#pragma once
#include "fault.h"

namespace emu {

/// Counts the running thread, and if it is to wait, leaves it until all have come.
void come_to_barrier(int id, int threads, bool wait, Place place);

// For the scheduler: a block begins.
void begin_named_barriers();

}  // namespace emu
