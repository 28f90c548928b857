// Modules and their functions.
//
// The kernels are in this library already; a module is checked to be an image that a driver would take.
// Instead of an image its caller may hand over 16 zeros and the image's name: then only the kernels of the
// source file of that name are found, as on a GPU.
#include <stdio.h>
#include <string.h>

#include <memory>
#include <string>

#include "../fiber.h"
#include "../registry.h"
#include "../shared_memory.h"
#include "api.h"
#include "stream.h"

namespace driver {
namespace {

struct Module {
  std::string image;  // "": any
};

constexpr uint32_t FATBIN = 0xba55ed50;  // the first word of a fat binary, as in nvcc's fatbinary.h
constexpr uint32_t ELF = 0x464c457f;     // of a cubin: "\x7fELF"

constexpr size_t ZEROS = 16;

bool is_named(const char* image) { return std::string(image, ZEROS) == std::string(ZEROS, '\0'); }

bool is_ptx(const char* image) {
  return strncmp(image, "//", 2) == 0 || strncmp(image, ".version", 8) == 0;
}

bool is_image(const char* image) {
  uint32_t word;
  memcpy(&word, image, sizeof word);
  return word == FATBIN || word == ELF || is_ptx(image) || is_named(image);
}

emu::Kernel& kernel_of(void* function) { return *static_cast<emu::Kernel*>(function); }

}  // namespace
}  // namespace driver

using namespace driver;

DRIVER_API cuModuleLoadData(void** module, const void* image) {
  ENTER();
  if (const Result refused = refuse_in_capture()) {
    return refused;
  }
  if (image == nullptr || !is_image(static_cast<const char*>(image))) {
    return INVALID_IMAGE;
  }
  if (settings().driver_version < 12000) {
    return failed(UNSUPPORTED_PTX_VERSION, "the driver is older than the image's CUDA 13");
  }
  const char* bytes = static_cast<const char*>(image);
  if (settings().only_ptx && !is_ptx(bytes)) {
    return failed(NO_BINARY_FOR_GPU, "the image has no machine code for this device");
  }
  *module = new Module{is_named(bytes) ? emu::as_identifier(bytes + ZEROS) : ""};
  return SUCCESS;
}

DRIVER_API cuModuleLoadDataEx(void** module, const void* image, unsigned, int*, void**) {
  return cuModuleLoadData(module, image);
}

DRIVER_API cuModuleLoadFatBinary(void** module, const void* image) {
  return cuModuleLoadData(module, image);
}

DRIVER_API cuModuleUnload(void* module) {
  ENTER();
  const Result result = run_pending();
  delete static_cast<Module*>(module);
  return result;
}

DRIVER_API cuModuleGetFunction(void** function, void* module, const char* name) {
  ENTER();
  *function = nullptr;
  emu::Kernel* kernel = settings().missing_symbol == name ? nullptr : emu::find_kernel(name);
  if (kernel == nullptr) {
    return failed(NOT_FOUND, std::string("no kernel '") + name + "'");
  }
  const std::string& image = static_cast<Module*>(module)->image;
  if (!image.empty() && kernel->image != image) {
    return failed(NOT_FOUND, "kernel " + kernel->name + " is of " + kernel->image + ".cu, not " + image);
  }
  *function = kernel;
  return SUCCESS;
}

DRIVER_API cuModuleGetLoadingMode(int* mode) {
  ENTER();
  *mode = 1;  // eager
  return SUCCESS;
}

/// Since CUDA 12.4. INVALID_VALUE behind the last parameter: that is how callers count them.
DRIVER_API cuFuncGetParamInfo(void* function, size_t index, size_t* offset, size_t* bytes) {
  ENTER();
  const auto parameters = kernel_of(function).parameters;
  if (index >= parameters.size()) {
    return INVALID_VALUE;
  }
  *offset = parameters[index].offset;
  if (bytes != nullptr) {
    *bytes = parameters[index].bytes;
  }
  return SUCCESS;
}

DRIVER_API cuFuncGetName(const char** name, void* function) {
  ENTER();
  *name = kernel_of(function).name.c_str();
  return SUCCESS;
}

DRIVER_API cuFuncGetAttribute(int* value, int attribute, void* function) {
  ENTER();
  const emu::Kernel& kernel = kernel_of(function);
  switch (attribute) {
    case 0: *value = emu::MAX_THREADS; break;  // MAX_THREADS_PER_BLOCK
    case 1: *value = 0; break;                 // SHARED_SIZE_BYTES: unknown for one kernel
    case 4: *value = 32; break;                // NUM_REGS
    case 5:                                    // PTX_VERSION
    case 6: *value = 90; break;                // BINARY_VERSION
    case 8: *value = kernel.max_dynamic_shared; break;
    default: *value = 0;
  }
  return SUCCESS;
}

DRIVER_API cuFuncSetAttribute(void* function, int attribute, int value) {
  ENTER();
  if (attribute == 8) {  // MAX_DYNAMIC_SHARED_SIZE_BYTES
    if (value < 0 || size_t(value) > emu::MAX_SHARED) {
      return INVALID_VALUE;
    }
    kernel_of(function).max_dynamic_shared = value;
  }
  return SUCCESS;  // the rest are hints
}

DRIVER_API cuFuncSetCacheConfig(void*, int) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int threads, size_t) {
  ENTER();
  if (threads < 1 || threads > emu::MAX_THREADS) {
    return INVALID_VALUE;
  }
  *blocks = 2048 / threads;
  return SUCCESS;
}

DRIVER_API cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, void* function,
                                                                int threads, size_t shared,
                                                                unsigned) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, function, threads, shared);
}

DRIVER_API cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                          unsigned block_x, unsigned block_y, unsigned block_z,
                          unsigned shared_bytes, void* stream, void** parameters, void** extra) {
  if (launches_do_nothing()) {
    return SUCCESS;
  }
  ENTER();
  Launch launch{&kernel_of(function), dim3(grid_x, grid_y, grid_z), dim3(block_x, block_y, block_z),
                shared_bytes, {}};
  if (const Result invalid = check_geometry(launch)) {
    return invalid;
  }
  if (const Result invalid = launch.take_arguments(parameters, extra)) {
    return invalid;
  }
  return submit(stream_of(stream), std::move(launch));
}
