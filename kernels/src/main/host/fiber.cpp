#include "fiber.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

namespace emu {
namespace {

constexpr size_t STACK_BYTES = 128 << 10;
constexpr size_t GUARD_BYTES = 4096;

char* map_stacks() {
  void* p = mmap(nullptr, STACK_BYTES * MAX_THREADS, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    perror("kernite cuda-host: no address space for the stacks of a block");
    abort();
  }
  char* stacks = static_cast<char*>(p);
  for (int i = 0; i < MAX_THREADS; i++) {
    mprotect(stacks + i * STACK_BYTES, GUARD_BYTES, PROT_NONE);
  }
  return stacks;
}

char* stacks() {
  static char* const mapped = map_stacks();
  return mapped;
}

}  // namespace

Stack stack(int i) {
  char* low = stacks() + i * STACK_BYTES;
  return {low + GUARD_BYTES, low + STACK_BYTES};
}

bool is_on_stacks(const void* address) {
  const char* p = static_cast<const char*>(address);
  return p >= stacks() && p < stacks() + STACK_BYTES * MAX_THREADS;
}

bool is_stack_guard(const void* address, int i) {
  const char* p = static_cast<const char*>(address);
  const char* low = stacks() + i * STACK_BYTES;
  return p >= low && p < low + GUARD_BYTES;
}

void* fresh_fiber(int i, void (*entry)()) {
  // Stacks lie a power of two apart. If all began at their very end, the hot lines of all threads
  // would fall into the same few sets of the cache; so each begins some lines lower.
  const uintptr_t colour = uintptr_t(i % 61) * 192;
  uintptr_t top = (reinterpret_cast<uintptr_t>(stack(i).high) - colour) & ~uintptr_t(63);
  void** sp = reinterpret_cast<void**>(top);
  *--sp = nullptr;  // where entry's return address would be: it has none, and stays 16-byte aligned
  *--sp = reinterpret_cast<void*>(entry);
  for (int saved = 0; saved < 6; saved++) {
    *--sp = nullptr;  // what emu_switch pops into the callee-saved registers
  }
  return sp;
}

// The calling convention makes the caller save all registers but these six, so a switch is fourteen
// instructions. (The mode bits of floating point are the same in all fibers.)
asm(R"(
.text
.globl emu_switch
.hidden emu_switch
.type emu_switch, @function
emu_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emu_switch, . - emu_switch
)");

}  // namespace emu
