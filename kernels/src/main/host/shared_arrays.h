// The static shared arrays of a source file, as this library's symbol table tells them.
#pragma once
#include <stddef.h>

#include <string>
#include <vector>

#include "registry.h"

namespace emu {

struct SharedArray {
  const char* begin;
  size_t bytes;
  std::string name;
};

/// The arrays in the range, by address, without the gaps between them. Empty if the library has been
/// stripped of its symbols.
std::vector<SharedArray> shared_arrays(const SharedRange& range);

}  // namespace emu
