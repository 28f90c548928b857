#include "checker.h"

#include <link.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "block.h"
#include "clocks.h"
#include "fiber.h"
#include "scheduler.h"
#include "shadow.h"
#include "shared_arrays.h"
#include "shared_memory.h"
#include "variant/variant.h"

namespace emu {
namespace {

// ---- clocks ------------------------------------------------------------------------------------

uint32_t block_serial;     // of the running block, over all launches
uint32_t first_of_launch;  // blocks before it belong to earlier launches, all of whose work is done

// known[warp][a][b]: what lane a knows of lane b's clock; its own is at [a][a].
uint32_t known[MAX_THREADS / 32][32][32];

// known_beyond[a][b]: what thread a knows of the clock of thread b, of whichever warp, through named
// barriers. Empty until the block comes to one: few kernels have any.
std::vector<Clocks> known_beyond;

void begin_clocks(int threads) {
  known_beyond.clear();
  for (int w = 0; w * 32 < threads; w++) {
    memset(known[w], 0, sizeof known[w]);
    for (int lane = 0; lane < 32; lane++) {
      known[w][lane][lane] = 1;
    }
  }
}

bool ordered(const Stamp& s, const Thread& me) {
  if (s.block < first_of_launch) {
    return true;
  }
  if (s.block != block_serial) {
    return false;
  }
  if (s.phase != barrier_phase() || s.thread == me.number) {
    return true;
  }
  if (s.thread / 32 == me.warp() && known[me.warp()][me.lane()][s.thread % 32] >= s.clock) {
    return true;
  }
  return !known_beyond.empty() && known_beyond[me.number][s.thread] >= s.clock;
}

void join(Clocks& into, const Clocks& from) {
  for (size_t i = 0; i < from.size(); i++) {
    into[i] = std::max(into[i], from[i]);
  }
}

// ---- shared memory -----------------------------------------------------------------------------

std::vector<Cell> dynamic_cells, static_cells;
std::vector<SharedArray> arrays;  // the kernel's file's, by address
SharedRange statics;

// The static shared array that holds all of the range, or null.
const SharedArray* array_of(const char* begin, size_t bytes) {
  const auto next = std::upper_bound(arrays.begin(), arrays.end(), begin,
                                     [](const char* p, const SharedArray& a) { return p < a.begin; });
  if (next == arrays.begin()) {
    return nullptr;
  }
  const SharedArray& a = *std::prev(next);
  return begin + bytes <= a.begin + a.bytes ? &a : nullptr;
}

// "8 bytes past the end of 'tile' (1024 bytes)": the array before the address.
std::string behind_what(const char* address) {
  std::string text = "before all shared arrays";
  for (const SharedArray& a : arrays) {
    if (a.begin <= address) {
      text = std::to_string(address - (a.begin + a.bytes)) + " bytes past the end of '" + a.name +
             "' (" + std::to_string(a.bytes) + " bytes)";
    }
  }
  return text;
}

// ---- the rules ---------------------------------------------------------------------------------

struct Accessed {
  const char* begin;
  size_t bytes;
  Access access;
  Place place;
  const char* space;  // "shared" or "global"

  const char* verb() const { return access == Access::READ ? "read" : "write"; }
};

[[noreturn]] void fail_race(const Accessed& a, const Stamp& s, const char* what) {
  const bool same_block = s.block == block_serial;
  also(unpack_place(s.place), "not ordered with the %s by thread %d of %s", what, s.thread,
       same_block ? "the same block" : "another block");
  fail(Kind::RACE, a.place, "%s of %zu bytes of %s memory", a.verb(), a.bytes, a.space);
}

void note_read(Cell& c, const Stamp& stamp, const Thread& me) {
  Stamp& first = c.reads[0];
  Stamp& second = c.reads[1];
  if (first.block == 0 || ordered(first, me)) {
    first = stamp;  // a write that comes after this read comes after that one too
  } else if (second.block == 0 || ordered(second, me) ||
             (first.thread / 32 == second.thread / 32 && first.thread / 32 != stamp.thread / 32)) {
    second = stamp;
  }
}

void check_order(Cell& c, const Accessed& a, const Stamp& stamp, const Thread& me) {
  const bool both_atomic = a.access == Access::ATOMIC && c.write.atomic;
  if (c.write.block != 0 && !both_atomic && !ordered(c.write, me)) {
    fail_race(a, c.write, c.write.atomic ? "atomic update" : "write");
  }
  if (a.access == Access::READ) {
    note_read(c, stamp, me);
    return;
  }
  for (const Stamp& read : c.reads) {
    if (read.block != 0 && !ordered(read, me)) {
      fail_race(a, read, "read");
    }
  }
  c.write = stamp;
  c.reads[0] = c.reads[1] = Stamp();
}

Stamp stamp_of(const Thread& me, const Accessed& a) {
  return Stamp{block_serial,
               barrier_phase(),
               known[me.warp()][me.lane()][me.lane()],
               pack_place(a.place),
               uint16_t(me.number),
               a.access == Access::ATOMIC};
}

void check_shared(Cell* cells, const Accessed& a, const Thread& me) {
  const Stamp stamp = stamp_of(me, a);
  for (size_t i = 0; i < a.bytes; i++) {
    Cell& c = cells[i];
    if (c.write.block != block_serial) {
      c = Cell();  // of another block, whose shared memory this is not
    }
    if (a.access != Access::WRITE && c.write.block == 0) {
      fail(Kind::UNINITIALISED, a.place, "%zu bytes of shared memory that no thread has written",
           a.bytes);
    }
    check_order(c, a, stamp, me);
  }
}

void check_global(Allocation& allocation, const Accessed& a, const Thread& me) {
  open_allocation(allocation);
  const Stamp stamp = stamp_of(me, a);
  const size_t offset = size_t(a.begin - allocation.begin);
  for (size_t i = offset; i < offset + a.bytes; i++) {
    if (a.access != Access::WRITE && allocation.shadow->initialised[i] == 0) {
      fail(Kind::UNINITIALISED, a.place,
           "%zu bytes of global memory that nothing has written, %zu bytes into an allocation of %zu",
           a.bytes, offset, allocation.bytes);
    }
    check_order(allocation.shadow->cells[i], a, stamp, me);
    if (a.access != Access::READ) {
      allocation.shadow->initialised[i] = 1;
    }
  }
}

void check_static_shared(const Accessed& a, const Thread& me) {
  if (array_of(a.begin, a.bytes) == nullptr) {
    fail(Kind::OUT_OF_BOUNDS, a.place, "%s of %zu bytes of shared memory %s", a.verb(), a.bytes,
         behind_what(a.begin).c_str());
  }
  check_shared(&static_cells[size_t(a.begin - statics.begin)], a, me);
}

void check_dynamic_shared(const Accessed& a, const Thread& me) {
  const ptrdiff_t offset = a.begin - static_cast<const char*>(dynamic_shared());
  if (offset < 0 || size_t(offset) + a.bytes > dynamic_shared_bytes()) {
    fail(Kind::OUT_OF_BOUNDS, a.place,
         "%s of %zu bytes at byte %td of dynamic shared memory, which has %zu", a.verb(), a.bytes,
         offset, dynamic_shared_bytes());
  }
  check_shared(&dynamic_cells[size_t(offset)], a, me);
}

// The last allocation that was looked up: most accesses are to the same one as before.
Allocation* recent;

Allocation* lookup(const char* address, size_t bytes) {
  if (recent == nullptr || address < recent->begin || address + bytes > recent->end()) {
    recent = find_allocation(address, bytes);
  }
  return recent;
}

// ---- the library itself: constants, threadIdx --------------------------------------------------

struct LibraryRange {
  uintptr_t begin = 0, end = 0;
};

int find_library(dl_phdr_info* info, size_t, void* result) {
  const auto here = reinterpret_cast<uintptr_t>(&find_library);
  LibraryRange range;
  range.begin = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type == PT_LOAD) {
      range.end = std::max<uintptr_t>(
          range.end, info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz);
    }
  }
  if (here < range.begin || here >= range.end) {
    return 0;
  }
  *static_cast<LibraryRange*>(result) = range;
  return 1;
}

bool is_library(const char* p) {
  static const LibraryRange range = [] {
    LibraryRange found;
    dl_iterate_phdr(find_library, &found);
    return found;
  }();
  const auto a = reinterpret_cast<uintptr_t>(p);
  return a >= range.begin && a < range.end;
}

}  // namespace

bool checking() { return CHECKED_BUILD; }

void check_access(const void* address, size_t bytes, Access access, Place place) {
  const Thread* me = running();
  if (!CHECKED_BUILD || me == nullptr || bytes == 0) {
    return;
  }
  const char* p = static_cast<const char*>(address);
  const Stack own = stack(me->stack);
  if (p >= own.low && p < own.high) {
    return;
  }
  Accessed a{p, bytes, access, place, "shared"};
  if (p >= statics.begin && p < statics.end) {
    check_static_shared(a, *me);
  } else if (is_dynamic_shared(p)) {
    check_dynamic_shared(a, *me);
  } else if (is_on_stacks(p)) {
    fail(Kind::OUT_OF_BOUNDS, place, "%s of another thread's local variable", a.verb());
  } else if (Allocation* allocation = lookup(p, bytes)) {
    a.space = "global";
    check_global(*allocation, a, *me);
  } else if (!is_library(p)) {
    fail(Kind::OUT_OF_BOUNDS, place, "%s of %zu bytes of global memory at %p, %s", a.verb(), bytes,
         address, describe_address(address));
  }
}

void check_alignment(const void* address, size_t bytes, Place place) {
  if (CHECKED_BUILD && running() != nullptr && !is_library(static_cast<const char*>(address))) {
    fail(Kind::MISALIGNED, place, "%zu bytes at %p, which is not a multiple of %zu", bytes, address,
         bytes);
  }
}

void tell(Clocks& clocks) {
  if (!CHECKED_BUILD) {
    return;
  }
  const Thread& me = *running();
  if (known_beyond.empty()) {
    known_beyond.assign(size_t(thread_count()), Clocks(size_t(thread_count())));
  }
  clocks.resize(size_t(thread_count()));
  join(clocks, known_beyond[me.number]);
  uint32_t* mine = known[me.warp()][me.lane()];
  for (int lane = 0; lane < 32 && me.warp() * 32 + lane < thread_count(); lane++) {
    uint32_t& clock = clocks[me.warp() * 32 + lane];
    clock = std::max(clock, mine[lane]);
  }
  mine[me.lane()]++;
}

void learn(int thread, const Clocks& clocks) {
  if (CHECKED_BUILD) {
    join(known_beyond[thread], clocks);
  }
}

void order_lanes(int warp, unsigned mask) {
  if (!CHECKED_BUILD) {
    return;
  }
  if (!known_beyond.empty()) {
    Clocks all(known_beyond.size());
    for (int pass = 0; pass < 2; pass++) {
      for (int lane = 0; lane < 32; lane++) {
        if ((mask >> lane & 1) != 0) {
          Clocks& lanes = known_beyond[warp * 32 + lane];
          join(pass == 0 ? all : lanes, pass == 0 ? lanes : all);
        }
      }
    }
  }
  uint32_t joined[32] = {};
  for (int lane = 0; lane < 32; lane++) {
    for (int other = 0; other < 32 && (mask >> lane & 1) != 0; other++) {
      joined[other] = std::max(joined[other], known[warp][lane][other]);
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    if ((mask >> lane & 1) != 0) {
      std::copy_n(joined, 32, known[warp][lane]);
      known[warp][lane][lane]++;
    }
  }
}

void begin_checked_launch(const Kernel& kernel) {
  if (!CHECKED_BUILD) {
    return;
  }
  first_of_launch = block_serial + 1;
  recent = nullptr;
  dynamic_cells.resize(MAX_SHARED);
  if (statics.begin != kernel.shared.begin) {
    statics = kernel.shared;
    static_cells.assign(size_t(statics.end - statics.begin), Cell());
    arrays = shared_arrays(statics);
  }
}

void begin_checked_block(int threads) {
  if (CHECKED_BUILD) {
    block_serial++;
    begin_clocks(threads);
  }
}

void make_shadow(Allocation& allocation) {
  if (CHECKED_BUILD) {
    allocation.shadow = map_shadow(allocation.bytes);
  }
}

void release_shadow(Allocation& allocation) {
  if (allocation.shadow != nullptr) {
    unmap_shadow(allocation.shadow);
    allocation.shadow = nullptr;
  }
}

void mark_written(void* address, size_t bytes, const void* from) {
  Allocation* to = CHECKED_BUILD ? find_allocation(address, bytes) : nullptr;
  if (to == nullptr) {
    return;
  }
  uint8_t* initialised = to->shadow->initialised + (static_cast<char*>(address) - to->begin);
  const Allocation* source = from == nullptr ? nullptr : find_allocation(from, bytes);
  if (source == nullptr) {
    memset(initialised, 1, bytes);
  } else {
    memmove(initialised, source->shadow->initialised + (static_cast<const char*>(from) - source->begin),
            bytes);
  }
}

}  // namespace emu
