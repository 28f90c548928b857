#include "shared_arrays.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace emu {
namespace {

// This library's file, mapped to be read.
class LibraryFile {
 public:
  LibraryFile() {
    Dl_info library{};
    dladdr(reinterpret_cast<const void*>(&shared_arrays), &library);
    base = static_cast<const char*>(library.dli_fbase);
    const int file = open(library.dli_fname, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0) {
      bytes = size_t(status.st_size);
      void* p = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
      data = p == MAP_FAILED ? nullptr : static_cast<const char*>(p);
    }
    if (file >= 0) {
      close(file);
    }
  }

  ~LibraryFile() {
    if (data != nullptr) {
      munmap(const_cast<char*>(data), bytes);
    }
  }

  LibraryFile(const LibraryFile&) = delete;
  LibraryFile& operator=(const LibraryFile&) = delete;

  template <class T>
  const T* at(size_t offset) const {
    return reinterpret_cast<const T*>(data + offset);
  }

  const char* base = nullptr;  // where the library is loaded
  const char* data = nullptr;
  size_t bytes = 0;
};

// Of "softmax<4>(float const*)::partial" the last word.
std::string variable_name(const char* symbol) {
  int status = 0;
  char* readable = abi::__cxa_demangle(symbol, nullptr, nullptr, &status);
  std::string name = status == 0 ? readable : symbol;
  free(readable);
  const size_t scope = name.rfind("::");
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

}  // namespace

std::vector<SharedArray> shared_arrays(const SharedRange& range) {
  std::vector<SharedArray> arrays;
  const LibraryFile file;
  if (file.data == nullptr) {
    return arrays;
  }
  const auto* header = file.at<Elf64_Ehdr>(0);
  const auto* sections = file.at<Elf64_Shdr>(header->e_shoff);
  for (int i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB) {
      continue;
    }
    const auto* symbols = file.at<Elf64_Sym>(sections[i].sh_offset);
    const auto* names = file.at<char>(sections[sections[i].sh_link].sh_offset);
    for (size_t k = 0; k < sections[i].sh_size / sizeof(Elf64_Sym); k++) {
      const Elf64_Sym& symbol = symbols[k];
      const char* begin = file.base + symbol.st_value;
      const char* name = names + symbol.st_name;
      if (ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && begin >= range.begin && begin < range.end &&
          strstr(name, "emu_gap_") == nullptr && strstr(name, "emu_registration_") == nullptr) {
        arrays.push_back({begin, symbol.st_size, variable_name(name)});
      }
    }
  }
  std::sort(arrays.begin(), arrays.end(),
            [](const SharedArray& a, const SharedArray& b) { return a.begin < b.begin; });
  return arrays;
}

}  // namespace emu
