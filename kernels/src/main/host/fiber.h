// Fibers: several call stacks that one processor thread jumps between, at points of their choosing.
#pragma once
#include <stddef.h>

namespace emu {

/// The most threads a block may have, as on every NVIDIA GPU; so many stacks may be in use at once.
constexpr int MAX_THREADS = 1024;

/// A call stack with a guard page below it.
struct Stack {
  char* low;   // first usable byte
  char* high;  // one past the last
};

/// Stack number i of MAX_THREADS. They lie in one range and take memory only once touched.
Stack stack(int i);

/// Whether the address lies in any of the stacks (or their guard pages).
bool is_on_stacks(const void* address);

/// Whether the address lies in the guard page below stack i: the thread used too much of it.
bool is_stack_guard(const void* address, int i);

/// The saved stack pointer of a fiber that starts with entry() on stack i. entry must not return.
void* fresh_fiber(int i, void (*entry)());

/// Leaves the running fiber and goes on in another one: saves this one's stack pointer, loads that
/// one's. Returns when something switches back.
extern "C" void emu_switch(void** save, void* to);

}  // namespace emu
