package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.text.IntList;

/**
 * Tokens as a model makes them: ids, and how many UTF-8 bytes of its input each one covers. A token
 * of no bytes stands for the same text as the one after it: the bytes of an unknown character.
 */
public final class ModelTokens {
  private final IntList ids = new IntList();
  private final IntList bytes = new IntList();

  /** Creates an empty list. */
  public ModelTokens() {}

  /** Appends a token that covers the next {@code byteLength} bytes of the word. */
  public void add(int id, int byteLength) {
    ids.add(id);
    bytes.add(byteLength);
  }

  void addAll(int[] moreIds, int[] moreBytes) {
    ids.addAll(moreIds);
    bytes.addAll(moreBytes);
  }

  /** Returns how many tokens there are. */
  public int size() {
    return ids.size();
  }

  /** Returns the id of token {@code i}. */
  public int id(int i) {
    return ids.get(i);
  }

  /** Returns how many UTF-8 bytes token {@code i} covers. */
  public int byteLength(int i) {
    return bytes.get(i);
  }

  int[] byteLengths() {
    return bytes.toArray();
  }

  /** Forgets the tokens from {@code size} on. */
  void truncate(int size) {
    ids.truncate(size);
    bytes.truncate(size);
  }

  /** Returns the ids themselves, to be read only. */
  public IntList idList() {
    return ids;
  }

  /** Returns all ids. */
  public int[] ids() {
    return ids.toArray();
  }

  /** Forgets the tokens. */
  public void clear() {
    ids.clear();
    bytes.clear();
  }
}
