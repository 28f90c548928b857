#include "shadow.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <map>
#include <utility>
#include <vector>

namespace emu {
namespace {

constexpr uint32_t NAMED = 0x80000000u;  // an index into named_places(), not an offset in the library

std::vector<Place>& named_places() {
  static std::vector<Place> places;
  return places;
}

const char* library_base() {
  static const char* const base = [] {
    Dl_info library{};
    dladdr(reinterpret_cast<const void*>(&library_base), &library);
    return static_cast<const char*>(library.dli_fbase);
  }();
  return base;
}

void* map_zeros(size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    perror("kernite cuda-host: no address space for the checked build's shadow memory");
    abort();
  }
  return p;
}

}  // namespace

Shadow* map_shadow(size_t bytes) {
  return new Shadow{static_cast<Cell*>(map_zeros(bytes * sizeof(Cell))),
                    static_cast<uint8_t*>(map_zeros(bytes)), bytes};
}

void unmap_shadow(Shadow* shadow) {
  munmap(shadow->cells, shadow->bytes * sizeof(Cell));
  munmap(shadow->initialised, shadow->bytes);
  delete shadow;
}

uint32_t pack_place(Place place) {
  if (place.file == nullptr) {
    return uint32_t(static_cast<const char*>(place.pc) - library_base());
  }
  static std::map<std::pair<const char*, int>, uint32_t> numbers;
  const auto next = uint32_t(named_places().size());
  const auto [entry, is_new] = numbers.emplace(std::make_pair(place.file, place.line), next);
  if (is_new) {
    named_places().push_back(place);
  }
  return NAMED | entry->second;
}

Place unpack_place(uint32_t packed) {
  if ((packed & NAMED) != 0) {
    return named_places()[packed & ~NAMED];
  }
  return Place{nullptr, 0, library_base() + packed};
}

}  // namespace emu
