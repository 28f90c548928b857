// cp.async: copies from global to shared memory that a thread starts, groups and waits for.
//
// A copy may take place at any moment between its start and its wait. Lazy copies take the last one, so
// that a kernel that reads before it waits reads poison; eager copies take the first, so that a kernel
// that starts to refill a buffer others still read spoils it. Correct kernels do not see a difference.
#pragma once
#include "fault.h"

namespace emu {

void set_lazy_copies(bool lazy);

/// Starts a copy of 4, 8 or 16 bytes by the running thread, of which only the first `valid` are read; the
/// rest become zeros.
void start_copy(void* shared, const void* global, int bytes, int valid, Place place);

/// The call of copy_async<16>(to, from) at a place in a kernel.
struct AsyncCopyAt {
  Place place;

  template <int BYTES>
  void copy(void* to, const void* from, int valid = BYTES) const {
    static_assert(BYTES == 4 || BYTES == 8 || BYTES == 16, "cp.async copies 4, 8 or 16 bytes");
    start_copy(to, from, BYTES, valid, place);
  }
};

/// Closes the group of copies started since the last commit.
void copy_commit();
/// Waits until at most `pending` of the thread's groups are not complete.
void copy_wait(int pending);

/// Forgets what threads of a failed launch have started.
void forget_copies();

/// For the scheduler: a thread has ended.
void end_copies(int thread);

}  // namespace emu
