#include "source_lines.h"

#include <dlfcn.h>
#include <stdio.h>

#include <vector>

namespace emu {
namespace {

std::string without_folders(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

// Of "softmax.cu:42 (discriminator 3)\n" the first word, or "" where addr2line knows nothing ("??").
std::string place_in(const char* line) {
  std::string place = without_folders(line);
  place = place.substr(0, place.find_first_of(" \n"));
  return place.empty() || place[0] == '?' ? "" : place;
}

bool in_emulator(const std::string& place) {
  return place.compare(0, 9, "device.h:") == 0 || place.compare(0, 7, "warp.h:") == 0;
}

}  // namespace

std::string source_line(const void* pc) {
  Dl_info library;
  if (dladdr(pc, &library) == 0) {
    return "";
  }
  char offset[32];
  snprintf(offset, sizeof offset, "0x%zx",
           size_t(static_cast<const char*>(pc) - static_cast<const char*>(library.dli_fbase)) - 1);
  std::vector<std::string> places;  // innermost inlined function first
  const std::string command =
      std::string("addr2line -i -e '") + library.dli_fname + "' " + offset + " 2>/dev/null";
  if (FILE* answer = popen(command.c_str(), "r")) {
    char line[512];
    while (fgets(line, sizeof line, answer) != nullptr) {
      const std::string place = place_in(line);
      if (!place.empty() && !in_emulator(place)) {
        places.push_back(place);
      }
    }
    pclose(answer);
  }
  if (places.empty()) {
    return without_folders(library.dli_fname) + "+" + offset;
  }
  return places.size() == 1 ? places[0] : places[0] + " (in " + places.back() + ")";
}

}  // namespace emu
