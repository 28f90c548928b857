package dev.kernite.engine.op;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Value of an attribute that is not given, as it would stand in JSON. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /** The value. */
  String value();

  /** Whether elements of a list may be null. */
  boolean nullElements() default false;
}
