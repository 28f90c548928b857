// What g++ -fsanitize=alignment,bounds,... calls where a kernel does what C++ and CUDA leave undefined:
// an index outside of an array of known size, a vector at an address that is no multiple of its size,
// an overflow of a signed index. The layouts are those of the compiler's (libubsan's) interface.
#include <stdint.h>

#include "fault.h"
#include "scheduler.h"

namespace {

struct SourceLocation {
  const char* file;
  uint32_t line;
  uint32_t column;

  emu::Place place() const { return {file, int(line), nullptr}; }
};

struct TypeDescriptor {
  uint16_t kind;
  uint16_t info;
  char name[1];
};

struct IndexData {
  SourceLocation location;
  const TypeDescriptor* array_type;
  const TypeDescriptor* index_type;
};

struct TypeMismatchData {
  SourceLocation location;
  const TypeDescriptor* type;
  uint8_t log_alignment;
  uint8_t access;
};

struct OverflowData {
  SourceLocation location;
  const TypeDescriptor* type;
};

// The emulator's own inline functions run in kernels too, but a kernel is only running inside a launch.
void fail_arithmetic(const OverflowData* data, const char* what) {
  if (emu::running() != nullptr) {
    emu::fail(emu::Kind::ARITHMETIC, data->location.place(), "%s, type %s", what, data->type->name);
  }
}

}  // namespace

extern "C" {

void __ubsan_handle_out_of_bounds(IndexData* data, uintptr_t index) {
  if (emu::running() != nullptr) {
    emu::fail(emu::Kind::OUT_OF_BOUNDS, data->location.place(), "index %td of an array of type %s",
              intptr_t(index), data->array_type->name);
  }
}

void __ubsan_handle_type_mismatch_v1(TypeMismatchData* data, uintptr_t address) {
  const uintptr_t alignment = uintptr_t(1) << data->log_alignment;
  if (emu::running() != nullptr && address != 0 && (address & (alignment - 1)) != 0) {
    emu::fail(emu::Kind::MISALIGNED, data->location.place(),
              "address 0x%zx of type %s is not a multiple of %zu bytes", address, data->type->name,
              alignment);
  }
}

void __ubsan_handle_add_overflow(OverflowData* data, uintptr_t, uintptr_t) {
  fail_arithmetic(data, "addition overflows");
}
void __ubsan_handle_sub_overflow(OverflowData* data, uintptr_t, uintptr_t) {
  fail_arithmetic(data, "subtraction overflows");
}
void __ubsan_handle_mul_overflow(OverflowData* data, uintptr_t, uintptr_t) {
  fail_arithmetic(data, "multiplication overflows");
}
void __ubsan_handle_negate_overflow(OverflowData* data, uintptr_t) {
  fail_arithmetic(data, "negation overflows");
}
void __ubsan_handle_divrem_overflow(OverflowData* data, uintptr_t, uintptr_t) {
  fail_arithmetic(data, "division by zero, or its result overflows");
}
void __ubsan_handle_shift_out_of_bounds(OverflowData* data, uintptr_t, uintptr_t) {
  fail_arithmetic(data, "shift by more bits than there are");
}

}  // extern "C"
