package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** The compiled kernels among the resources, loaded into a context one by one as they are used. */
final class Images {
  private static final String FOLDER = "/dev/kernite/kernels/cuda/";
  private static final String IMAGE = ".fatbin";
  private static final String PTX = ".ptx.gz";
  private static final int NO_IMAGE_FOR_DEVICE = 209; // CUDA_ERROR_NO_BINARY_FOR_GPU
  private static final int NOT_FOUND = 500; // CUDA_ERROR_NOT_FOUND

  /** What stands before an image's name in place of the image: see {@link #placeholder}. */
  private static final int ZEROS = 16;

  private final Context context;
  private final Map<String, CUmodule> loaded = new HashMap<>();

  Images(Context context) {
    this.context = context;
  }

  /** The handle of a function, loading its image if need be. */
  long function(String image, String name) {
    CUmodule module = loaded.get(image);
    if (module == null) {
      module = load(image);
      loaded.put(image, module);
    }
    FunctionHandle function = new FunctionHandle();
    int status = JCudaDriver.cuModuleGetFunction(function, module, name);
    if (status == NOT_FOUND) {
      throw new KernelException(
          "there is no kernel '" + name + "' in the image " + image + ".fatbin of this build");
    }
    context.faults().check(status, "cuModuleGetFunction of " + name);
    return function.address();
  }

  private CUmodule load(String image) {
    byte[] bytes = context.driver() == Driver.CUDA_HOST ? placeholder(image) : read(image + IMAGE);
    CUmodule module = new CUmodule();
    String file = image + IMAGE;
    int status = JCudaDriver.cuModuleLoadData(module, bytes);
    if (status == NO_IMAGE_FOR_DEVICE) {
      // A device that is newer than the image, or an image with code for servers only. The driver
      // compiles the PTX, and keeps the result for other processes.
      file = image + PTX;
      status = JCudaDriver.cuModuleLoadData(module, ptx(file));
    }
    context.faults().check(status, "cuModuleLoadData of " + file);
    return module;
  }

  /**
   * For the driver of this project, which has the kernels itself: zeros and the name, so that it
   * finds the kernels of this image and no others.
   */
  private static byte[] placeholder(String image) {
    byte[] name = image.getBytes(StandardCharsets.UTF_8);
    byte[] placeholder = new byte[ZEROS + name.length + 1];
    System.arraycopy(name, 0, placeholder, ZEROS, name.length);
    return placeholder;
  }

  /** A text as the driver takes it: a zero ends it. */
  private static byte[] ptx(String file) {
    try (InputStream text = new GZIPInputStream(new ByteArrayInputStream(read(file)))) {
      byte[] bytes = text.readAllBytes();
      return Arrays.copyOf(bytes, bytes.length + 1);
    } catch (IOException e) {
      throw new UncheckedIOException("the kernels' jar is damaged: " + file, e);
    }
  }

  private static byte[] read(String file) {
    try (InputStream in = Images.class.getResourceAsStream(FOLDER + file)) {
      if (in != null) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new KernelException("this build has no " + file);
  }

  /** Unloads everything; the context must be current. */
  void close() {
    loaded.values().forEach(JCudaDriver::cuModuleUnload);
    loaded.clear();
  }

  /** JCuda's handle, whose value only a subclass sees. */
  private static final class FunctionHandle extends CUfunction {
    long address() {
      return getNativePointer();
    }
  }
}
