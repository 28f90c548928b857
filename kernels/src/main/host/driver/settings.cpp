// kernite_host_set: how the emulator behaves, and the failures that tests ask for.
#include <stdlib.h>
#include <string.h>

#include <atomic>

#include "../async_copy.h"
#include "../device_memory.h"
#include "../scheduler.h"
#include "api.h"
#include "stream.h"

namespace driver {
namespace {

// Digits only; -1 for anything else.
long number(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
    return -1;
  }
  return strtol(text.c_str(), nullptr, 10);
}

bool set_schedule(const std::string& value) {
  emu::Schedule schedule;
  if (value == "reverse") {
    schedule.order = emu::Schedule::REVERSE;
  } else if (value != "forward") {
    if (number(value) < 0) {
      return false;
    }
    schedule = {emu::Schedule::SEEDED, uint64_t(number(value))};
  }
  emu::set_schedule(schedule);
  return true;
}

// "lazy" or "eager"
bool set_choice(const std::string& value, void (*set_lazy)(bool)) {
  if (value != "lazy" && value != "eager") {
    return false;
  }
  set_lazy(value == "lazy");
  return true;
}

bool set_failure(const std::string& value) {
  const size_t colon = value.find(':');
  const std::string kind = value.substr(0, colon);
  const std::string detail = colon == std::string::npos ? "" : value.substr(colon + 1);
  const long n = number(detail);
  Settings& s = settings();
  if (value == "none") {
    s = Settings{};
  } else if (value == "binary") {
    s.only_ptx = true;
  } else if (kind == "memory" && n > 0) {
    s.failing_allocation = n;
  } else if (kind == "launch" && n > 0) {
    s.failing_launch = n;
  } else if (kind == "driver" && n > 0) {
    s.driver_version = int(n);
  } else if (kind == "init" && n > 0) {
    s.init = Result(n);
  } else if (kind == "symbol" && !detail.empty()) {
    s.missing_symbol = detail;
  } else {
    return false;
  }
  return true;
}

std::atomic<bool> nothing_is_launched;

bool set(const std::string& key, const std::string& value) {
  if (key == "schedule") {
    return set_schedule(value);
  }
  if (key == "async") {
    return set_choice(value, emu::set_lazy_copies);
  }
  if (key == "streams") {
    return set_choice(value, [](bool lazy) { settings().lazy_streams = lazy; });
  }
  if (key == "fail") {
    return set_failure(value);
  }
  if (key == "launches" && (value == "run" || value == "none")) {
    set_launches_do_nothing(value == "none");
    return true;
  }
  if (key == "memory" && number(value) > 0) {
    emu::set_total_memory(size_t(number(value)));
    return true;
  }
  if (key == "align" && (value == "16" || value == "256")) {
    emu::set_allocation_alignment(size_t(number(value)));
    return true;
  }
  return false;
}

}  // namespace

bool launches_do_nothing() { return nothing_is_launched.load(std::memory_order_relaxed); }
void set_launches_do_nothing(bool nothing) { nothing_is_launched = nothing; }

}  // namespace driver

/// Sets how the emulated device behaves. Returns 0, or 1 if key or value is not understood.
///
///   schedule  forward | reverse | SEED       the order of threads and blocks
///   async     lazy | eager                   cp.async copies at the wait, or at once
///   streams   eager | lazy                   work of a stream at once, or when somebody waits for it
///   launches  run | none                     none: a launch does nothing, not even look at its arguments
///   memory    BYTES                          how much the device has
///   align     256 | 16                       of allocations; with 16 they end at their guard page
///   fail      memory:N | launch:N            the N-th allocation or launch from now fails
///             symbol:NAME                    no module has that kernel
///             binary                         images have no machine code for this device, PTX is taken
///             driver:VERSION                 what cuDriverGetVersion tells (12040 is CUDA 12.4)
///             init:RESULT                    what cuInit returns
///             none                           no failures
extern "C" __attribute__((visibility("default"))) int kernite_host_set(const char* key,
                                                                        const char* value) {
  const driver::Call call(driver::Call::NOTHING);
  return driver::set(key, value) ? 0 : 1;
}
