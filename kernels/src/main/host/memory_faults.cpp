#include "memory_faults.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "device_memory.h"
#include "fault.h"
#include "fiber.h"
#include "scheduler.h"
#include "shared_memory.h"

namespace emu {
namespace {

constexpr size_t HANDLER_STACK = 64 << 10;

pthread_t kernel_thread;
struct sigaction before_segv, before_bus;
stack_t before_stack;

// What the handler saw, for report().
const void* fault_address;
const void* fault_pc;
const void* fault_sp;
bool fault_write;

// Runs as if the faulting instruction had called it, on the stack of the scheduler's choice: not in
// the signal handler, which has returned.
[[noreturn]] void report() {
  // A return address points behind the call; the faulting instruction itself is at pc.
  const Place place{nullptr, 0, static_cast<const char*>(fault_pc) + 1};
  const char* what = fault_write ? "write" : "read";
  const Thread* me = running();
  const Stack own = stack(me->stack);
  if (is_stack_guard(fault_address, me->stack) || fault_sp < own.low || fault_sp > own.high) {
    fail(Kind::STACK_OVERFLOW, place, "the thread's local variables need too much memory");
  }
  if (is_dynamic_shared(fault_address)) {
    fail(Kind::OUT_OF_BOUNDS, place, "%s at byte %zd of %zu bytes of dynamic shared memory", what,
         static_cast<const char*>(fault_address) - static_cast<char*>(dynamic_shared()),
         dynamic_shared_bytes());
  }
  fail(Kind::OUT_OF_BOUNDS, place, "%s of global memory at %p, %s", what, fault_address,
       describe_address(fault_address));
}

void pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& before = signal == SIGSEGV ? before_segv : before_bus;
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal, info, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  } else {
    sigaction(signal, &before, nullptr);  // the instruction runs again, into the default action
  }
}

void handle(int signal, siginfo_t* info, void* context) {
  if (!pthread_equal(pthread_self(), kernel_thread) || running() == nullptr) {
    pass_on(signal, info, context);
    return;
  }
  ucontext_t* machine = static_cast<ucontext_t*>(context);
  greg_t* registers = machine->uc_mcontext.gregs;
  fault_address = info->si_addr;
  fault_pc = reinterpret_cast<const void*>(registers[REG_RIP]);
  fault_sp = reinterpret_cast<const void*>(registers[REG_RSP]);
  fault_write = (registers[REG_ERR] & 2) != 0;
  // Go on in report(), at the top of the thread's own stack, which is not needed any more: the stack
  // pointer at the fault may be the very thing that is wrong.
  registers[REG_RIP] = reinterpret_cast<greg_t>(&report);
  registers[REG_RSP] = reinterpret_cast<greg_t>(stack(running()->stack).high) - 1024 - 8;
}

char* handler_stack() {
  static char* const mapped = static_cast<char*>(mmap(nullptr, HANDLER_STACK, PROT_READ | PROT_WRITE,
                                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  return mapped;
}

}  // namespace

MemoryFaultHandler::MemoryFaultHandler() {
  kernel_thread = pthread_self();
  stack_t own{};
  own.ss_sp = handler_stack();
  own.ss_size = HANDLER_STACK;
  sigaltstack(&own, &before_stack);
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&action.sa_mask);
  // The handlers that were there are noted first: another thread may fault as soon as ours are set.
  sigaction(SIGSEGV, nullptr, &before_segv);
  sigaction(SIGBUS, nullptr, &before_bus);
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

MemoryFaultHandler::~MemoryFaultHandler() {
  sigaction(SIGSEGV, &before_segv, nullptr);
  sigaction(SIGBUS, &before_bus, nullptr);
  sigaltstack(&before_stack, nullptr);
}

}  // namespace emu
