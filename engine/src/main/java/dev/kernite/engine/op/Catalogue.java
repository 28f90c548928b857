package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All operations, found from the sealed interface {@link Op}, and how to make one from attributes.
 */
public final class Catalogue {
  private Catalogue() {}

  /**
   * One kind of operation.
   *
   * @param name name, or name of its family
   * @param member value of the attribute {@code op} within the family, empty without one
   * @param type its record class
   * @param inputs its inputs in order
   */
  public record Entry(String name, String member, Class<? extends Op> type, List<Input> inputs) {
    /** {@code name} or {@code name.member}. */
    public String label() {
      return member.isEmpty() ? name : name + "." + member;
    }

    /** Whether it takes any number of inputs of one kind. */
    public boolean isVariadic() {
      return inputs.getFirst().value().equals(Input.ANY_NUMBER);
    }

    /** Values of the attribute {@code op} that mean this entry; empty where it has none. */
    public List<String> members() {
      if (!member.isEmpty()) {
        return List.of(member);
      }
      for (RecordComponent c : type.getRecordComponents()) {
        if (c.getName().equals("op")) {
          return Arrays.stream(c.getType().getEnumConstants())
              .map(v -> v.toString().toLowerCase(Locale.ROOT))
              .toList();
        }
      }
      return List.of();
    }

    /** The attributes in order; the {@code op} of a member is not among them. */
    public List<Attribute> attributes() {
      List<Attribute> list = new ArrayList<>();
      for (RecordComponent c : type.getRecordComponents()) {
        Default d = c.getAnnotation(Default.class);
        list.add(
            new Attribute(
                snake(c.getName()), describe(c.getGenericType()), d == null ? null : d.value()));
      }
      return list;
    }
  }

  /**
   * One attribute of an operation.
   *
   * @param name as in JSON
   * @param type what it holds, for people
   * @param defaultValue what it is when not given, as in JSON; null when it must be given
   */
  public record Attribute(String name, String type, String defaultValue) {
    @Override
    public String toString() {
      return name + (defaultValue == null ? "" : "=" + defaultValue);
    }
  }

  private static final List<Entry> ENTRIES = collect();

  /** All operations, by name. */
  public static List<Entry> entries() {
    return ENTRIES;
  }

  private static List<Entry> collect() {
    List<Entry> list = new ArrayList<>();
    collect(Op.class, list);
    list.sort(Comparator.comparing(Entry::label));
    return List.copyOf(list);
  }

  private static void collect(Class<?> type, List<Entry> into) {
    if (type.isSealed()) {
      for (Class<?> c : type.getPermittedSubclasses()) {
        collect(c, into);
      }
      return;
    }
    Class<? extends Op> op = type.asSubclass(Op.class);
    Named n = op.getAnnotation(Named.class);
    if (n == null) {
      throw new EngineException("operation " + op.getSimpleName() + " has no @Named");
    }
    into.add(new Entry(n.value(), n.op(), op, List.of(op.getAnnotationsByType(Input.class))));
  }

  /**
   * Finds an operation.
   *
   * @param name as in the catalogue
   * @param attributes the member of a family stands under {@code op}
   * @throws EngineException if there is none; the message lists what there is
   */
  public static Entry find(String name, Map<String, ?> attributes) {
    Set<String> known = new TreeSet<>();
    List<Entry> family = new ArrayList<>();
    for (Entry e : ENTRIES) {
      known.add(e.name);
      if (e.name.equals(name)) {
        family.add(e);
      }
    }
    if (family.isEmpty()) {
      throw new EngineException("no operation '" + name + "'; known are " + known);
    }
    Object member = attributes.get("op");
    Set<String> members = new TreeSet<>();
    for (Entry e : family) {
      members.addAll(e.members());
      if (e.members().isEmpty() || (member != null && e.members().contains(member))) {
        return e;
      }
    }
    String found = member == null ? "missing" : "'" + member + "'";
    throw new EngineException(name + ": attribute op is " + found + ", known are " + members);
  }

  /**
   * Makes an operation from attributes as they come from JSON: numbers, booleans, strings, lists.
   * An attribute that is null counts as not given.
   *
   * @throws EngineException naming an attribute that is unknown, missing or of the wrong type
   */
  public static Op create(Entry entry, Map<String, ?> attributes) {
    RecordComponent[] components = entry.type.getRecordComponents();
    Map<String, RecordComponent> known = new LinkedHashMap<>();
    for (RecordComponent c : components) {
      known.put(snake(c.getName()), c);
    }
    Set<String> unknown = new HashSet<>(attributes.keySet());
    unknown.removeAll(known.keySet());
    if (!entry.member.isEmpty()) {
      unknown.remove("op");
    }
    if (!unknown.isEmpty()) {
      throw new EngineException(
          entry.label() + ": unknown attributes " + unknown + "; known are " + known.keySet());
    }
    Map<String, Object> given = new LinkedHashMap<>();
    known.forEach(
        (name, c) -> {
          if (attributes.get(name) != null) {
            given.put(name, convert(entry.label() + ": " + name, attributes.get(name), c));
          }
        });
    known.forEach((name, c) -> given.computeIfAbsent(name, _ -> defaultOf(entry, c)));
    Object[] values = known.keySet().stream().map(given::get).toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return entry.type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof EngineException x) {
        throw x;
      }
      throw new EngineException(entry.label() + ": " + e.getCause().getMessage(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new EngineException(entry.label() + " cannot be created", e);
    }
  }

  private static Object defaultOf(Entry entry, RecordComponent c) {
    Default d = c.getAnnotation(Default.class);
    if (d == null) {
      throw new EngineException(
          entry.label() + ": attribute " + snake(c.getName()) + " is missing");
    }
    String label = entry.label() + ": default of " + snake(c.getName());
    return convert(label, d.value().equals("[]") ? List.of() : d.value(), c);
  }

  private static Object convert(String label, Object value, RecordComponent c) {
    Default d = c.getAnnotation(Default.class);
    try {
      return convert(value, c.getGenericType(), d != null && d.nullElements());
    } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
      throw new EngineException(
          label + " must be " + describe(c.getGenericType()) + ", not '" + value + "'", e);
    }
  }

  private static Object convert(Object value, Type type, boolean nullElements) {
    if (value == null) {
      throw new IllegalArgumentException("null");
    }
    if (type instanceof ParameterizedType list) {
      Type element = list.getActualTypeArguments()[0];
      List<Object> out = new ArrayList<>();
      for (Object v : (List<?>) value) {
        out.add(v == null && nullElements ? null : convert(v, element, nullElements));
      }
      return Collections.unmodifiableList(out);
    }
    Class<?> c = (Class<?>) type;
    if (c == PerAxis.class) {
      List<Integer> each = new ArrayList<>();
      for (Object v : value instanceof List<?> many ? many : List.of(value)) {
        each.add((Integer) convert(v, int.class, false));
      }
      return new PerAxis(each);
    }
    String text = String.valueOf(value);
    if (c.isEnum()) {
      return Arrays.stream(c.getEnumConstants())
          .filter(x -> ((Enum<?>) x).name().toLowerCase(Locale.ROOT).equals(text))
          .findFirst()
          .orElseThrow(IllegalArgumentException::new);
    }
    if (c == boolean.class) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException(text);
      }
      return Boolean.valueOf(text);
    }
    if (c == float.class) {
      return Float.valueOf(text);
    }
    if (c == double.class) {
      return Double.valueOf(text);
    }
    long whole = new BigDecimal(text).longValueExact();
    return c == int.class ? (Object) Math.toIntExact(whole) : (Object) whole;
  }

  private static String describe(Type type) {
    if (type instanceof ParameterizedType list) {
      return "a list of " + describe(list.getActualTypeArguments()[0]);
    }
    Class<?> c = (Class<?>) type;
    if (c == PerAxis.class) {
      return "an int, or a list with one for each axis";
    }
    return c.isEnum()
        ? "one of " + Arrays.toString(c.getEnumConstants()).toLowerCase(Locale.ROOT)
        : c.getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
