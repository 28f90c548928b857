#include "async_copy.h"

#include <stdint.h>
#include <string.h>

#include <vector>

#include "checker.h"
#include "fiber.h"
#include "scheduler.h"

namespace emu {
namespace {

struct Copy {
  void* to;
  const void* from;
  int bytes;
  int valid;  // the rest is filled with zeros
  Place place;
};

using Group = std::vector<Copy>;

struct Copies {
  Group open;                 // started, not committed
  std::vector<Group> groups;  // committed, oldest first

  void commit() {
    groups.push_back(std::move(open));
    open.clear();
  }
};

Copies of_thread[MAX_THREADS];
bool is_lazy = true;

void run(const Copy& c) {
  check_access(c.from, size_t(c.valid), Access::READ, c.place);
  check_access(c.to, size_t(c.bytes), Access::WRITE, c.place);
  memcpy(c.to, c.from, size_t(c.valid));
  memset(static_cast<char*>(c.to) + c.valid, 0, size_t(c.bytes - c.valid));
}

}  // namespace

void set_lazy_copies(bool lazy) { is_lazy = lazy; }

void start_copy(void* shared, const void* global, int bytes, int valid, Place place) {
  const uintptr_t addresses = reinterpret_cast<uintptr_t>(shared) | reinterpret_cast<uintptr_t>(global);
  if ((addresses & uintptr_t(bytes - 1)) != 0) {
    fail(Kind::MISALIGNED, place, "cp.async of %d bytes from %p to %p", bytes, global, shared);
  }
  if (valid < 0 || valid > bytes) {
    fail(Kind::ASYNC_COPY, place, "cp.async of %d bytes is told to read %d", bytes, valid);
  }
  const Copy copy{shared, global, bytes, valid, place};
  if (is_lazy) {
    of_thread[running()->number].open.push_back(copy);
  } else {
    run(copy);
  }
}

void copy_commit() {
  of_thread[running()->number].commit();
}

void copy_wait(int pending) {
  Copies& mine = of_thread[running()->number];
  while (int(mine.groups.size()) > pending) {
    for (const Copy& copy : mine.groups.front()) {
      run(copy);
    }
    mine.groups.erase(mine.groups.begin());
  }
}

void forget_copies() {
  for (Copies& copies : of_thread) {
    copies.open.clear();
    copies.groups.clear();
  }
}

void end_copies(int thread) {
  Copies& mine = of_thread[thread];
  if (!mine.open.empty()) {
    mine.commit();
  }
  for (const Group& group : mine.groups) {
    if (!group.empty()) {
      fail(Kind::ASYNC_COPY, group[0].place, "the thread ends before it has waited for this cp.async");
    }
  }
  mine.groups.clear();
}

}  // namespace emu
