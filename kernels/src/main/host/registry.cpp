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

void forget_attributes() {
  for (auto& [name, kernel] : kernels()) {
    kernel.max_dynamic_shared = DEFAULT_DYNAMIC_SHARED;
  }
}

const std::string& duplicate_kernel() { return duplicate(); }

std::string as_identifier(std::string path) {
  for (char& c : path) {
    c = c == '/' || c == '-' ? '_' : c;
  }
  return path;
}

Registration::Registration(const char* name, const char* section, void (*call)(void**),
                           std::span<const Parameter> parameters, SharedRange shared) {
  const std::string prefix = "kernite_shared_";
  const std::string image = std::string(section).substr(prefix.size());
  if (!kernels().emplace(name, Kernel{name, call, parameters, shared, image}).second) {
    duplicate() = name;
  }
}

}  // namespace emu
