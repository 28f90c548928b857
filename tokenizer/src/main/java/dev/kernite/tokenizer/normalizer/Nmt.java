package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;

/** {@code Nmt}: drops control characters and turns the oddest spaces into plain ones. */
public record Nmt() implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText.Builder out = new AlignedText.Builder(text.length());
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePoint(i);
      if (!isControl(c)) {
        out.append(isSpace(c) ? ' ' : c, text.from(i), text.to(i));
      }
    }
    return out.build();
  }

  private static boolean isControl(int c) {
    return (c >= 0x01 && c <= 0x08)
        || c == 0x0B
        || (c >= 0x0E && c <= 0x1F)
        || c == 0x7F
        || c == 0x8F
        || c == 0x9F;
  }

  private static boolean isSpace(int c) {
    return switch (c) {
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> true;
      default -> c >= 0x200B && c <= 0x200F;
    };
  }
}
