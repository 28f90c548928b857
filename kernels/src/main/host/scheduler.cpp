#include "scheduler.h"

#include <map>
#include <utility>

#include "async_copy.h"
#include "block.h"
#include "fiber.h"
#include "named_barrier.h"
#include "warp.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace emu {
namespace {

Thread threads[MAX_THREADS];
int total, live;
void (*thread_body)();
Thread* current;
void* outside;  // where run_threads waits

Schedule chosen;
uint64_t random_state = 1;

// The ready threads, a ring: taken from the front (forward), from the back (reverse) or anywhere.
int ready[MAX_THREADS];
unsigned first, ready_count;
static_assert((MAX_THREADS & (MAX_THREADS - 1)) == 0, "the ring's index is masked");

int free_stacks[MAX_THREADS];
int free_count;

int& ready_at(unsigned i) { return ready[(first + i) & (MAX_THREADS - 1)]; }

Thread* take_ready() {
  if (ready_count == 0) {
    return nullptr;
  }
  ready_count--;
  if (chosen.order == Schedule::REVERSE) {
    return &threads[ready_at(ready_count)];
  }
  if (chosen.order == Schedule::SEEDED) {
    std::swap(ready_at(0), ready_at(schedule_random(ready_count + 1)));
  }
  return &threads[ready[first++ & (MAX_THREADS - 1)]];
}

void set_current(Thread* t) {
  current = t;
  threadIdx = t->index;
}

[[noreturn]] void thread_main();

void switch_to(Thread* next, void** save) {
  if (next->stack < 0) {
    next->stack = free_stacks[--free_count];
    next->sp = fresh_fiber(next->stack, thread_main);
  }
  set_current(next);
  emu_switch(save, next->sp);
}

// No thread can go on, yet some have not ended: say where all of them are.
void note_deadlock() {
  std::map<std::string, std::pair<int, int>> groups;  // where: how many, the first of them
  for (int i = 0; i < total; i++) {
    const Thread& t = threads[i];
    const std::string where = t.state == State::DONE
                                  ? "ended"
                                  : std::string("at ") + t.waits_at + " " + describe(t.place);
    groups.emplace(where, std::make_pair(0, i)).first->second.first++;
  }
  std::string text = "no thread can go on:";
  Place place;
  for (const auto& [where, group] : groups) {
    text += (place.file == nullptr && text.back() == ':' ? " " : "; ") +
            std::to_string(group.first) + " threads " + where + " (thread " +
            std::to_string(group.second) + " first)";
    if (place.file == nullptr && threads[group.second].state != State::DONE) {
      place = threads[group.second].place;
    }
  }
  current = nullptr;
  note_fault(Kind::DIVERGENCE, place, text);
}

void thread_main() {
  while (true) {
    thread_body();
    Thread* me = current;
    end_copies(me->number);
    me->state = State::DONE;
    live--;
    leave_warp(*me);
    leave_barrier();
    Thread* next = take_ready();
    if (next != nullptr && next->stack < 0) {
      next->stack = me->stack;  // a new thread: it can begin right here, on this stack
      set_current(next);
      continue;
    }
    free_stacks[free_count++] = me->stack;  // nobody takes it before the switch below
    if (next != nullptr) {
      switch_to(next, &me->sp);
    }
    if (live > 0) {
      note_deadlock();
    }
    leave_block();
  }
}

}  // namespace

void set_schedule(Schedule schedule) {
  chosen = schedule;
  random_state = schedule.seed * 0x9E3779B97F4A7C15u + 0x2545F4914F6CDD1Du;
}

Schedule schedule() { return chosen; }

uint32_t schedule_random(uint32_t n) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return uint32_t((random_state >> 32) * n >> 32);
}

void run_threads(int count, void (*body)()) {
  total = live = count;
  thread_body = body;
  first = 0;
  ready_count = count;
  uint3 index{0, 0, 0};
  for (int i = 0; i < count; i++) {
    threads[i] = Thread{i, index, State::READY, -1, nullptr, "", {}};
    ready[i] = i;
    free_stacks[count - 1 - i] = i;
    if (++index.x == blockDim.x) {
      index.x = 0;
      if (++index.y == blockDim.y) {
        index.y = 0;
        index.z++;
      }
    }
  }
  free_count = count;
  begin_barriers();
  begin_named_barriers();
  begin_warps();
  switch_to(take_ready(), &outside);
}

Thread* running() { return current; }
Thread& thread(int number) { return threads[number]; }
int thread_count() { return total; }
int live_threads() { return live; }

void wait_here(const char* waits_at, Place place) {
  Thread* me = current;
  me->waits_at = waits_at;
  me->place = place;
  Thread* next = take_ready();
  if (next == nullptr) {
    note_deadlock();
    leave_block();
  }
  if (next != me) {  // the last to arrive at a barrier may be the first to go on
    switch_to(next, &me->sp);
  }
}

void wake(int number) {
  threads[number].state = State::READY;
  ready_at(ready_count++) = number;
}

void leave_block() {
  current = nullptr;
  void* never;
  emu_switch(&never, outside);
  __builtin_unreachable();
}

}  // namespace emu
