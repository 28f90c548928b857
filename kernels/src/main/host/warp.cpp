#include "warp.h"

#include "checker.h"
#include "fiber.h"
#include "scheduler.h"

namespace emu {
namespace {

// What a lane brings to a meeting, and takes from it.
struct Lane {
  WarpOp op;
  unsigned mask;
  uint64_t in, out;
  int argument, width;
  Place place;
  void (*work)(void* const* lanes) = nullptr;
};

struct Warp {
  Lane lanes[32];
  unsigned waiting;  // lanes that have arrived at a warp function
  unsigned ended;
};

Warp warps[MAX_THREADS / 32];

bool has(unsigned mask, int lane) { return mask >> lane & 1; }

const char* name_of(WarpOp op) {
  switch (op) {
    case WarpOp::SHFL_IDX: return "__shfl_sync";
    case WarpOp::SHFL_UP: return "__shfl_up_sync";
    case WarpOp::SHFL_DOWN: return "__shfl_down_sync";
    case WarpOp::SHFL_XOR: return "__shfl_xor_sync";
    case WarpOp::BALLOT: return "a vote";
    case WarpOp::SYNC: return "__syncwarp";
    case WarpOp::TOGETHER: return "a warp-wide instruction";
  }
  return "";
}

// The lane whose value `lane` gets (CUDA C++ Programming Guide, "Warp Shuffle Functions"): a source
// outside of the lane's segment of `width` lanes gives the lane its own value.
int source_lane(const Lane& l, int lane) {
  const int segment = lane & ~(l.width - 1);
  const int by = l.argument & 31;  // shfl looks at five bits
  int source = lane;
  switch (l.op) {
    case WarpOp::SHFL_IDX: return segment + (by & (l.width - 1));
    case WarpOp::SHFL_UP: source = lane - by; break;
    case WarpOp::SHFL_DOWN: source = lane + by; break;
    case WarpOp::SHFL_XOR: source = lane ^ by; break;
    default: break;
  }
  if (l.op == WarpOp::SHFL_XOR) {
    return source >= segment + l.width ? lane : source;  // earlier segments may be read
  }
  return source < segment || source >= segment + l.width ? lane : source;
}

void do_together(Warp& warp, const Lane& last) {
  void* lanes[32];
  for (int lane = 0; lane < 32; lane++) {
    lanes[lane] = reinterpret_cast<void*>(warp.lanes[lane].in);
  }
  last.work(lanes);
}

void complete(Warp& warp, unsigned mask, WarpOp op) {
  unsigned votes = 0;
  for (int lane = 0; lane < 32; lane++) {
    if (has(mask, lane) && warp.lanes[lane].in != 0) {
      votes |= 1u << lane;
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    if (!has(mask, lane)) {
      continue;
    }
    Lane& l = warp.lanes[lane];
    if (op == WarpOp::BALLOT) {
      l.out = votes;
    } else if (op != WarpOp::SYNC && op != WarpOp::TOGETHER) {
      const int source = source_lane(l, lane);
      if (!has(mask, source)) {
        fail(Kind::LANE_MASK, l.place, "lane %d reads lane %d, which mask %08x leaves out", lane,
             source, mask);
      }
      l.out = warp.lanes[source].in;
    }
  }
}

void check_alike(const Warp& warp, unsigned mask, const Lane& mine) {
  for (int lane = 0; lane < 32; lane++) {
    const Lane& l = warp.lanes[lane];
    if (has(mask, lane) && (l.op != mine.op || l.mask != mine.mask ||
                            l.place.line != mine.place.line || l.place.file != mine.place.file)) {
      also(l.place, "lane %d waits in %s with mask %08x", lane, name_of(l.op), l.mask);
      fail(Kind::DIVERGENCE, mine.place, "the lanes of mask %08x are not all at this %s", mine.mask,
           name_of(mine.op));
    }
  }
}

uint64_t meet(WarpOp op, unsigned mask, uint64_t value, int argument, int width, Place place,
              void (*work)(void* const*) = nullptr) {
  Thread* me = running();
  Warp& warp = warps[me->warp()];
  const int lane = me->lane();
  const int lanes = thread_count() - me->warp() * 32;  // the last warp may be smaller
  const unsigned existing = lanes >= 32 ? ~0u : (1u << lanes) - 1;
  if (!has(mask, lane)) {
    fail(Kind::LANE_MASK, place, "%s: mask %08x leaves out the calling lane %d", name_of(op), mask,
         lane);
  }
  if ((mask & warp.ended) != 0) {
    fail(Kind::LANE_MASK, place, "%s: mask %08x names lanes that have ended (%08x)", name_of(op),
         mask, mask & warp.ended);
  }
  if (width < 1 || width > 32 || (width & (width - 1)) != 0) {
    fail(Kind::LANE_MASK, place, "%s: width %d is no power of two up to 32", name_of(op), width);
  }
  mask &= existing;
  Lane& mine = warp.lanes[lane];
  mine = Lane{op, mask, value, 0, argument, width, place, work};
  me->state = State::WAITING;
  warp.waiting |= 1u << lane;
  if ((warp.waiting & mask) == mask) {
    check_alike(warp, mask, mine);
    complete(warp, mask, op);
    if (op == WarpOp::TOGETHER) {
      do_together(warp, mine);
    }
    warp.waiting &= ~mask;
    for (int i = 0; i < 32; i++) {
      if (has(mask, i)) {
        wake(me->warp() * 32 + i);
      }
    }
    if (op == WarpOp::SYNC) {
      order_lanes(me->warp(), mask);
    }
  }
  wait_here(name_of(op), place);
  return mine.out;
}

}  // namespace

void begin_warps() {
  for (int w = 0; w * 32 < thread_count(); w++) {
    warps[w].waiting = warps[w].ended = 0;
  }
}

void leave_warp(const Thread& thread) {
  Warp& warp = warps[thread.warp()];
  warp.ended |= 1u << thread.lane();
  // Lanes that wait for this one would wait for ever; name the mask instead of a deadlock.
  for (int lane = 0; lane < 32 && warp.waiting != 0; lane++) {
    const Lane& l = warp.lanes[lane];
    if (has(warp.waiting, lane) && has(l.mask, thread.lane())) {
      fail(Kind::LANE_MASK, l.place, "%s: lane %d waits for lane %d (mask %08x), which has ended",
           name_of(l.op), lane, thread.lane(), l.mask);
    }
  }
}

uint64_t exchange(WarpOp op, unsigned mask, uint64_t value, int argument, int width, Place place) {
  return meet(op, mask, value, argument, width, place);
}

void work_together(const char* name, void* mine, void (*work)(void* const* lanes), Place place) {
  if (thread_count() - running()->warp() * 32 < 32) {
    fail(Kind::LANE_MASK, place, "%s needs a whole warp", name);
  }
  meet(WarpOp::TOGETHER, ~0u, reinterpret_cast<uint64_t>(mine), 0, 32, place, work);
}

void sync_warp(unsigned mask, Place place) { meet(WarpOp::SYNC, mask, 0, 0, 32, place); }

}  // namespace emu
