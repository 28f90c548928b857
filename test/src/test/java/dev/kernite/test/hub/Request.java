package dev.kernite.test.hub;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a server was asked.
 *
 * @param cdn whether it was asked where the large files lie, and not at the hub
 * @param headers by name, in any case
 */
record Request(boolean cdn, String method, String target, Map<String, String> headers) {
  /** Reads it from its lines. */
  static Request of(boolean cdn, String head) {
    String[] lines = head.split("\r\n");
    String[] first = lines[0].split(" ");
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
    }
    return new Request(cdn, first[0], first[1], headers);
  }

  boolean is(String wanted, String end) {
    return method.equals(wanted) && target.endsWith(end);
  }

  /** The first byte asked for. */
  int rangeStart() {
    String range = headers.getOrDefault("Range", "bytes=0-");
    return Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-')));
  }

  Request without(String header) {
    Map<String, String> rest = new TreeMap<>(headers);
    rest.remove(header);
    return new Request(cdn, method, target, rest);
  }
}
