package dev.kernite.models.metrics.text;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's stemmer (An algorithm for suffix stripping, 1980) with the changes that NLTK makes by
 * default, which ROUGE's scores are computed with. Each change is marked where it is made; Porter's
 * own later changes (bli, logi, words of two letters) are among them.
 */
public final class PorterStemmer {
  /** NLTK: words that are not treated by rule. */
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("inning", "inning"),
          Map.entry("innings", "inning"),
          Map.entry("outing", "outing"),
          Map.entry("outings", "outing"),
          Map.entry("canning", "canning"),
          Map.entry("cannings", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  /** A suffix and what takes its place. */
  private record Rule(String suffix, String replacement) {
    static Rule of(String rule) {
      int arrow = rule.indexOf('>');
      return new Rule(rule.substring(0, arrow), rule.substring(arrow + 1));
    }
  }

  private static final List<Rule> STEP_1A = rules("sses>ss ies>i ss>ss s>");
  private static final List<Rule> STEP_1B = rules("at>ate bl>ble iz>ize");
  private static final List<Rule> STEP_2 =
      rules(
          "ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e"
              + " ousli>ous ization>ize ation>ate ator>ate alism>al iveness>ive fulness>ful"
              + " ousness>ous aliti>al iviti>ive biliti>ble fulli>ful"); // NLTK: the last
  private static final List<Rule> STEP_3 =
      rules("icate>ic ative> alize>al iciti>ic ical>ic ful> ness>");
  private static final List<Rule> STEP_4 =
      rules(
          "al> ance> ence> er> ic> able> ible> ant> ement> ment> ent> ion> ou> ism> ate> iti> ous>"
              + " ive> ize>");

  private PorterStemmer() {}

  private static List<Rule> rules(String all) {
    return List.of(all.split(" ")).stream().map(Rule::of).toList();
  }

  /** The stem of a word, in lower case. */
  public static String stem(String word) {
    String w = word.toLowerCase(Locale.ROOT);
    if (IRREGULAR.containsKey(w)) {
      return IRREGULAR.get(w);
    }
    return w.length() <= 2 ? w : step5(step4(step3(step2(step1c(step1b(step1a(w)))))));
  }

  /** Plurals. */
  private static String step1a(String word) {
    if (word.endsWith("ies") && word.length() == 4) { // NLTK: "ties" becomes "tie"
      return without(word, "s");
    }
    return replace(word, STEP_1A, stem -> true);
  }

  /** Past tense and progressive. */
  private static String step1b(String word) {
    if (word.endsWith("ied")) { // NLTK: as "ies" in step 1a
      return without(word, word.length() == 4 ? "d" : "ed");
    }
    if (word.endsWith("eed")) {
      return measure(without(word, "eed")) > 0 ? without(word, "d") : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      if (word.endsWith(suffix)) {
        String stem = without(word, suffix);
        return hasVowel(stem) ? mended(stem) : word;
      }
    }
    return word;
  }

  /** Gives a stem the end that it has without "ed" and "ing": hop(p), fil(e). */
  private static String mended(String stem) {
    if (STEP_1B.stream().anyMatch(rule -> stem.endsWith(rule.suffix))) {
      return replace(stem, STEP_1B, s -> true);
    }
    int last = stem.length() - 1;
    if (endsInDoubleConsonant(stem)) {
      return "lsz".indexOf(stem.charAt(last)) >= 0 ? stem : stem.substring(0, last);
    }
    return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
  }

  /**
   * NLTK: y becomes i behind a consonant only, and not in words like "by"; Porter: after vowels.
   */
  private static String step1c(String word) {
    int last = word.length() - 1;
    boolean changes = word.endsWith("y") && last > 1 && isConsonant(word, last - 1);
    return changes ? word.substring(0, last) + "i" : word;
  }

  private static String step2(String word) {
    if (word.endsWith("alli") && measure(without(word, "alli")) > 0) { // NLTK: and then once more
      return step2(without(word, "li"));
    }
    if (word.endsWith("logi")) { // the l counts as the stem's
      return measure(without(word, "ogi")) > 0 ? without(word, "i") : word;
    }
    return replace(word, STEP_2, stem -> measure(stem) > 0);
  }

  private static String step3(String word) {
    return replace(word, STEP_3, stem -> measure(stem) > 0);
  }

  private static String step4(String word) {
    boolean ion = word.endsWith("ion"); // goes behind s and t only
    return replace(
        word,
        STEP_4,
        stem -> measure(stem) > 1 && !(ion && !stem.endsWith("s") && !stem.endsWith("t")));
  }

  /** The end of what is left: e, ll. */
  private static String step5(String word) {
    String w = word;
    if (w.endsWith("e")) {
      String stem = without(w, "e");
      int measure = measure(stem);
      w = measure > 1 || measure == 1 && !endsShort(stem) ? stem : w;
    }
    return w.endsWith("ll") && measure(without(w, "l")) > 1 ? without(w, "l") : w;
  }

  /** Applies the first rule whose suffix the word has, if what is before the suffix allows it. */
  private static String replace(String word, List<Rule> rules, Predicate<String> allowed) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = without(word, rule.suffix);
        return allowed.test(stem) ? stem + rule.replacement : word;
      }
    }
    return word;
  }

  private static String without(String word, String suffix) {
    return word.substring(0, word.length() - suffix.length());
  }

  /** All but a, e, i, o, u; y is one at the begin and behind a vowel. */
  private static boolean isConsonant(String word, int i) {
    int run = i;
    while (run > 0 && word.charAt(run) == 'y') {
      run--;
    }
    boolean first = "aeiou".indexOf(word.charAt(run)) < 0; // also where a word begins with y
    return ((i - run) % 2 == 0) == first; // each further y is what the letter before it is not
  }

  /** Porter's m: how often consonants follow on vowels. */
  private static int measure(String stem) {
    int m = 0;
    boolean afterVowel = false;
    for (int i = 0; i < stem.length(); i++) {
      boolean consonant = isConsonant(stem, i);
      m += afterVowel && consonant ? 1 : 0;
      afterVowel = !consonant;
    }
    return m;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsInDoubleConsonant(String stem) {
    int last = stem.length() - 1;
    return last > 0 && stem.charAt(last) == stem.charAt(last - 1) && isConsonant(stem, last);
  }

  /** Consonant, vowel, consonant, the last not w, x or y; NLTK: or a word of vowel, consonant. */
  private static boolean endsShort(String stem) {
    int last = stem.length() - 1;
    if (last < 1 || !isConsonant(stem, last) || isConsonant(stem, last - 1)) {
      return false;
    }
    return last == 1 || isConsonant(stem, last - 2) && "wxy".indexOf(stem.charAt(last)) < 0;
  }
}
