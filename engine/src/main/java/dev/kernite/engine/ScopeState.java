package dev.kernite.engine;

import java.util.ArrayList;
import java.util.List;

/** What a scope owns, as a linked list, apart from the scope so that a cleaner can hold it. */
final class ScopeState {
  private Storage first;
  private Storage last;

  synchronized void add(Storage s) {
    s.owner = this;
    s.previous = last;
    s.next = null;
    if (last == null) {
      first = s;
    } else {
      last.next = s;
    }
    last = s;
  }

  synchronized void remove(Storage s) {
    if (s.previous == null) {
      first = s.next;
    } else {
      s.previous.next = s.next;
    }
    if (s.next == null) {
      last = s.previous;
    } else {
      s.next.previous = s.previous;
    }
    s.owner = null;
    s.previous = null;
    s.next = null;
  }

  synchronized void closeAll(String reason) {
    while (last != null) {
      last.close(reason);
    }
  }

  synchronized List<Scope.Entry> entries() {
    List<Scope.Entry> list = new ArrayList<>();
    for (Storage s = first; s != null; s = s.next) {
      list.add(new Scope.Entry(s.name, s.buffer.bytes()));
    }
    return list;
  }
}
