// Global memory: what cuMemAlloc hands out.
//
//   | guard page | canary | the allocation: poisoned, ends at a page | guard page |
//
// Each allocation stands alone and ends at a guard page, so that a kernel that runs past its end stops
// there. Freed ranges stay inaccessible for a while. In the checked build the range is inaccessible to
// everyone but running kernels and copies: a host that reads device memory, which on a GPU would crash,
// crashes here too.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <string>

namespace emu {

struct Shadow;

struct Allocation {
  char* begin = nullptr;
  size_t bytes = 0;
  char* mapped = nullptr;  // with both guard pages
  size_t mapped_bytes = 0;
  bool open = true;           // accessible now
  Shadow* shadow = nullptr;   // what the checked build knows of each byte

  char* end() const { return begin + bytes; }
};

/// Alignment of allocations: 256, a GPU's, or 16. With 16 any allocation ends within 15 bytes of its
/// guard page.
void set_allocation_alignment(size_t alignment);

/// An allocation of that many bytes (at least 1), or null if the device has no more memory.
Allocation* allocate(size_t bytes);

/// Frees what begins at that address; false if nothing does. A damaged canary is told in *damage.
bool release(void* begin, std::string* damage);
void release_all();

/// The allocation that holds all of [address, address + bytes), or null.
Allocation* find_allocation(const void* address, size_t bytes);

/// "3 bytes past the end of the allocation of 400 bytes at 0x..."; valid until the next call.
const char* describe_address(const void* address);

size_t total_memory();
size_t free_memory();
void set_total_memory(size_t bytes);

/// Makes an allocation accessible, to the host or a kernel; the checked build closes it again.
void open_allocation(Allocation& allocation);
void close_allocations();

}  // namespace emu
