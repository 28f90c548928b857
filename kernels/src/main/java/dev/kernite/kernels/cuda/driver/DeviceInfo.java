package dev.kernite.kernels.cuda.driver;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * A device's properties.
 *
 * @param name marketing name
 * @param major compute capability before the point
 * @param minor compute capability behind the point
 * @param multiprocessors how many there are
 * @param maxThreadsPerBlock most threads of a block
 * @param maxSharedBytesPerBlock most shared memory of a block, after asking for it
 * @param memoryBytes device memory
 */
public record DeviceInfo(
    String name,
    int major,
    int minor,
    int multiprocessors,
    int maxThreadsPerBlock,
    int maxSharedBytesPerBlock,
    long memoryBytes) {

  static DeviceInfo of(CUdevice device, Faults faults) {
    byte[] name = new byte[256];
    faults.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    long[] bytes = new long[1];
    faults.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
    return new DeviceInfo(
        new String(name, StandardCharsets.UTF_8).replace("\0", "").strip(),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, faults),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, faults),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, faults),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, faults),
        ask(
            device,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN,
            faults),
        bytes[0]);
  }

  private static int ask(CUdevice device, int attribute, Faults faults) {
    int[] value = new int[1];
    faults.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "cuDeviceGetAttribute " + attribute);
    return value[0];
  }

  /** One line for people. */
  public String description() {
    return String.format(
        Locale.ROOT,
        "%s, compute capability %d.%d, %d multiprocessors, %.1f GiB",
        name,
        major,
        minor,
        multiprocessors,
        memoryBytes / 0x1p30);
  }
}
