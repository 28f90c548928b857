// The kernels of this library, by name.
#pragma once
#include <stddef.h>

#include <array>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace emu {

/// Where a parameter lies in the kernel's parameter block, as cuFuncGetParamInfo tells it.
struct Parameter {
  size_t offset;
  size_t bytes;
};

/// A range of memory that holds the static shared arrays of one source file.
struct SharedRange {
  char* begin = nullptr;
  char* end = nullptr;
};

/// Bytes of dynamic shared memory that any kernel may ask for; cuFuncSetAttribute allows more.
constexpr int DEFAULT_DYNAMIC_SHARED = 48 << 10;

struct Kernel {
  std::string name;
  void (*call)(void** arguments);  // one pointer an argument, as cuLaunchKernel has them
  std::span<const Parameter> parameters;
  SharedRange shared;
  std::string image;  // the source file's path without its ending, with _ for other signs: "softmax"
  int max_dynamic_shared = DEFAULT_DYNAMIC_SHARED;
};

/// The kernel of that name, or null.
Kernel* find_kernel(const std::string& name);

/// The context is gone, and what was set for its kernels with it.
void forget_attributes();

/// A name that two kernels have, or "": a library with such a name may not be used.
const std::string& duplicate_kernel();

/// A path as it stands in names of sections and images.
std::string as_identifier(std::string path);

struct Registration {
  Registration(const char* name, const char* section, void (*call)(void**),
               std::span<const Parameter> parameters, SharedRange shared);
};

template <class>
struct Signature;

template <class... A>
struct Signature<void (*)(A...)> {
  template <auto kernel, size_t... I>
  __attribute__((no_sanitize("thread", "undefined"))) static void call_with(void** arguments, std::index_sequence<I...>) {
    kernel(*static_cast<std::remove_cv_t<A>*>(arguments[I])...);
  }

  static constexpr size_t count = sizeof...(A);

  // Laid out as a struct of the parameters would be.
  static constexpr std::array<Parameter, count> lay_out() {
    std::array<Parameter, count> all{};
    size_t n = 0;
    size_t offset = 0;
    auto add = [&](size_t bytes, size_t alignment) {
      offset = (offset + alignment - 1) / alignment * alignment;
      all[n++] = {offset, bytes};
      offset += bytes;
    };
    (add(sizeof(A), alignof(A)), ...);
    return all;
  }
  static constexpr std::array<Parameter, count> parameters = lay_out();

};

/// Calls a kernel with the values that its launch has stored; one such function is made for each.
template <auto kernel>
__attribute__((no_sanitize("thread", "undefined"))) void call_kernel(void** arguments) {
  using S = Signature<decltype(kernel)>;
  S::template call_with<kernel>(arguments, std::make_index_sequence<S::count>());
}

}  // namespace emu

// EMU_SHARED_NAME is the name that the build gives to the section of the file's shared arrays. The linker
// defines __start_NAME and __stop_NAME for it, if there are any.
#define EMU_JOIN_(a, b) a##b
#define EMU_JOIN(a, b) EMU_JOIN_(a, b)
#define EMU_TEXT_(a) #a
#define EMU_TEXT(a) EMU_TEXT_(a)
#if defined(EMU_SHARED_NAME)
extern "C" __attribute__((weak, visibility("hidden"))) char EMU_JOIN(__start_, EMU_SHARED_NAME)[];
extern "C" __attribute__((weak, visibility("hidden"))) char EMU_JOIN(__stop_, EMU_SHARED_NAME)[];
#endif
#define EMU_REGISTER(name)                                                         \
  static const ::emu::Registration emu_registration_##name(                        \
      #name, EMU_TEXT(EMU_SHARED_NAME), &::emu::call_kernel<&name>,                \
      ::emu::Signature<decltype(&name)>::parameters,                               \
      ::emu::SharedRange{EMU_JOIN(__start_, EMU_SHARED_NAME), EMU_JOIN(__stop_, EMU_SHARED_NAME)})
