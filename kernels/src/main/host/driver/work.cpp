#include "work.h"

#include <string.h>

#include <string>

#include "../device_memory.h"
#include "../checker.h"
#include "../fiber.h"
#include "../grid.h"
#include "../shared_memory.h"
#include "stream.h"

namespace driver {
namespace {

std::string geometry(const Launch& l) {
  auto text = [](dim3 d) {
    return "(" + std::to_string(d.x) + "," + std::to_string(d.y) + "," + std::to_string(d.z) + ")";
  };
  return "kernel " + l.kernel->name + ", grid " + text(l.grid) + ", block " + text(l.block) + ", " +
         std::to_string(l.shared_bytes) + " bytes of dynamic shared memory";
}

Result run_launch(Launch& launch) {
  if (is_due(settings().failing_launch)) {
    return fail_for_good(LAUNCH_FAILED, geometry(launch) + ": failed on request");
  }
  std::vector<void*> pointers;
  for (const emu::Parameter& p : launch.kernel->parameters) {
    pointers.push_back(launch.arguments.data() + p.offset);
  }
  const emu::Fault fault = emu::run_grid(*launch.kernel, launch.grid, launch.block,
                                         launch.shared_bytes, pointers.data());
  emu::close_allocations();
  return fault.result == 0 ? SUCCESS : fail_for_good(Result(fault.result), fault.message);
}

// Opens the device's side of a copy; false if the range is no (one) allocation's.
bool open(const char* begin, size_t bytes) {
  emu::Allocation* allocation = emu::find_allocation(begin, bytes);
  if (allocation != nullptr) {
    emu::open_allocation(*allocation);
  }
  return allocation != nullptr;
}

Result run_copy(const Copy& copy) {
  open(copy.from, copy.bytes);  // one side may be the host's
  open(copy.to, copy.bytes);
  memmove(copy.to, copy.from, copy.bytes);
  emu::mark_written(copy.to, copy.bytes, copy.from);
  emu::close_allocations();
  return SUCCESS;
}

Result run_fill(const Fill& fill) {
  const size_t bytes = fill.count * size_t(fill.element_bytes);
  open(fill.to, bytes);
  if (fill.element_bytes == 1) {
    memset(fill.to, int(fill.value), bytes);
  } else {
    for (size_t i = 0; i < bytes; i += size_t(fill.element_bytes)) {
      memcpy(fill.to + i, &fill.value, size_t(fill.element_bytes));  // little-endian: its low bytes
    }
  }
  emu::mark_written(fill.to, bytes, nullptr);
  emu::close_allocations();
  return SUCCESS;
}

Result run_release(const Release& release) {
  std::string damage;
  if (!emu::release(release.begin, &damage)) {
    return INVALID_VALUE;
  }
  return damage.empty() ? SUCCESS : fail_for_good(ILLEGAL_ADDRESS, damage);
}

}  // namespace

Result run(Work& work) {
  if (auto* launch = std::get_if<Launch>(&work)) {
    return run_launch(*launch);
  }
  if (auto* copy = std::get_if<Copy>(&work)) {
    return run_copy(*copy);
  }
  if (auto* fill = std::get_if<Fill>(&work)) {
    return run_fill(*fill);
  }
  if (auto* release = std::get_if<Release>(&work)) {
    return run_release(*release);
  }
  return record_time(*std::get<Record>(work).event);
}

Result Launch::take_arguments(void** parameters, void** extra) {
  const auto declared = kernel->parameters;
  const size_t bytes = declared.empty() ? 0 : declared.back().offset + declared.back().bytes;
  arguments.resize(bytes);
  if (parameters != nullptr) {
    for (size_t i = 0; i < declared.size(); i++) {
      memcpy(arguments.data() + declared[i].offset, parameters[i], declared[i].bytes);
    }
    return SUCCESS;
  }
  // "extra" is a list of keys and values: 1, the packed arguments; 2, a pointer to their size; 0.
  const void* packed = nullptr;
  size_t packed_bytes = 0;
  for (; extra != nullptr && *extra != nullptr; extra += 2) {
    if (reinterpret_cast<intptr_t>(extra[0]) == 1) {
      packed = extra[1];
    } else if (reinterpret_cast<intptr_t>(extra[0]) == 2) {
      packed_bytes = *static_cast<size_t*>(extra[1]);
    }
  }
  if (bytes > 0 && (packed == nullptr || packed_bytes < bytes)) {
    return failed(INVALID_VALUE, "kernel " + kernel->name + " takes " + std::to_string(bytes) +
                                     " bytes of arguments, given are " +
                                     std::to_string(packed_bytes));
  }
  if (bytes > 0) {
    memcpy(arguments.data(), packed, bytes);
  }
  return SUCCESS;
}

Result check_geometry(const Launch& l) {
  const uint64_t threads = uint64_t(l.block.x) * l.block.y * l.block.z;
  const bool grid_fits = l.grid.x >= 1 && l.grid.y >= 1 && l.grid.z >= 1 &&
                         l.grid.x <= 0x7fffffffu && l.grid.y <= 65535 && l.grid.z <= 65535;
  const bool block_fits = threads >= 1 && threads <= emu::MAX_THREADS && l.block.x <= 1024 &&
                          l.block.y <= 1024 && l.block.z <= 64;
  if (!grid_fits || !block_fits) {
    return failed(INVALID_VALUE, geometry(l) + ": the device cannot run such a grid");
  }
  if (l.shared_bytes > unsigned(l.kernel->max_dynamic_shared)) {
    return failed(INVALID_VALUE, geometry(l) + ": more than the " +
                                     std::to_string(l.kernel->max_dynamic_shared) +
                                     " that cuFuncSetAttribute has allowed");
  }
  return SUCCESS;
}

}  // namespace driver
