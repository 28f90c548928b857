#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "scheduler.h"
#include "source_lines.h"

namespace emu {
namespace {

struct KindName {
  const char* word;
  int result;  // CUresult
};

KindName name_of(Kind kind) {
  switch (kind) {
    case Kind::OUT_OF_BOUNDS: return {"out of bounds", 700};    // CUDA_ERROR_ILLEGAL_ADDRESS
    case Kind::MISALIGNED: return {"misaligned access", 716};   // CUDA_ERROR_MISALIGNED_ADDRESS
    case Kind::STACK_OVERFLOW: return {"stack overflow", 719};  // CUDA_ERROR_LAUNCH_FAILED
    case Kind::UNINITIALISED: return {"uninitialised read", 719};
    case Kind::RACE: return {"race", 719};
    case Kind::DIVERGENCE: return {"divergence", 719};
    case Kind::LANE_MASK: return {"lane mask", 719};
    case Kind::ASYNC_COPY: return {"asynchronous copy", 719};
    case Kind::ARITHMETIC: return {"arithmetic", 719};
  }
  return {"fault", 719};
}

// The fault of the running launch. A fiber that fails is left and never returned to, so nothing that
// owns memory may live on its stack: hence the plain arrays.
struct Pending {
  bool set = false;
  Kind kind{};
  char thread[96] = "";
  char text[512] = "";
  Place place;
  char other_text[256] = "";
  Place other;
} pending;

void note(Kind kind, Place place) {
  pending.set = true;
  pending.kind = kind;
  pending.place = place;
  int n = snprintf(pending.thread, sizeof pending.thread, "block (%u,%u,%u)", blockIdx.x,
                   blockIdx.y, blockIdx.z);
  if (const Thread* t = running()) {
    snprintf(pending.thread + n, sizeof pending.thread - n, ", thread (%u,%u,%u)", t->index.x,
             t->index.y, t->index.z);
  }
}

const char* file_name(const char* path) {
  const char* name = path;
  for (const char* p = path; *p != 0; p++) {
    if (*p == '/') {
      name = p + 1;
    }
  }
  return name;
}

}  // namespace

void also(Place place, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(pending.other_text, sizeof pending.other_text, format, arguments);
  va_end(arguments);
  pending.other = place;
}

void fail(Kind kind, Place place, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(pending.text, sizeof pending.text, format, arguments);
  va_end(arguments);
  note(kind, place);
  leave_block();
}

void note_fault(Kind kind, Place place, const std::string& text) {
  snprintf(pending.text, sizeof pending.text, "%s", text.c_str());
  note(kind, place);
}

bool faulted() { return pending.set; }

Fault take_fault(const std::string& kernel) {
  if (!pending.set) {
    return {};
  }
  const KindName name = name_of(pending.kind);
  std::string message = "kernel " + kernel + ", " + pending.thread + ": " + name.word + ": " +
                        pending.text;
  const std::string place = describe(pending.place);
  if (!place.empty()) {
    message += ", " + place;
  }
  if (pending.other_text[0] != 0) {
    const std::string other = describe(pending.other);
    message += std::string("; ") + pending.other_text + (other.empty() ? "" : " at " + other);
  }
  pending = Pending();
  return {name.result, message};
}

std::string describe(Place place) {
  if (place.file != nullptr) {
    return std::string(file_name(place.file)) + ":" + std::to_string(place.line);
  }
  return place.pc == nullptr ? "" : source_line(place.pc);
}

}  // namespace emu
