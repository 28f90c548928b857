#include "device_memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "checker.h"

namespace emu {
namespace {

constexpr size_t PAGE = 4096;
constexpr size_t HUGE_PAGES_FROM = 4 << 20;
constexpr int POISON = 0xff;            // NaN as floats, -1 as integers
constexpr unsigned char CANARY = 0xa7;  // before the allocation, and in the bytes up to its alignment
constexpr size_t QUARANTINE = 256;      // freed ranges that stay inaccessible

struct Range {
  char* mapped;
  size_t mapped_bytes;
  char* begin;
  size_t bytes;
};

std::map<uintptr_t, std::unique_ptr<Allocation>> allocations;  // by address of the first byte
std::deque<Range> freed;
std::vector<Allocation*> opened;
size_t used;
size_t alignment = 256;
size_t total = size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGESIZE));

size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

// The first canary byte of [from, to) that is not as it was, or null.
const char* damaged(const char* from, const char* to) {
  for (const char* p = from; p < to; p++) {
    if (static_cast<unsigned char>(*p) != CANARY) {
      return p;
    }
  }
  return nullptr;
}

void check_canary(Allocation& a, std::string* damage) {
  open_allocation(a);
  const char* before = damaged(a.mapped + PAGE, a.begin);
  const char* after = damaged(a.end(), a.mapped + a.mapped_bytes - PAGE);
  if (before != nullptr || after != nullptr) {
    char text[200];
    if (after != nullptr) {
      snprintf(text, sizeof text, "a kernel wrote %zd bytes past the end of an allocation of %zu bytes",
               after - a.end(), a.bytes);
    } else {
      snprintf(text, sizeof text, "a kernel wrote before the start of an allocation of %zu bytes",
               a.bytes);
    }
    *damage = text;
  }
}

void unmap(const Range& r) { munmap(r.mapped, r.mapped_bytes); }

void forget(Allocation& a) {
  release_shadow(a);
  for (size_t i = 0; i < opened.size(); i++) {
    if (opened[i] == &a) {
      opened[i] = opened.back();
      opened.pop_back();
      break;
    }
  }
  used -= a.bytes;
  // Gives the memory back, but keeps the addresses: an access to them faults.
  madvise(a.mapped, a.mapped_bytes, MADV_DONTNEED);
  mprotect(a.mapped, a.mapped_bytes, PROT_NONE);
  freed.push_back({a.mapped, a.mapped_bytes, a.begin, a.bytes});
  if (freed.size() > QUARANTINE) {
    unmap(freed.front());
    freed.pop_front();
  }
}

}  // namespace

Allocation* allocate(size_t bytes) {
  if (bytes == 0 || bytes > total - used) {
    return nullptr;
  }
  const size_t rounded = round_up(bytes, alignment);
  const size_t inner = round_up(rounded, PAGE);
  void* p = mmap(nullptr, inner + 2 * PAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    return nullptr;
  }
  auto a = std::make_unique<Allocation>();
  a->mapped = static_cast<char*>(p);
  a->mapped_bytes = inner + 2 * PAGE;
  a->begin = a->mapped + PAGE + inner - rounded;
  a->bytes = bytes;
  if (inner >= HUGE_PAGES_FROM) {
    madvise(a->mapped, a->mapped_bytes, MADV_HUGEPAGE);
  }
  mprotect(a->mapped, PAGE, PROT_NONE);
  mprotect(a->mapped + PAGE + inner, PAGE, PROT_NONE);
  memset(a->mapped + PAGE, CANARY, inner - rounded);
  memset(a->begin, POISON, bytes);
  memset(a->end(), CANARY, rounded - bytes);
  used += bytes;
  Allocation* result = a.get();
  allocations[reinterpret_cast<uintptr_t>(a->begin)] = std::move(a);
  opened.push_back(result);
  make_shadow(*result);
  close_allocations();
  return result;
}

bool release(void* begin, std::string* damage) {
  const auto found = allocations.find(reinterpret_cast<uintptr_t>(begin));
  if (found == allocations.end()) {
    return false;
  }
  check_canary(*found->second, damage);
  forget(*found->second);
  allocations.erase(found);
  return true;
}

void release_all() {
  for (auto& [address, allocation] : allocations) {
    forget(*allocation);
  }
  allocations.clear();
}

Allocation* find_allocation(const void* address, size_t bytes) {
  const uintptr_t a = reinterpret_cast<uintptr_t>(address);
  auto next = allocations.upper_bound(a);
  if (next == allocations.begin()) {
    return nullptr;
  }
  Allocation* candidate = std::prev(next)->second.get();
  const size_t offset = a - reinterpret_cast<uintptr_t>(candidate->begin);
  return offset <= candidate->bytes && bytes <= candidate->bytes - offset ? candidate : nullptr;
}

const char* describe_address(const void* address) {
  static char text[200];
  const char* p = static_cast<const char*>(address);
  const uintptr_t a = reinterpret_cast<uintptr_t>(address);
  if (a < PAGE) {
    return "a null pointer";
  }
  for (const Range& r : freed) {
    if (p >= r.begin && p < r.begin + r.bytes) {
      snprintf(text, sizeof text, "in an allocation of %zu bytes that has been freed", r.bytes);
      return text;
    }
  }
  const auto next = allocations.upper_bound(a);
  const Allocation* below =
      next == allocations.begin() ? nullptr : std::prev(next)->second.get();
  const Allocation* above = next == allocations.end() ? nullptr : next->second.get();
  const size_t past = below == nullptr ? SIZE_MAX : size_t(p - below->end());
  const size_t before = above == nullptr ? SIZE_MAX : size_t(above->begin - p);
  if (past == SIZE_MAX && before == SIZE_MAX) {
    return "where nothing is allocated";
  }
  if (past <= before) {
    snprintf(text, sizeof text, "%zu bytes past the end of the allocation of %zu bytes at %p", past,
             below->bytes, static_cast<const void*>(below->begin));
  } else {
    snprintf(text, sizeof text, "%zu bytes before the start of the allocation of %zu bytes at %p",
             before, above->bytes, static_cast<const void*>(above->begin));
  }
  return text;
}

size_t total_memory() { return total; }
size_t free_memory() { return total - used; }
void set_total_memory(size_t bytes) { total = bytes < used ? used : bytes; }

void set_allocation_alignment(size_t bytes) { alignment = bytes; }

void open_allocation(Allocation& a) {
  if (!a.open) {
    mprotect(a.mapped + PAGE, a.mapped_bytes - 2 * PAGE, PROT_READ | PROT_WRITE);
    a.open = true;
    opened.push_back(&a);
  }
}

void close_allocations() {
  if (!checking()) {
    return;
  }
  for (Allocation* a : opened) {
    mprotect(a->mapped + PAGE, a->mapped_bytes - 2 * PAGE, PROT_NONE);
    a->open = false;
  }
  opened.clear();
}

}  // namespace emu
