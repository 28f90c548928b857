// Memory faults of a kernel: a touched guard page ends the launch and not the process.
#pragma once

namespace emu {

/// While one exists, a SIGSEGV or SIGBUS that a kernel's thread causes becomes a fault of the launch,
/// with the instruction's place. All others (the JVM's own, on any thread) go to the handler that was
/// there before.
class MemoryFaultHandler {
 public:
  MemoryFaultHandler();
  ~MemoryFaultHandler();
  MemoryFaultHandler(const MemoryFaultHandler&) = delete;
  MemoryFaultHandler& operator=(const MemoryFaultHandler&) = delete;
};

}  // namespace emu
