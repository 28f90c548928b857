// What is wrong with a kernel, where, and how it is told.
#pragma once
#include <string>

namespace emu {

/// A place in a source file: known by name, or as an address in this library's code.
struct Place {
  const char* file = nullptr;
  int line = 0;
  const void* pc = nullptr;
};

/// The kinds of fault. Each has a fixed word in the message and the CUresult a real driver would
/// give, as far as it would notice.
enum class Kind {
  OUT_OF_BOUNDS,
  UNINITIALISED,
  MISALIGNED,
  RACE,
  DIVERGENCE,
  LANE_MASK,
  ASYNC_COPY,
  ARITHMETIC,
  STACK_OVERFLOW,
};

/// A fault of a kernel, as the driver hands it on.
struct Fault {
  int result = 0;       // CUresult; 0: none
  std::string message;  // "kernel k, block (0,0,0), thread (1,0,0): race: ..., softmax.cu:42"
};

/// Ends the launch from inside a thread of it: notes the fault and leaves the block for good. The
/// message is completed with kernel, block, thread and place by take_fault().
[[noreturn]] void fail(Kind kind, Place place, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/// Says, before fail(), with which other place the fault has to do: "not ordered with the read by
/// thread 7", "softmax.cu:40".
void also(Place place, const char* format, ...) __attribute__((format(printf, 2, 3)));

/// Notes the fault without leaving; for the scheduler itself, which has no thread to leave.
void note_fault(Kind kind, Place place, const std::string& text);

bool faulted();

/// The fault of the launch that just ended; clears it.
Fault take_fault(const std::string& kernel);

/// "softmax.cu:42"; for code inlined from a header "vec.cuh:12 (in softmax.cu:42)".
std::string describe(Place place);

}  // namespace emu
