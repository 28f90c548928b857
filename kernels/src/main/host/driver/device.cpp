// The one device, and its context.
#include <stdio.h>
#include <string.h>

#include "../device_memory.h"
#include "../fiber.h"
#include "../registry.h"
#include "../shared_memory.h"
#include "api.h"
#include "stream.h"

namespace driver {
namespace {

int contexts;  // what a context's handle points to; there is nothing to say about one
thread_local void* current = nullptr;

struct Attribute {
  int number;  // CUdevice_attribute
  int value;
};

// What kernels and launchers ask for. The limits are those of compute capability 9.0; there is one
// multiprocessor, since blocks run one after another.
constexpr Attribute ATTRIBUTES[] = {
    {1, emu::MAX_THREADS},        // MAX_THREADS_PER_BLOCK
    {2, 1024},                    // MAX_BLOCK_DIM_X
    {3, 1024},                    // MAX_BLOCK_DIM_Y
    {4, 64},                      // MAX_BLOCK_DIM_Z
    {5, 0x7fffffff},              // MAX_GRID_DIM_X
    {6, 65535},                   // MAX_GRID_DIM_Y
    {7, 65535},                   // MAX_GRID_DIM_Z
    {8, 48 << 10},                // MAX_SHARED_MEMORY_PER_BLOCK
    {9, 64 << 10},                // TOTAL_CONSTANT_MEMORY
    {10, 32},                     // WARP_SIZE
    {12, 64 << 10},               // MAX_REGISTERS_PER_BLOCK
    {13, 1000000},                // CLOCK_RATE, kHz
    {16, 1},                      // MULTIPROCESSOR_COUNT
    {18, 1},                      // INTEGRATED
    {19, 1},                      // CAN_MAP_HOST_MEMORY
    {31, 1},                      // CONCURRENT_KERNELS
    {36, 1000000},                // MEMORY_CLOCK_RATE, kHz
    {37, 64},                     // GLOBAL_MEMORY_BUS_WIDTH, bits
    {38, 1 << 20},                // L2_CACHE_SIZE
    {39, 2048},                   // MAX_THREADS_PER_MULTIPROCESSOR
    {40, 1},                      // ASYNC_ENGINE_COUNT
    {41, 1},                      // UNIFIED_ADDRESSING
    {75, 9},                      // COMPUTE_CAPABILITY_MAJOR
    {76, 0},                      // COMPUTE_CAPABILITY_MINOR
    {81, 228 << 10},              // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
    {82, 64 << 10},               // MAX_REGISTERS_PER_MULTIPROCESSOR
    {97, int(emu::MAX_SHARED)},   // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    {106, 32},                    // MAX_BLOCKS_PER_MULTIPROCESSOR
    {115, 1},                     // MEMORY_POOLS_SUPPORTED
};

// The context is gone: its memory, its waiting work and its failure.
void reset() {
  drop_pending();
  emu::release_all();
  emu::forget_attributes();
  revive();
}

}  // namespace
}  // namespace driver

using namespace driver;

DRIVER_API cuDeviceGetCount(int* count) {
  ENTER();
  *count = 1;
  return SUCCESS;
}

DRIVER_API cuDeviceGet(int* device, int ordinal) {
  ENTER();
  *device = 0;
  return ordinal == 0 ? SUCCESS : INVALID_DEVICE;
}

DRIVER_API cuDeviceGetName(char* name, int length, int) {
  ENTER();
  if (length < 1) {
    return INVALID_VALUE;
  }
  snprintf(name, size_t(length), "Kernite cuda-host (kernels run on the CPU)");
  return SUCCESS;
}

DRIVER_API cuDeviceTotalMem_v2(size_t* bytes, int) {
  ENTER();
  *bytes = emu::total_memory();
  return SUCCESS;
}

DRIVER_API cuDeviceGetAttribute(int* value, int attribute, int) {
  ENTER();
  *value = 0;
  for (const Attribute& a : ATTRIBUTES) {
    if (a.number == attribute) {
      *value = a.value;
    }
  }
  return SUCCESS;
}

DRIVER_API cuDeviceComputeCapability(int* major, int* minor, int) {
  ENTER();
  *major = 9;
  *minor = 0;
  return SUCCESS;
}

DRIVER_API cuDeviceGetUuid(char* uuid, int) {
  ENTER();
  memcpy(uuid, "kernite-cudahost", 16);
  return SUCCESS;
}

DRIVER_API cuDevicePrimaryCtxRetain(void** context, int) {
  ENTER();
  *context = &contexts;
  return SUCCESS;
}

DRIVER_API cuDevicePrimaryCtxRelease_v2(int) {
  ENTER(Call::NOTHING);
  return SUCCESS;
}

DRIVER_API cuDevicePrimaryCtxReset_v2(int) {
  ENTER(Call::NOTHING);
  reset();
  return SUCCESS;
}

DRIVER_API cuDevicePrimaryCtxSetFlags_v2(int, unsigned) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuDevicePrimaryCtxGetState(int, unsigned* flags, int* active) {
  ENTER();
  *flags = 0;
  *active = 1;
  return SUCCESS;
}

DRIVER_API cuCtxCreate_v2(void** context, unsigned, int) {
  ENTER();
  *context = current = &contexts;
  return SUCCESS;
}

DRIVER_API cuCtxDestroy_v2(void*) {
  ENTER(Call::NOTHING);
  reset();
  current = nullptr;
  return SUCCESS;
}

DRIVER_API cuCtxSetCurrent(void* context) {
  ENTER();
  if (context != nullptr && context != &contexts) {
    return INVALID_CONTEXT;
  }
  current = context;
  return SUCCESS;
}

DRIVER_API cuCtxGetCurrent(void** context) {
  ENTER();
  *context = current;
  return SUCCESS;
}

DRIVER_API cuCtxPushCurrent_v2(void* context) {
  ENTER();
  current = context;
  return SUCCESS;
}

DRIVER_API cuCtxPopCurrent_v2(void** context) {
  ENTER();
  *context = current;
  current = nullptr;
  return SUCCESS;
}

DRIVER_API cuCtxGetDevice(int* device) {
  ENTER();
  *device = 0;
  return current == nullptr ? INVALID_CONTEXT : SUCCESS;
}

DRIVER_API cuCtxSynchronize() {
  ENTER();
  if (is_capturing()) {
    return invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);
  }
  return run_pending();
}
