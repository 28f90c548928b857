package dev.kernite.test.devices;

import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** {@link DeviceCondition} for properties. */
public final class DeviceSkip implements SkipExecutionHook {
  /** For the service loader. */
  public DeviceSkip() {}

  @Override
  public SkipResult shouldBeSkipped(LifecycleContext context) {
    return Device.refusal().map(SkipResult::skip).orElseGet(SkipResult::doNotSkip);
  }

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }
}
