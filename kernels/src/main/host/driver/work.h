// What a stream is given to do, as values: the same are the nodes of a graph.
#pragma once
#include <variant>
#include <vector>

#include "../registry.h"
#include "../vector_types.h"
#include "api.h"

namespace driver {

/// A launch, with the values of its arguments: a driver copies them when it is called.
struct Launch {
  emu::Kernel* kernel = nullptr;
  dim3 grid, block;
  unsigned shared_bytes = 0;
  std::vector<char> arguments;  // laid out as a struct

  /// Takes the arguments from where a caller of cuLaunchKernel has left them.
  Result take_arguments(void** parameters, void** extra);
};

struct Copy {
  char* to = nullptr;
  const char* from = nullptr;
  size_t bytes = 0;
};

/// Writes count elements of 1, 2 or 4 bytes.
struct Fill {
  char* to = nullptr;
  uint32_t value = 0;
  int element_bytes = 0;
  size_t count = 0;
};

struct Release {
  char* begin = nullptr;
};

struct Event;

struct Record {
  Event* event = nullptr;
};

using Work = std::variant<Launch, Copy, Fill, Release, Record>;

/// Does it, now.
Result run(Work& work);

/// Whether the launch is one that a device could run; the reason is noted.
Result check_geometry(const Launch& launch);

}  // namespace driver
