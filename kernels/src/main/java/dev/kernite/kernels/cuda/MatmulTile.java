package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import java.util.EnumMap;
import java.util.Map;

/** A square tile of C and the threads of the block that computes it, largest first. */
enum MatmulTile {
  LARGE(128, 256),
  MEDIUM(64, 128),
  SMALL(32, 64);

  private final int side;
  private final int threads;

  MatmulTile(int side, int threads) {
    this.side = side;
    this.threads = threads;
  }

  /** The kernels of an image for each tile, by the prefix of their names; its side follows. */
  static Map<MatmulTile, Kernel> kernels(Kernels kernels, String image, String prefix) {
    Map<MatmulTile, Kernel> tiles = new EnumMap<>(MatmulTile.class);
    for (MatmulTile tile : values()) {
      tiles.put(tile, kernels.kernel(image, prefix + tile.side));
    }
    return tiles;
  }

  /** The largest tile that gives every multiprocessor one, or the smallest. */
  static MatmulTile choose(Gemm.Shape s, int multiprocessors) {
    for (MatmulTile tile : values()) {
      boolean filled = tile.side / 2 < Math.min(s.m(), s.n());
      if (filled && tile.blocks(s) >= multiprocessors) {
        return tile;
      }
    }
    return SMALL;
  }

  int threads() {
    return threads;
  }

  /** Tiles of all products of a batch: the blocks of a launch. */
  long blocks(Gemm.Shape s) {
    return (s.m() + side - 1) / side * ((s.n() + side - 1) / side) * s.batch();
  }
}
