#include "grid.h"

#include <stdint.h>

#include <numeric>

#include "async_copy.h"
#include "checker.h"
#include "memory_faults.h"
#include "scheduler.h"
#include "shared_memory.h"

namespace emu {
namespace {

const Kernel* launched;
void** launch_arguments;

void one_thread() { launched->call(launch_arguments); }

// In which order the blocks run: the k-th is number (start + k * step) mod count. A step that has no
// divisor in common with the count meets every block once.
struct BlockOrder {
  uint64_t start, step;

  explicit BlockOrder(uint64_t count) : start(0), step(1) {
    if (schedule().order == Schedule::REVERSE) {
      start = step = count - 1;
    } else if (schedule().order == Schedule::SEEDED) {
      const uint32_t range = count > 0xffffffffu ? 0xffffffffu : uint32_t(count);
      start = schedule_random(range);
      do {
        step = 1 + schedule_random(range);
      } while (std::gcd(step, count) != 1);
    }
    if (count == 1) {
      step = 1;
    }
  }
};

}  // namespace

Fault run_grid(const Kernel& kernel, dim3 grid, dim3 block, size_t dynamic_shared,
               void** arguments) {
  launched = &kernel;
  launch_arguments = arguments;
  gridDim = grid;
  blockDim = block;
  prepare_shared(kernel, dynamic_shared);
  begin_checked_launch(kernel);
  const MemoryFaultHandler handler;
  const uint64_t count = uint64_t(grid.x) * grid.y * grid.z;
  const BlockOrder order(count);
  const int threads = int(block.x * block.y * block.z);
  uint64_t number = order.start;
  for (uint64_t k = 0; k < count && !faulted(); k++) {
    blockIdx = {unsigned(number % grid.x), unsigned(number / grid.x % grid.y),
                unsigned(number / grid.x / grid.y)};
    begin_checked_block(threads);
    run_threads(threads, one_thread);
    number = (number + order.step) % count;
  }
  if (faulted()) {
    forget_copies();
  }
  return take_fault(kernel.name);
}

}  // namespace emu
