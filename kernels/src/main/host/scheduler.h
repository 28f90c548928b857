// The threads of one block, taking turns.
//
//   run_threads ──► thread 0 ──► thread 1 ──► ... ──► thread 0 again, when its barrier is complete
//
// A thread runs until it must wait for others (a barrier, a shuffle) or ends; then the next ready one
// goes on. Nothing is ever interrupted in between, so a run can be repeated exactly. Which ready thread
// is next is the schedule; a correct kernel gives the same result under all of them.
//
// A stack is attached to a thread only when it first runs, and a thread that ends hands its stack to
// the next new one without a switch: a kernel with no barrier is a plain loop over its threads.
#pragma once
#include <stdint.h>

#include "fault.h"
#include "vector_types.h"

namespace emu {

enum class State : uint8_t { READY, WAITING, DONE };

struct Thread {
  int number;           // x + blockDim.x * (y + blockDim.y * z)
  uint3 index;          // threadIdx
  State state;
  int stack;            // number of its stack; < 0: has none yet
  void* sp;             // where it left off
  const char* waits_at; // "__syncthreads", for the report of a deadlock
  Place place;

  int warp() const { return number / 32; }
  int lane() const { return number % 32; }
};

/// The order in which ready threads, and the blocks of a grid, take their turn.
struct Schedule {
  enum Order { FORWARD, REVERSE, SEEDED } order = FORWARD;
  uint64_t seed = 0;
};
void set_schedule(Schedule schedule);
Schedule schedule();

/// A number in [0, n) from the schedule's generator.
uint32_t schedule_random(uint32_t n);

/// Runs body once for each of count threads, until all have ended or one has failed.
void run_threads(int count, void (*body)());

/// The thread whose turn it is; null outside of kernels.
Thread* running();

Thread& thread(int number);
int thread_count();
int live_threads();  // not yet ended

/// Leaves the running thread until wake() is called for it. waits_at and place are for reports.
void wait_here(const char* waits_at, Place place);
void wake(int number);

/// Leaves the block for good; its threads are forgotten where they stand.
[[noreturn]] void leave_block();

}  // namespace emu
