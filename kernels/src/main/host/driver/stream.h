// Streams: work in order, done at once or (setting streams=lazy) when somebody waits for it; or, while a
// stream is being captured, written down in a graph.
//
// Waiting work of all streams stands in one queue and runs in the order of submission, which is one of
// the orders a GPU might take.
#pragma once
#include <vector>

#include "work.h"

namespace driver {

struct Graph {
  std::vector<Work> nodes;  // in an order that respects their dependencies
};

struct Stream {
  unsigned flags = 0;
  int priority = 0;
  Graph* capture = nullptr;  // being captured into
  int capture_mode = 0;      // 0 global, 1 this thread, 2 relaxed
  bool invalidated = false;  // a call during the capture was not allowed
};

struct Event {
  double recorded_millis = -1;
  bool waiting = false;  // recorded, but not reached yet
};

/// The stream of a handle; null, 1 and 2 name the default streams.
Stream& stream_of(void* handle);

/// Gives a stream something to do.
Result submit(Stream& stream, Work work);

/// Does all that waits.
Result run_pending();
void drop_pending();
bool has_pending();

/// Whether some stream is being captured.
bool is_capturing();

/// For calls that a capture in global mode forbids (allocation, synchronous copies): spoils the capture
/// and returns the result; SUCCESS if no such capture is going on.
Result refuse_in_capture();
Result invalidate_capture(Result result);

Result record_time(Event& event);

}  // namespace driver
