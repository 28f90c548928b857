#include "shared_memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

namespace emu {
namespace {

constexpr size_t RANGE = (MAX_SHARED + 4095) / 4096 * 4096;
constexpr size_t GUARD = 64 << 10;
constexpr size_t ALIGNMENT = 1024;  // DYN_SHARED promises it; swizzled TMA tiles need it
constexpr int POISON = 0xff;

char* range_begin;
char* dynamic;
size_t dynamic_size;

void map_range() {
  void* p = mmap(nullptr, RANGE + GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) {
    perror("kernite cuda-host: no memory for shared memory");
    abort();
  }
  range_begin = static_cast<char*>(p);
  mprotect(range_begin + RANGE, GUARD, PROT_NONE);
}

}  // namespace

void* dynamic_shared() { return dynamic; }
size_t dynamic_shared_bytes() { return dynamic_size; }

void prepare_shared(const Kernel& kernel, size_t dynamic_bytes) {
  if (range_begin == nullptr) {
    map_range();
  }
  const size_t rounded = (dynamic_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  dynamic = range_begin + RANGE - rounded;
  dynamic_size = dynamic_bytes;
  memset(dynamic, POISON, rounded);
  if (kernel.shared.begin != nullptr) {
    memset(kernel.shared.begin, POISON, size_t(kernel.shared.end - kernel.shared.begin));
  }
}

bool is_dynamic_shared(const void* address) {
  const char* p = static_cast<const char*>(address);
  return range_begin != nullptr && p >= range_begin && p < range_begin + RANGE + GUARD;
}

}  // namespace emu
