// What g++ -fsanitize=thread calls before every load and store of a kernel. The names and meanings are
// the compiler's; what stands behind them is ours, and not ThreadSanitizer's runtime.
#include <stddef.h>

#include "checker.h"

using emu::Access;

namespace {

inline void check(const void* address, size_t bytes, bool natural, Access access, const void* pc) {
  const emu::Place place{nullptr, 0, pc};
  if (natural && (reinterpret_cast<uintptr_t>(address) & (bytes - 1)) != 0) {
    emu::check_alignment(address, bytes, place);
  }
  emu::check_access(address, bytes, access, place);
}

}  // namespace

// Accesses that the compiler knows to be unaligned (a memcpy from a byte pointer) are cut into bytes by
// nvcc, so they may lie anywhere.
#define HOOKS(bytes)                                                              \
  extern "C" void __tsan_read##bytes(void* p) {                                   \
    check(p, bytes, true, Access::READ, __builtin_return_address(0));             \
  }                                                                               \
  extern "C" void __tsan_write##bytes(void* p) {                                  \
    check(p, bytes, true, Access::WRITE, __builtin_return_address(0));            \
  }                                                                               \
  extern "C" void __tsan_volatile_read##bytes(void* p) {                          \
    check(p, bytes, true, Access::READ, __builtin_return_address(0));             \
  }                                                                               \
  extern "C" void __tsan_volatile_write##bytes(void* p) {                         \
    check(p, bytes, true, Access::WRITE, __builtin_return_address(0));            \
  }                                                                               \
  extern "C" void __tsan_unaligned_read##bytes(void* p) {                         \
    check(p, bytes, false, Access::READ, __builtin_return_address(0));            \
  }                                                                               \
  extern "C" void __tsan_unaligned_write##bytes(void* p) {                        \
    check(p, bytes, false, Access::WRITE, __builtin_return_address(0));           \
  }
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

extern "C" void __tsan_read_range(void* p, size_t bytes) {
  check(p, bytes, false, Access::READ, __builtin_return_address(0));
}
extern "C" void __tsan_write_range(void* p, size_t bytes) {
  check(p, bytes, false, Access::WRITE, __builtin_return_address(0));
}

extern "C" void __tsan_init() {}
extern "C" void __tsan_func_entry(void*) {}
extern "C" void __tsan_func_exit() {}
