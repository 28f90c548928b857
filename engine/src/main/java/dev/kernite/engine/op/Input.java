package dev.kernite.engine.op;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares one input of an operation, in the order of its arguments. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Input.List.class)
public @interface Input {
  /** The name that stands for any number of inputs. */
  String ANY_NUMBER = "*";

  /** Name as in the catalogue; {@link #ANY_NUMBER} for any number of inputs. */
  String value();

  /** What it holds. */
  Kind kind() default Kind.FLOAT;

  /** Whether it may be left out. */
  boolean optional() default false;

  /** Whether it has a gradient where it holds floats. */
  boolean gradient() default true;

  /** Whether strided views are read in place. */
  boolean strided() default false;

  /** What an input holds. */
  enum Kind {
    /** float32 values. */
    FLOAT,
    /** int32 indices. */
    INDEX,
    /** A mask. */
    MASK,
    /** A mask, or float32 values to add. */
    MASK_OR_FLOAT,
    /** int32 class indices, or float32 probabilities. */
    INDEX_OR_FLOAT
  }

  /** Container of the repeated annotation. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface List {
    /** The inputs. */
    Input[] value();
  }
}
