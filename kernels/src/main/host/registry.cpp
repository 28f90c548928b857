#include "registry.h"

#include <map>

namespace emu {
namespace {

// Functions, not variables: registrations run before main, in any order of files.
std::map<std::string, Kernel>& kernels() {
  static std::map<std::string, Kernel> all;
  return all;
}

std::string& duplicate() {
  static std::string name;
  return name;
}

}  // namespace

Kernel* find_kernel(const std::string& name) {
  const auto found = kernels().find(name);
  return found == kernels().end() ? nullptr : &found->second;
}

const std::string& duplicate_kernel() { return duplicate(); }

Registration::Registration(const char* name, void (*call)(void**),
                           std::span<const Parameter> parameters, SharedRange shared) {
  const Kernel kernel{name, call, parameters, shared};
  if (!kernels().emplace(name, kernel).second) {
    duplicate() = name;
  }
}

}  // namespace emu
