#include "named_barrier.h"

#include <vector>

#include "clocks.h"
#include "scheduler.h"

namespace emu {
namespace {

constexpr int COUNT = 16;  // of a block; 0 is __syncthreads

struct Barrier {
  int arrived = 0, expected = 0;
  Place meeting{};           // where the first one came
  std::vector<int> waiting;  // threads
  Clocks clocks;             // what those who have come know
};

Barrier barriers[COUNT];

void open(Barrier& barrier) {
  for (const int thread : barrier.waiting) {
    learn(thread, barrier.clocks);
    wake(thread);
  }
  barrier = Barrier();
}

}  // namespace

void begin_named_barriers() {
  for (Barrier& barrier : barriers) {
    if (barrier.arrived != 0) {
      barrier = Barrier();
    }
  }
}

void come_to_barrier(int id, int threads, bool wait, Place place) {
  if (id < 1 || id >= COUNT) {
    fail(Kind::DIVERGENCE, place, "barrier %d: there are 1 to %d", id, COUNT - 1);
  }
  if (threads < 32 || threads % 32 != 0 || threads > thread_count()) {
    fail(Kind::DIVERGENCE, place, "barrier %d for %d threads: the block has %d, in warps of 32", id,
         threads, thread_count());
  }
  Barrier& barrier = barriers[id];
  if (barrier.arrived == 0) {
    barrier.expected = threads;
    barrier.meeting = place;
  } else if (barrier.expected != threads) {
    also(barrier.meeting, "another thread came for %d", barrier.expected);
    fail(Kind::DIVERGENCE, place, "barrier %d: this thread comes for %d threads", id, threads);
  }
  tell(barrier.clocks);
  Thread* me = running();
  if (wait) {
    me->state = State::WAITING;
    barrier.waiting.push_back(me->number);
  }
  if (++barrier.arrived == threads) {
    open(barrier);
  }
  if (wait) {
    wait_here("a named barrier", place);
  }
}

}  // namespace emu
