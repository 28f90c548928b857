// What the checked build remembers of a byte of memory: who wrote it last, and who has read it since.
//
// Two accesses of different threads are ordered if a barrier or a __syncwarp lies between them that
// both threads took part in. One that writes and is not ordered with another is a race: on a GPU either
// may come first. The rule is that of FastTrack (Flanagan and Freund, 2009): each access is stamped with
// the clocks of its thread, and compared with what the present thread knows of that thread's clock.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

namespace emu {

/// One access, with the clocks of the thread that made it.
struct Stamp {
  uint32_t block = 0;   // serial number over all launches; 0: no access
  uint32_t phase = 0;   // barriers the block had passed
  uint32_t clock = 0;   // __syncwarps the lane had passed
  uint32_t place = 0;   // see pack_place
  uint16_t thread = 0;
  bool atomic = false;
};

/// A byte. Reads after the last write: two suffice, of different warps where there are such, to find
/// whether some reader is not ordered with a new write.
struct Cell {
  Stamp write;
  Stamp reads[2];
};

/// The cells of an allocation, and which of its bytes hold a value. Untouched parts take no memory.
struct Shadow {
  Cell* cells;
  uint8_t* initialised;
  size_t bytes;
};

Shadow* map_shadow(size_t bytes);
void unmap_shadow(Shadow* shadow);

/// A place in 32 bits, and back.
uint32_t pack_place(Place place);
Place unpack_place(uint32_t packed);

}  // namespace emu
