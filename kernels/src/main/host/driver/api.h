// What the files of the driver share: result codes, handles, and the rules for every call.
//
// Signatures and numbers are those of NVIDIA's cuda.h (driver API), written by hand as far as they are
// needed. A call takes the one lock, is refused if the device is not ready or has failed, and else acts.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <mutex>
#include <string>

#define DRIVER_API extern "C" __attribute__((visibility("default"))) ::driver::Result

namespace driver {

enum Result : int {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NO_BINARY_FOR_GPU = 209,
  UNSUPPORTED_PTX_VERSION = 222,
  FILE_NOT_FOUND = 301,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_FAILED = 719,
  HOST_MEMORY_ALREADY_REGISTERED = 712,
  HOST_MEMORY_NOT_REGISTERED = 713,
  NOT_SUPPORTED = 801,
  STREAM_CAPTURE_UNSUPPORTED = 900,
  STREAM_CAPTURE_INVALIDATED = 901,
  STREAM_CAPTURE_UNMATCHED = 903,
  STREAM_CAPTURE_IMPLICIT = 906,
};

using DevicePointer = uint64_t;

/// One call from outside: holds the lock, and knows whether the call is refused.
class Call {
 public:
  enum Needs { NOTHING, INITIALISED };
  explicit Call(Needs needs = INITIALISED);
  Result refused() const { return refusal; }

 private:
  std::lock_guard<std::mutex> lock;
  Result refusal;
};

/// Begins every function of the API.
#define ENTER(...)                       \
  const ::driver::Call call{__VA_ARGS__}; \
  if (call.refused() != ::driver::SUCCESS) return call.refused()

/// The device fails for good, as after a fault of a kernel: every later call returns this result.
Result fail_for_good(Result result, const std::string& message);

/// Notes in words why a call has failed; cuGetErrorString gives them for that result.
Result failed(Result result, const std::string& message);

/// Forgets a failure: the context is made anew.
void revive();

/// What was last noted for a result, or "".
const char* message_of(Result result);

// ---- settings (kernite_host_set) -----------------------------------------------------------------
struct Settings {
  int driver_version = 13000;   // what cuDriverGetVersion tells
  Result init = SUCCESS;        // what cuInit returns
  long failing_allocation = 0;  // the n-th allocation from now finds no memory; 0: none
  long failing_launch = 0;      // the n-th launch from now fails; 0: none
  std::string missing_symbol;   // a kernel that no module has
  bool only_ptx = false;        // no image has machine code for this device
  bool lazy_streams = false;    // work waits until somebody waits for it
};
Settings& settings();

/// Whether launches do nothing and return at once, for measuring what a launch costs its caller. Read
/// without the lock.
bool launches_do_nothing();
void set_launches_do_nothing(bool nothing);

/// Counts down to a failure on request; true when it is due.
bool is_due(long& countdown);

}  // namespace driver
