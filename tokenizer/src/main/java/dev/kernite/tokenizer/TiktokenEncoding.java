package dev.kernite.tokenizer;

import dev.kernite.tokenizer.pretokenizer.Cl100kScanner;
import dev.kernite.tokenizer.pretokenizer.Gpt2Scanner;
import dev.kernite.tokenizer.pretokenizer.O200kScanner;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What tiktoken knows of an encoding besides the ranks in its file (tiktoken 0.14, {@code
 * openai_public.py}).
 *
 * @param name as in tiktoken, and as the file is called
 * @param expression the regular expression whose matches are the words
 * @param specialTokens tokens that are looked for in the text as they are, and their ids
 */
public record TiktokenEncoding(String name, String expression, Map<String, Integer> specialTokens) {
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final String END_OF_PROMPT = "<|endofprompt|>";

  /** GPT-2. */
  public static final TiktokenEncoding GPT2 =
      new TiktokenEncoding("gpt2", Gpt2Scanner.EXPRESSION, Map.of(END_OF_TEXT, 50256));

  /** GPT-3: the same as GPT-2. */
  public static final TiktokenEncoding R50K_BASE =
      new TiktokenEncoding("r50k_base", Gpt2Scanner.EXPRESSION, Map.of(END_OF_TEXT, 50256));

  /** Codex: GPT-2 with tokens for runs of spaces. */
  public static final TiktokenEncoding P50K_BASE =
      new TiktokenEncoding("p50k_base", Gpt2Scanner.EXPRESSION, Map.of(END_OF_TEXT, 50256));

  /** GPT-3.5 and GPT-4. */
  public static final TiktokenEncoding CL100K_BASE =
      new TiktokenEncoding(
          "cl100k_base",
          Cl100kScanner.EXPRESSION,
          Map.of(
              END_OF_TEXT,
              100257,
              "<|fim_prefix|>",
              100258,
              "<|fim_middle|>",
              100259,
              "<|fim_suffix|>",
              100260,
              END_OF_PROMPT,
              100276));

  /** GPT-4o and later. */
  public static final TiktokenEncoding O200K_BASE =
      new TiktokenEncoding(
          "o200k_base",
          O200kScanner.EXPRESSION,
          Map.of(END_OF_TEXT, 199999, END_OF_PROMPT, 200018));

  private static final List<TiktokenEncoding> ALL =
      List.of(GPT2, R50K_BASE, P50K_BASE, CL100K_BASE, O200K_BASE);

  /** Keeps a copy of the map. */
  public TiktokenEncoding {
    specialTokens = Map.copyOf(specialTokens);
  }

  /**
   * Returns the encoding of that name.
   *
   * @throws TokenizerException if there is none; the message lists the known ones
   */
  public static TiktokenEncoding of(String name) {
    return ALL.stream()
        .filter(encoding -> encoding.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TokenizerException(
                    "no tiktoken encoding is called \"%s\"; known are %s"
                        .formatted(
                            name,
                            ALL.stream().map(e -> e.name).collect(Collectors.joining(", ")))));
  }

  /** Returns this with other special tokens. */
  public TiktokenEncoding withSpecialTokens(Map<String, Integer> tokens) {
    return new TiktokenEncoding(name, expression, tokens);
  }
}
