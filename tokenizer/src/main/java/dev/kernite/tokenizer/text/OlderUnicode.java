package dev.kernite.tokenizer.text;

import java.util.Arrays;

/**
 * What older versions of Unicode did not know, on the JDK's data. The Hugging Face tokenizers
 * library asks for general categories by Unicode 8 and normalises by Unicode 9, and vocabularies
 * were made that way: a newer mark is to it no mark, newer punctuation is a letter like any other.
 *
 * <p>The tables hold marks, punctuation, format characters and characters with a decomposition that
 * were assigned later (DerivedAge.txt of the Unicode character database). A range may span other
 * characters: do not ask about those.
 */
enum OlderUnicode {
  /** Unicode 8.0. */
  V8(
      """
      61D-61D 7FD-7FD 890-8E2 9FD-9FE A76-A76 AFA-AFF B55-B55 C04-C3C C77-C77 C84-C84 CF3-D00
      D3B-D3C D81-D81 EBA-EBA ECE-ECE 1715-1715 180F-180F 1ABF-1ACE 1B4E-1B4F 1B7D-1B7F 1CF7-1CF7
      1DF6-1DFB 2E43-2E5D 32FF-32FF A7F2-A7F4 A82C-A82C A8C5-A8C5 A8FF-A8FF AB69-AB69 105C9-107BA
      10D24-10F89 11070-11074 110C2-110CD 11145-11146 111CE-111CF 1123E-11241 1133B-1133B
      11383-1145E 11660-1166C 116B9-116B9 1182C-11FFF 12FF1-1612F 16D68-16F4F 16F7F-16F87
      16FE2-16FF1 1CCD6-1CF46 1E000-1E5FF 1E944-1E95F 1F16C-1F16C 1F23B-1F23B 1FBF0-1FBF9
      """),
  /** Unicode 9.0. */
  V9(
      """
      61D-61D 7FD-7FD 890-8D3 9FD-9FE A76-A76 AFA-AFF B55-B55 C04-C3C C77-C77 C84-C84 CF3-D00
      D3B-D3C D81-D81 EBA-EBA ECE-ECE 1715-1715 180F-180F 1ABF-1ACE 1B4E-1B4F 1B7D-1B7F 1CF7-1CF7
      1DF6-1DFA 2E45-2E5D 32FF-32FF A7F2-A7F4 A82C-A82C A8FF-A8FF AB69-AB69 105C9-107BA 10D24-10F89
      11070-11074 110C2-110CD 11145-11146 111CE-111CF 11241-11241 1133B-1133B 11383-113E2
      1145A-1145A 1145E-1145E 116B9-116B9 1182C-11BE1 11D31-11FFF 12FF1-1612F 16D68-16F4F
      16F7F-16F87 16FE2-16FF1 1CCD6-1CF46 1E030-1E5FF 1F16C-1F16C 1FBF0-1FBF9
      """);

  private final int[] bounds; // first and last code point of each range, ascending

  OlderUnicode(String ranges) {
    bounds =
        Arrays.stream(ranges.strip().split("[-\\s]+"))
            .mapToInt(bound -> Integer.parseInt(bound, 16))
            .toArray();
  }

  /** Returns whether {@code c}, a mark or the like, was assigned after this version. */
  boolean lacks(int c) {
    if (c < bounds[0]) {
      return false;
    }
    int place = Arrays.binarySearch(bounds, c);
    // An even insertion point lies between two ranges; an odd one inside of a range.
    return place >= 0 || (-place - 1 & 1) != 0;
  }
}
