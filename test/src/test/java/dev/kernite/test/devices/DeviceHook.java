package dev.kernite.test.devices;

import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** {@link DeviceCondition} for properties. */
public final class DeviceHook implements SkipExecutionHook {
  /** For jqwik. */
  public DeviceHook() {}

  @Override
  public SkipResult shouldBeSkipped(LifecycleContext context) {
    return Device.refusal().map(SkipResult::skip).orElseGet(SkipResult::doNotSkip);
  }
}
