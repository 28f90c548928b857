package dev.kernite.tokenizer.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Numbers as serde_json reads them: exact while they are short, else next to exact. */
class RustNumberProperties {
  @Property
  void fifteenDigitsAreExact(
      @ForAll @IntRange(min = -200, max = 200) int exponent, @ForAll double value) {
    if (Math.abs(value % 1e6) > 1e-6) { // NaN is not, either
      double head = new BigDecimal(value % 1e6).round(new MathContext(15)).doubleValue();
      assertEquals(head, RustNumber.parse(new BigDecimal(Double.toString(head)).toPlainString()));
    }
    assertEquals(0.0, RustNumber.parse("0.0e" + exponent));
  }

  @Property
  void anyDoubleIsAtMostTwoUnitsOff(@ForAll double value) {
    if (!Double.isFinite(value) || Math.abs(value) > 1e300 || Math.abs(value) < 1e-290) {
      return;
    }
    double error = Math.abs(RustNumber.parse(Double.toString(value)) - value);
    assertTrue(error <= 2 * Math.ulp(value), value + " off by " + error);
  }

  /** The quotient of the rounded digits and the power of ten, worked out by hand. */
  @Example
  void moreDigitsAreTheQuotientOfTwoDoubles() {
    assertEquals(10834118084830259d / 1e15, RustNumber.parse("10.834118084830259"));
    assertEquals(-9800509872739996d / 1e15, RustNumber.parse("-9.800509872739996"));
    assertEquals(18446744073709551615d / 1e19, RustNumber.parse("1.8446744073709551615"));
    assertEquals(1844674407370955161d / 1e18, RustNumber.parse("1.844674407370955161678"));
    assertEquals(12345678901234567890d * 10, RustNumber.parse("123456789012345678901.5"));
  }

  @Example
  void exponentsCountWhateverTheirLength() {
    assertEquals(-1500.0, RustNumber.parse("-1.5e3"));
    assertEquals(1.5e-3, RustNumber.parse("1.5E-3"));
    assertEquals(0.0, RustNumber.parse("1.5e-99999999999999999999"));
    assertEquals(Double.POSITIVE_INFINITY, RustNumber.parse("1.5e+99999999999999999999"));
    assertEquals(25.0, RustNumber.parse("2.5e+1"));
  }
}
