#include "api.h"

#include <map>

#include "../registry.h"

namespace driver {
namespace {

std::mutex the_lock;
bool initialised;
Result lasting = SUCCESS;
std::map<Result, std::string>& messages() {
  static std::map<Result, std::string> all;
  return all;
}

Result start() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    return failed(NO_DEVICE, "cuda-host was built for processors with AVX2 and FMA");
  }
  if (!emu::duplicate_kernel().empty()) {
    return failed(NO_DEVICE, "two kernels have the name " + emu::duplicate_kernel());
  }
  return settings().init;
}

}  // namespace

Call::Call(Needs needs) : lock(the_lock), refusal(SUCCESS) {
  if (needs == INITIALISED) {
    refusal = initialised ? lasting : NOT_INITIALIZED;
  }
}

Result fail_for_good(Result result, const std::string& message) {
  lasting = result;
  return failed(result, message);
}

Result failed(Result result, const std::string& message) {
  messages()[result] = message;
  return result;
}

void revive() {
  lasting = SUCCESS;
  messages().clear();
}

const char* message_of(Result result) {
  const auto found = messages().find(result);
  return found == messages().end() ? "" : found->second.c_str();
}

Settings& settings() {
  static Settings all;
  return all;
}

bool is_due(long& countdown) { return countdown > 0 && --countdown == 0; }

}  // namespace driver

using namespace driver;

DRIVER_API cuInit(unsigned flags) {
  ENTER(Call::NOTHING);
  if (flags != 0) {
    return INVALID_VALUE;
  }
  const Result result = start();
  initialised = initialised || result == SUCCESS;
  return result;
}

DRIVER_API cuDriverGetVersion(int* version) {
  ENTER(Call::NOTHING);
  *version = settings().driver_version;
  return SUCCESS;
}
