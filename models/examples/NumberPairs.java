import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Pairs of texts with exactly one right answer, to teach an encoder-decoder and to judge it: numbers
 * in English words and in digits, both ways, and dates as they are written to ISO 8601.
 *
 * <p>{@code java models/examples/NumberPairs.java DIR} writes {@code train.tsv} and {@code
 * heldout.tsv}, the same ones each time. No number and no day is in both, in either direction;
 * numbers below 1,000, of which all others are made, are all learnt from.
 */
public final class NumberPairs {
  private static final int NUMBERS = 40_000;
  private static final int DAYS = 20_000;
  private static final int HELD_OUT = 1_000;
  private static final LocalDate FIRST_DAY = LocalDate.of(1900, 1, 1);
  private static final LocalDate LAST_DAY = LocalDate.of(2099, 12, 31);

  private static final String[] SMALL =
      ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
              + " fifteen sixteen seventeen eighteen nineteen")
          .split(" ");
  private static final String[] TENS =
      "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

  private static final List<DateTimeFormatter> DATES =
      List.of(
          dates("d MMMM uuuu"), dates("MMMM d, uuuu"), dates("d MMM uuuu"), dates("EEEE d MMMM uuuu"));

  private NumberPairs() {}

  /** Writes both files into the folder that is named, which is made if it is missing. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: java NumberPairs.java DIR");
      System.exit(2);
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    Random random = new Random(1);
    List<Integer> numbers = numbers(random);
    List<Integer> days = days(random);
    write(folder.resolve("heldout.tsv"), tail(numbers), tail(days), random);
    write(folder.resolve("train.tsv"), head(numbers), head(days), random);
  }

  /** Distinct numbers below a million, the small ones first, the larger ones of any length. */
  private static List<Integer> numbers(Random random) {
    Set<Integer> large = new HashSet<>();
    while (large.size() < NUMBERS + HELD_OUT - 1000) {
      large.add(1000 + random.nextInt(random.nextBoolean() ? 99_000 : 999_000));
    }
    List<Integer> numbers = new ArrayList<>(large);
    Collections.sort(numbers);
    Collections.shuffle(numbers, random);
    for (int small = 0; small < 1000; small++) {
      numbers.add(0, small);
    }
    return numbers;
  }

  private static List<Integer> days(Random random) {
    List<Integer> days = new ArrayList<>();
    for (long day = FIRST_DAY.toEpochDay(); day <= LAST_DAY.toEpochDay(); day++) {
      days.add((int) day);
    }
    Collections.shuffle(days, random);
    return days.subList(0, DAYS + HELD_OUT);
  }

  private static List<Integer> head(List<Integer> all) {
    return all.subList(0, all.size() - HELD_OUT);
  }

  private static List<Integer> tail(List<Integer> all) {
    return all.subList(all.size() - HELD_OUT, all.size());
  }

  private static void write(Path file, List<Integer> numbers, List<Integer> days, Random random)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (int number : numbers) {
      lines.add("number: " + words(number) + "\t" + number);
      lines.add("words: " + number + "\t" + words(number));
    }
    for (int day : days) {
      LocalDate date = LocalDate.ofEpochDay(day);
      String said = DATES.get(random.nextInt(DATES.size())).format(date);
      lines.add("date: " + said + "\t" + date);
    }
    Files.write(file, lines);
  }

  /** A number below a million as it is said: four thousand seven hundred eleven. */
  private static String words(int number) {
    if (number >= 1000) {
      return words(number / 1000) + " thousand" + rest(" ", number % 1000);
    }
    if (number >= 100) {
      return SMALL[number / 100] + " hundred" + rest(" ", number % 100);
    }
    return number < 20 ? SMALL[number] : TENS[number / 10] + rest("-", number % 10);
  }

  private static String rest(String separator, int number) {
    return number == 0 ? "" : separator + words(number);
  }

  private static DateTimeFormatter dates(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
  }
}
