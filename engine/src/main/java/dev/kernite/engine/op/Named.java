package dev.kernite.engine.op;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Gives an operation its name in the catalogue. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Named {
  /** Name of the operation, or of the family it belongs to. */
  String value();

  /**
   * Which member of the family this is: the value of the attribute {@code op}; empty without one.
   */
  String op() default "";
}
