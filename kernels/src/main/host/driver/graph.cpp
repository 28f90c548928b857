// Graphs: a captured sequence of work that is run again and again.
#include <stddef.h>

#include <algorithm>

#include "api.h"
#include "stream.h"

namespace driver {
namespace {

// CUDA_KERNEL_NODE_PARAMS_v2
struct KernelNodeParameters {
  void* function;
  unsigned grid_x, grid_y, grid_z;
  unsigned block_x, block_y, block_z;
  unsigned shared_bytes;
  void** parameters;
  void** extra;
  void* kernel;
  void* context;
};

Graph& graph_of(void* handle) { return *static_cast<Graph*>(handle); }

// A node's handle is its place in the graph, counted from 1: the same in the graph and in everything
// instantiated from it.
void* handle_of(size_t index) { return reinterpret_cast<void*>(index + 1); }

Work* node_of(Graph& graph, void* handle) {
  const size_t index = reinterpret_cast<size_t>(handle) - 1;
  return index < graph.nodes.size() ? &graph.nodes[index] : nullptr;
}

Result set_launch(Launch* node, const KernelNodeParameters& p) {
  if (node == nullptr) {
    return INVALID_VALUE;
  }
  Launch launch{static_cast<emu::Kernel*>(p.function), dim3(p.grid_x, p.grid_y, p.grid_z),
                dim3(p.block_x, p.block_y, p.block_z), p.shared_bytes, {}};
  if (launch.kernel == nullptr) {
    launch.kernel = node->kernel;
  }
  if (const Result invalid = check_geometry(launch)) {
    return invalid;
  }
  if (const Result invalid = launch.take_arguments(p.parameters, p.extra)) {
    return invalid;
  }
  *node = std::move(launch);
  return SUCCESS;
}

}  // namespace
}  // namespace driver

using namespace driver;

DRIVER_API cuGraphCreate(void** graph, unsigned) {
  ENTER();
  *graph = new Graph;
  return SUCCESS;
}

DRIVER_API cuGraphDestroy(void* graph) {
  ENTER();
  delete static_cast<Graph*>(graph);
  return SUCCESS;
}

DRIVER_API cuGraphClone(void** clone, void* graph) {
  ENTER();
  *clone = new Graph(graph_of(graph));
  return SUCCESS;
}

/// Called twice by its users: without an array for the number of nodes, then for the nodes.
DRIVER_API cuGraphGetNodes(void* graph, void** nodes, size_t* count) {
  ENTER();
  const size_t all = graph_of(graph).nodes.size();
  const size_t wanted = nodes == nullptr ? all : std::min(*count, all);
  for (size_t i = 0; nodes != nullptr && i < wanted; i++) {
    nodes[i] = handle_of(i);
  }
  *count = wanted;
  return SUCCESS;
}

DRIVER_API cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) {
  ENTER();
  *executable = new Graph(graph_of(graph));
  return SUCCESS;
}

DRIVER_API cuGraphExecDestroy(void* executable) {
  ENTER();
  delete static_cast<Graph*>(executable);
  return SUCCESS;
}

DRIVER_API cuGraphUpload(void*, void*) {
  ENTER();
  return SUCCESS;
}

DRIVER_API cuGraphLaunch(void* executable, void* stream) {
  ENTER();
  Stream& s = stream_of(stream);
  if (s.capture != nullptr) {
    return invalidate_capture(STREAM_CAPTURE_UNSUPPORTED);  // child graphs are not emulated
  }
  for (const Work& node : graph_of(executable).nodes) {
    if (const Result result = submit(s, node)) {
      return result;
    }
  }
  return SUCCESS;
}

DRIVER_API cuGraphExecKernelNodeSetParams_v2(void* executable, void* node,
                                             const KernelNodeParameters* parameters) {
  ENTER();
  Work* work = node_of(graph_of(executable), node);
  return set_launch(work == nullptr ? nullptr : std::get_if<Launch>(work), *parameters);
}
