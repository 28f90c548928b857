package dev.kernite.tokenizer.model;

/**
 * The fields of a BPE model besides vocabulary and merges.
 *
 * @param unkToken the token for what the vocabulary lacks, or null: then that is left out
 * @param continuingSubwordPrefix what a token carries that does not begin a word; may be empty
 * @param endOfWordSuffix what a token carries that ends a word; may be empty
 * @param fuseUnk whether neighbouring unknown characters are one token
 * @param byteFallback whether an unknown character becomes its bytes, as tokens {@code <0xNN>}
 * @param ignoreMerges whether a word that is itself a token is not cut
 */
public record BpeOptions(
    String unkToken,
    String continuingSubwordPrefix,
    String endOfWordSuffix,
    boolean fuseUnk,
    boolean byteFallback,
    boolean ignoreMerges) {
  /** All of them off, as in GPT-2. */
  public static final BpeOptions NONE = new BpeOptions(null, "", "", false, false, false);
}
