// From an address in this library's code to a line of source.
#pragma once
#include <string>

namespace emu {

/// "softmax.cu:42" for the call before pc (a return address); for inlined code
/// "vec.cuh:12 (in softmax.cu:42)". Asks addr2line of binutils; without it "libcuda.so.1+0x1234".
std::string source_line(const void* pc);

}  // namespace emu
