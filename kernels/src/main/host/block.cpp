#include "block.h"

#include "scheduler.h"

namespace emu {
namespace {

int arrived;             // threads that wait at the barrier
int votes;               // those of them that came with true
int result_votes;        // the same of the last complete barrier; read before the next can complete
int result_threads;
Place meeting;           // where the first one waits
uint32_t phase;
bool at_barrier[1024];   // by thread: waits here, and not in a warp function

void release() {
  result_votes = votes;
  result_threads = arrived;
  arrived = votes = 0;
  phase++;
  for (int i = 0; i < thread_count(); i++) {
    if (at_barrier[i]) {
      at_barrier[i] = false;
      wake(i);
    }
  }
}

}  // namespace

void begin_barriers() {
  arrived = votes = 0;
  phase = 0;
  for (int i = 0; i < thread_count(); i++) {
    at_barrier[i] = false;
  }
}

// Since Volta a barrier waits for the threads that have not ended; so does this one.
void leave_barrier() {
  if (arrived > 0 && arrived == live_threads()) {
    release();
  }
}

int sync_block_count(bool predicate, Place place) {
  Thread* me = running();
  if (arrived == 0) {
    meeting = place;
  } else if (place.line != meeting.line || place.file != meeting.file) {
    also(meeting, "another thread of the block waits");
    fail(Kind::DIVERGENCE, place, "threads of one block wait at different barriers");
  }
  me->state = State::WAITING;
  at_barrier[me->number] = true;
  votes += predicate;
  if (++arrived == live_threads()) {
    release();
  }
  wait_here("__syncthreads", place);
  return result_votes;
}

void sync_block(Place place) { sync_block_count(false, place); }
int sync_block_or(bool predicate, Place place) { return sync_block_count(predicate, place) > 0; }
int sync_block_and(bool predicate, Place place) {
  return sync_block_count(predicate, place) == result_threads;
}

uint32_t barrier_phase() { return phase; }

}  // namespace emu
