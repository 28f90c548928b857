// Device memory, pinned host memory, copies and fills.
#include "../device_memory.h"

#include <stdlib.h>
#include <string.h>

#include <map>

#include "api.h"
#include "stream.h"

namespace driver {
namespace {

// Host memory that a GPU could reach by itself: begin to bytes. Copies from and to it do not wait.
std::map<char*, size_t> pinned;

bool is_pinned(const char* p, size_t bytes) {
  auto next = pinned.upper_bound(const_cast<char*>(p));
  if (next == pinned.begin()) {
    return false;
  }
  const auto& [begin, size] = *std::prev(next);
  return size_t(p - begin) <= size && bytes <= size - size_t(p - begin);
}

Result allocate(DevicePointer* address, size_t bytes) {
  if (bytes == 0) {
    return INVALID_VALUE;
  }
  const bool on_request = is_due(settings().failing_allocation);
  const emu::Allocation* allocation = on_request ? nullptr : emu::allocate(bytes);
  if (allocation == nullptr) {
    return failed(OUT_OF_MEMORY, std::to_string(bytes) + " bytes asked for, " +
                                     std::to_string(emu::free_memory()) + " of " +
                                     std::to_string(emu::total_memory()) + " free" +
                                     (on_request ? " (failed on request)" : ""));
  }
  *address = reinterpret_cast<DevicePointer>(allocation->begin);
  return SUCCESS;
}

char* host(DevicePointer address) { return reinterpret_cast<char*>(address); }

bool is_device(const void* begin, size_t bytes) {
  return emu::find_allocation(begin, bytes) != nullptr;
}

std::string range_text(const void* begin, size_t bytes) {
  return std::to_string(bytes) + " bytes at " + emu::describe_address(begin);
}

enum Direction { TO_DEVICE, TO_HOST, WITHIN_DEVICE };

Result check_copy(const Copy& copy, Direction direction) {
  if (direction != TO_HOST && !is_device(copy.to, copy.bytes)) {
    return failed(INVALID_VALUE, "copy to " + range_text(copy.to, copy.bytes));
  }
  if (direction != TO_DEVICE && !is_device(copy.from, copy.bytes)) {
    return failed(INVALID_VALUE, "copy from " + range_text(copy.from, copy.bytes));
  }
  return SUCCESS;
}

// A copy in stream order. Between the device and pageable memory it is done when the call returns, as
// far as the caller can tell: the driver stages it.
Result copy_in_order(Copy copy, Direction direction, void* stream) {
  if (copy.bytes == 0) {
    return SUCCESS;
  }
  if (const Result invalid = check_copy(copy, direction)) {
    return invalid;
  }
  const char* host_side = direction == TO_DEVICE ? copy.from : copy.to;
  const Result submitted = submit(stream_of(stream), copy);
  const bool staged = direction != WITHIN_DEVICE && !is_pinned(host_side, copy.bytes);
  return submitted == SUCCESS && staged && !is_capturing() ? run_pending() : submitted;
}

Result copy_now(Copy copy, Direction direction) {
  if (is_capturing()) {
    return invalidate_capture(STREAM_CAPTURE_IMPLICIT);
  }
  const Result result = copy_in_order(copy, direction, nullptr);
  return result == SUCCESS ? run_pending() : result;
}

Result fill(Fill fill, void* stream) {
  const size_t bytes = fill.count * size_t(fill.element_bytes);
  if (bytes == 0) {
    return SUCCESS;
  }
  if (!is_device(fill.to, bytes)) {
    return failed(INVALID_VALUE, "fill of " + range_text(fill.to, bytes));
  }
  if (reinterpret_cast<uintptr_t>(fill.to) % size_t(fill.element_bytes) != 0) {
    return failed(INVALID_VALUE, "fill at an address that is no multiple of the element's size");
  }
  return submit(stream_of(stream), fill);
}

}  // namespace
}  // namespace driver

using namespace driver;

// ---- allocation --------------------------------------------------------------------------------

DRIVER_API cuMemAlloc_v2(DevicePointer* address, size_t bytes) {
  ENTER();
  const Result refused = refuse_in_capture();
  return refused != SUCCESS ? refused : allocate(address, bytes);
}

DRIVER_API cuMemAllocAsync(DevicePointer* address, size_t bytes, void* stream) {
  ENTER();
  if (stream_of(stream).capture != nullptr) {
    return invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);  // memory nodes are not emulated
  }
  return allocate(address, bytes);
}

DRIVER_API cuMemAllocFromPoolAsync(DevicePointer* address, size_t bytes, void*, void* stream) {
  return cuMemAllocAsync(address, bytes, stream);
}

DRIVER_API cuMemFree_v2(DevicePointer address) {
  ENTER();
  if (address == 0) {
    return SUCCESS;
  }
  if (const Result refused = refuse_in_capture()) {
    return refused;
  }
  if (const Result result = run_pending()) {
    return result;
  }
  Work release = Release{host(address)};
  return run(release);
}

DRIVER_API cuMemFreeAsync(DevicePointer address, void* stream) {
  ENTER();
  return submit(stream_of(stream), Release{host(address)});
}

DRIVER_API cuMemGetInfo_v2(size_t* free, size_t* total) {
  ENTER();
  *free = emu::free_memory();
  *total = emu::total_memory();
  return SUCCESS;
}

DRIVER_API cuMemGetAddressRange_v2(DevicePointer* begin, size_t* bytes, DevicePointer address) {
  ENTER();
  const emu::Allocation* allocation = emu::find_allocation(host(address), 1);
  if (allocation == nullptr) {
    return NOT_FOUND;
  }
  if (begin != nullptr) {
    *begin = reinterpret_cast<DevicePointer>(allocation->begin);
  }
  if (bytes != nullptr) {
    *bytes = allocation->bytes;
  }
  return SUCCESS;
}

// ---- pools: there is one, which keeps nothing back -----------------------------------------------

static int the_pool;

DRIVER_API cuDeviceGetDefaultMemPool(void** pool, int) {
  ENTER();
  *pool = &the_pool;
  return SUCCESS;
}

DRIVER_API cuDeviceGetMemPool(void** pool, int device) {
  return cuDeviceGetDefaultMemPool(pool, device);
}

DRIVER_API cuDeviceSetMemPool(int, void*) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuMemPoolCreate(void** pool, const void*) { return cuDeviceGetDefaultMemPool(pool, 0); }

DRIVER_API cuMemPoolDestroy(void*) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuMemPoolTrimTo(void*, size_t) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuMemPoolSetAttribute(void*, int, void*) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuMemPoolGetAttribute(void*, int, void* value) {
  ENTER();
  memset(value, 0, sizeof(int));
  return SUCCESS;
}

// ---- pinned host memory ------------------------------------------------------------------------

DRIVER_API cuMemHostAlloc(void** memory, size_t bytes, unsigned) {
  ENTER();
  if (const Result refused = refuse_in_capture()) {
    return refused;
  }
  void* p = bytes == 0 ? nullptr : aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (p == nullptr) {
    return bytes == 0 ? INVALID_VALUE : OUT_OF_MEMORY;
  }
  pinned[static_cast<char*>(p)] = bytes;
  *memory = p;
  return SUCCESS;
}

DRIVER_API cuMemAllocHost_v2(void** memory, size_t bytes) { return cuMemHostAlloc(memory, bytes, 0); }

DRIVER_API cuMemFreeHost(void* memory) {
  ENTER();
  if (const Result result = run_pending()) {
    return result;
  }
  if (pinned.erase(static_cast<char*>(memory)) == 0) {
    return INVALID_VALUE;
  }
  free(memory);
  return SUCCESS;
}

DRIVER_API cuMemHostRegister_v2(void* memory, size_t bytes, unsigned) {
  ENTER();
  const bool is_new = pinned.emplace(static_cast<char*>(memory), bytes).second;
  return is_new ? SUCCESS : HOST_MEMORY_ALREADY_REGISTERED;
}

DRIVER_API cuMemHostUnregister(void* memory) {
  ENTER();
  if (const Result result = run_pending()) {
    return result;
  }
  return pinned.erase(static_cast<char*>(memory)) == 1 ? SUCCESS : HOST_MEMORY_NOT_REGISTERED;
}

// ---- copies ------------------------------------------------------------------------------------

DRIVER_API cuMemcpyHtoDAsync_v2(DevicePointer to, const void* from, size_t bytes, void* stream) {
  ENTER();
  return copy_in_order({host(to), static_cast<const char*>(from), bytes}, TO_DEVICE, stream);
}

DRIVER_API cuMemcpyDtoHAsync_v2(void* to, DevicePointer from, size_t bytes, void* stream) {
  ENTER();
  return copy_in_order({static_cast<char*>(to), host(from), bytes}, TO_HOST, stream);
}

DRIVER_API cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, void* stream) {
  ENTER();
  return copy_in_order({host(to), host(from), bytes}, WITHIN_DEVICE, stream);
}

DRIVER_API cuMemcpyHtoD_v2(DevicePointer to, const void* from, size_t bytes) {
  ENTER();
  return copy_now({host(to), static_cast<const char*>(from), bytes}, TO_DEVICE);
}

DRIVER_API cuMemcpyDtoH_v2(void* to, DevicePointer from, size_t bytes) {
  ENTER();
  return copy_now({static_cast<char*>(to), host(from), bytes}, TO_HOST);
}

DRIVER_API cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, size_t bytes) {
  ENTER();
  return copy_now({host(to), host(from), bytes}, WITHIN_DEVICE);
}

// ---- fills -------------------------------------------------------------------------------------

DRIVER_API cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count, void* stream) {
  ENTER();
  return fill({host(to), value, 1, count}, stream);
}

DRIVER_API cuMemsetD16Async(DevicePointer to, unsigned short value, size_t count, void* stream) {
  ENTER();
  return fill({host(to), value, 2, count}, stream);
}

DRIVER_API cuMemsetD32Async(DevicePointer to, unsigned value, size_t count, void* stream) {
  ENTER();
  return fill({host(to), value, 4, count}, stream);
}

DRIVER_API cuMemsetD8_v2(DevicePointer to, unsigned char value, size_t count) {
  return cuMemsetD8Async(to, value, count, nullptr);
}

DRIVER_API cuMemsetD16_v2(DevicePointer to, unsigned short value, size_t count) {
  return cuMemsetD16Async(to, value, count, nullptr);
}

DRIVER_API cuMemsetD32_v2(DevicePointer to, unsigned value, size_t count) {
  return cuMemsetD32Async(to, value, count, nullptr);
}
