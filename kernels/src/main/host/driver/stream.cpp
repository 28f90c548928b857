#include "stream.h"

#include <time.h>

#include <algorithm>
#include <deque>
#include <memory>

namespace driver {
namespace {

Stream default_stream;
std::vector<std::unique_ptr<Stream>> streams;
std::deque<Work> pending;

double now_millis() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
}

Stream* capturing_stream() {
  for (const auto& s : streams) {
    if (s->capture != nullptr) {
      return s.get();
    }
  }
  return nullptr;
}

}  // namespace

Stream& stream_of(void* handle) {
  return reinterpret_cast<uintptr_t>(handle) <= 2 ? default_stream : *static_cast<Stream*>(handle);
}

Result submit(Stream& stream, Work work) {
  if (stream.capture != nullptr) {
    if (stream.invalidated) {
      return STREAM_CAPTURE_INVALIDATED;
    }
    if (std::holds_alternative<Release>(work)) {
      return invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);
    }
    if (!std::holds_alternative<Record>(work)) {
      stream.capture->nodes.push_back(std::move(work));
    }
    return SUCCESS;
  }
  if (!settings().lazy_streams && pending.empty()) {
    return run(work);
  }
  pending.push_back(std::move(work));
  return SUCCESS;
}

Result run_pending() {
  while (!pending.empty()) {
    Work next = std::move(pending.front());
    pending.pop_front();
    const Result result = run(next);
    if (result != SUCCESS) {
      pending.clear();
      return result;
    }
  }
  return SUCCESS;
}

void drop_pending() { pending.clear(); }
bool has_pending() { return !pending.empty(); }
bool is_capturing() { return capturing_stream() != nullptr; }

Result refuse_in_capture() {
  const Stream* s = capturing_stream();
  return s == nullptr || s->capture_mode == 2 ? SUCCESS
                                              : invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);
}

Result invalidate_capture(Result result) {
  if (Stream* s = capturing_stream()) {
    s->invalidated = true;
  }
  return result;
}

Result record_time(Event& event) {
  event.recorded_millis = now_millis();
  event.waiting = false;
  return SUCCESS;
}

}  // namespace driver

using namespace driver;

DRIVER_API cuStreamCreateWithPriority(void** stream, unsigned flags, int priority) {
  ENTER();
  streams.push_back(std::make_unique<Stream>());
  streams.back()->flags = flags;
  streams.back()->priority = priority;
  *stream = streams.back().get();
  return SUCCESS;
}

DRIVER_API cuStreamCreate(void** stream, unsigned flags) {
  return cuStreamCreateWithPriority(stream, flags, 0);
}

DRIVER_API cuStreamDestroy_v2(void* stream) {
  ENTER();
  const Result result = run_pending();
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [&](const auto& s) { return s.get() == stream; });
  if (found == streams.end()) {
    return INVALID_HANDLE;
  }
  delete (*found)->capture;
  streams.erase(found);
  return result;
}

DRIVER_API cuStreamSynchronize(void* stream) {
  ENTER();
  if (stream_of(stream).capture != nullptr) {
    return invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);
  }
  return run_pending();
}

DRIVER_API cuStreamQuery(void* stream) {
  ENTER();
  if (stream_of(stream).capture != nullptr) {
    return invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);
  }
  if (!has_pending()) {
    return SUCCESS;
  }
  const Result result = run_pending();  // so that one who asks again and again gets his answer
  return result == SUCCESS ? NOT_READY : result;
}

DRIVER_API cuStreamGetFlags(void* stream, unsigned* flags) {
  ENTER();
  *flags = stream_of(stream).flags;
  return SUCCESS;
}

DRIVER_API cuStreamGetPriority(void* stream, int* priority) {
  ENTER();
  *priority = stream_of(stream).priority;
  return SUCCESS;
}

/// Work is done in order of submission, so whatever the event stands for has been submitted before.
DRIVER_API cuStreamWaitEvent(void*, void*, unsigned) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuStreamBeginCapture_v2(void* stream, int mode) {
  ENTER();
  if (reinterpret_cast<uintptr_t>(stream) <= 2) {
    return STREAM_CAPTURE_UNSUPPORTED;  // the legacy stream cannot be captured
  }
  Stream& s = stream_of(stream);
  if (s.capture != nullptr || mode < 0 || mode > 2) {
    return INVALID_VALUE;
  }
  s.capture = new Graph;
  s.capture_mode = mode;
  s.invalidated = false;
  return SUCCESS;
}

DRIVER_API cuStreamEndCapture(void* stream, void** graph) {
  ENTER();
  Stream& s = stream_of(stream);
  *graph = nullptr;
  if (s.capture == nullptr) {
    return INVALID_VALUE;
  }
  Graph* captured = s.capture;
  s.capture = nullptr;
  if (s.invalidated) {
    delete captured;
    return STREAM_CAPTURE_INVALIDATED;
  }
  *graph = captured;
  return SUCCESS;
}

DRIVER_API cuStreamIsCapturing(void* stream, int* status) {
  ENTER();
  const Stream& s = stream_of(stream);
  *status = s.capture == nullptr ? 0 : s.invalidated ? 2 : 1;
  return SUCCESS;
}

DRIVER_API cuThreadExchangeStreamCaptureMode(int* mode) {
  ENTER();
  *mode = 0;
  return SUCCESS;
}

DRIVER_API cuEventCreate(void** event, unsigned) {
  ENTER();
  *event = new Event;
  return SUCCESS;
}

DRIVER_API cuEventDestroy_v2(void* event) {
  ENTER();
  const Result result = run_pending();
  delete static_cast<Event*>(event);
  return result;
}

DRIVER_API cuEventRecord(void* event, void* stream) {
  ENTER();
  Event* e = static_cast<Event*>(event);
  e->waiting = true;
  return submit(stream_of(stream), Record{e});
}

DRIVER_API cuEventRecordWithFlags(void* event, void* stream, unsigned) {
  return cuEventRecord(event, stream);
}

DRIVER_API cuEventSynchronize(void* event) {
  ENTER();
  return static_cast<Event*>(event)->waiting ? run_pending() : SUCCESS;
}

DRIVER_API cuEventQuery(void* event) {
  ENTER();
  if (!static_cast<Event*>(event)->waiting) {
    return SUCCESS;
  }
  const Result result = run_pending();
  return result == SUCCESS ? NOT_READY : result;
}

DRIVER_API cuEventElapsedTime(float* millis, void* start, void* end) {
  ENTER();
  const Event* from = static_cast<Event*>(start);
  const Event* to = static_cast<Event*>(end);
  if (from->recorded_millis < 0 || to->recorded_millis < 0) {
    return from->waiting || to->waiting ? NOT_READY : INVALID_HANDLE;
  }
  *millis = float(to->recorded_millis - from->recorded_millis);
  return SUCCESS;
}

DRIVER_API cuEventElapsedTime_v2(float* millis, void* start, void* end) {
  return cuEventElapsedTime(millis, start, end);
}
