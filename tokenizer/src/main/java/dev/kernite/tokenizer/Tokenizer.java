package dev.kernite.tokenizer;

import dev.kernite.tokenizer.decoder.Decoder;
import dev.kernite.tokenizer.file.TiktokenFile;
import dev.kernite.tokenizer.file.TokenizerFiles;
import dev.kernite.tokenizer.file.TokenizerJsonWriter;
import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.model.ModelTokens;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.processor.TokenList;
import dev.kernite.tokenizer.processor.Truncator;
import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.IntList;
import dev.kernite.tokenizer.text.Pieces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Text to token ids and back, as the Hugging Face tokenizers library (0.21) defines it. Immutable
 * and safe to share between threads.
 *
 * <p>A text is cut at added tokens, normalised, cut into words, each word into tokens, and the
 * special tokens are put around: see {@link Pipeline} for the parts. A lone surrogate in a text,
 * which no Unicode encoding can hold, counts as U+FFFD.
 */
public final class Tokenizer {
  /** A file that asks for more must not make us allocate it. */
  private static final int LONGEST_PADDED = 1 << 24;

  private static final List<String> USUAL_PADDING = List.of("[PAD]", "<pad>", "<|pad|>");

  private final Pipeline pipeline;
  private final Model model;
  private final AddedVocabulary added;
  private final ShortWay shortWay; // null: there is none
  private final SpecialFrame frame; // null: only the post-processor can tell

  /**
   * Puts a tokenizer together.
   *
   * @param pipeline its parts
   */
  public Tokenizer(Pipeline pipeline) {
    this.pipeline = pipeline;
    this.model = pipeline.model();
    this.added =
        new AddedVocabulary(pipeline.addedTokens(), model.vocabulary(), pipeline.normalizer());
    // The short way knows the text before it is normalised, so added tokens must be there too.
    boolean raw = pipeline.normalizer() == null || !added.looksInNormalized();
    this.shortWay = raw ? ShortWay.of(pipeline) : null;
    this.frame = SpecialFrame.of(pipeline.postProcessor());
  }

  /**
   * Reads a tokenizer.
   *
   * @param path a {@code tokenizer.json}; a {@code vocab.json} or {@code merges.txt} beside the
   *     other, read by the rules of GPT-2; a {@code vocab.txt}, read by those of BERT; a model of
   *     SentencePiece, {@code *.model}; a folder with the first of these; or a rank file of
   *     tiktoken called as its encoding, such as {@code cl100k_base.tiktoken}
   * @throws TokenizerException if there is no such file, or it is malformed, or it asks for
   *     something that is not supported
   */
  public static Tokenizer load(Path path) {
    return TokenizerFiles.load(path);
  }

  /**
   * Reads a rank file of tiktoken, whose encoding its name need not say.
   *
   * @param ranks a line for each token: its bytes in base64, a space, its rank
   * @param encoding the expression that cuts words, and the special tokens
   * @throws TokenizerException if the file cannot be read, is malformed, or lacks a byte
   */
  public static Tokenizer fromTiktoken(Path ranks, TiktokenEncoding encoding) {
    return TiktokenFile.read(ranks, encoding);
  }

  /**
   * Writes a {@code tokenizer.json}. The file appears whole or not at all.
   *
   * @throws TokenizerException if it cannot be written
   */
  public void save(Path file) {
    TokenizerJsonWriter.write(pipeline, added::id, file);
  }

  /** Returns the parts of this tokenizer. */
  public Pipeline pipeline() {
    return pipeline;
  }

  /** Returns how many tokens there are, added ones included. */
  public int vocabSize() {
    return model.vocabulary().size() + added.beyond(model.vocabulary());
  }

  /** Returns the id of {@code token}, or -1 where there is no such token. */
  public int tokenToId(String token) {
    int id = added.id(token);
    return id == Vocabulary.NONE ? model.vocabulary().id(token) : id;
  }

  /** Returns the token of {@code id}, or null where there is no such id. */
  public String idToToken(int id) {
    String content = added.content(id);
    return content == null ? model.vocabulary().token(id) : content;
  }

  /** Returns whether {@code id} is a special token, which decoding can leave out. */
  public boolean isSpecial(int id) {
    String token = idToToken(id);
    return token != null && added.isSpecial(token);
  }

  /** Encodes a text with the options of the file the tokenizer was read from. */
  public Encoding encode(String text) {
    return encode(Input.of(text), pipeline.options());
  }

  /** Encodes a pair of texts with the options of the file the tokenizer was read from. */
  public Encoding encode(String text, String pair) {
    return encode(new Input(text, pair), pipeline.options());
  }

  /**
   * Encodes a text or a pair of texts.
   *
   * @throws TokenizerException if the truncation cannot be done on this input, or the padding needs
   *     a token that there is not
   */
  public Encoding encode(Input input, EncodeOptions options) {
    return encodeBatch(List.of(input), options).get(0);
  }

  /**
   * Encodes many inputs on all cores; padding goes to the longest of them all.
   *
   * @throws TokenizerException as {@link #encode(Input, EncodeOptions)}
   */
  public List<Encoding> encodeBatch(List<Input> inputs, EncodeOptions options) {
    checkStride(options);
    TokenList[] lists = new TokenList[inputs.size()];
    TokenizerException[] failures = new TokenizerException[lists.length];
    IntStream all = IntStream.range(0, lists.length);
    (lists.length > 1 ? all.parallel() : all)
        .forEach(
            i -> {
              try {
                lists[i] = unpadded(inputs.get(i), options);
              } catch (TokenizerException e) {
                failures[i] = e;
              }
            });
    throwFirst(failures);
    if (options.padding() != null) {
      pad(lists, options.padding());
    }
    List<Encoding> encodings = new ArrayList<>(lists.length);
    for (TokenList list : lists) {
      encodings.add(new Encoding(list));
    }
    return encodings;
  }

  /** Throws the first failure: which one is told must not depend on which thread was faster. */
  private static void throwFirst(TokenizerException[] failures) {
    for (int i = 0; i < failures.length; i++) {
      if (failures[i] != null) {
        throw failures.length == 1
            ? failures[i]
            : new TokenizerException(
                "input %d of %d: %s".formatted(i + 1, failures.length, failures[i].getMessage()),
                failures[i]);
      }
    }
  }

  /**
   * Returns the ids of a text, neither cut nor padded: the fast way where nothing else is needed.
   *
   * @param text the text
   * @param addSpecialTokens whether to add the special tokens of the model
   */
  public int[] encodeToIds(String text, boolean addSpecialTokens) {
    if (addSpecialTokens && frame == null) {
      return encode(Input.of(text), EncodeOptions.PLAIN).ids();
    }
    IntList ids = shortWay == null ? idsThroughPieces(text) : idsOfShortWay(text);
    return (addSpecialTokens ? frame : SpecialFrame.NONE).around(ids);
  }

  /**
   * Returns the ids of many texts, each as {@link #encodeToIds}, on all cores.
   *
   * @param texts the texts
   * @param addSpecialTokens whether to add the special tokens of the model
   */
  public List<int[]> encodeBatchToIds(List<String> texts, boolean addSpecialTokens) {
    return texts.parallelStream().map(text -> encodeToIds(text, addSpecialTokens)).toList();
  }

  private IntList idsOfShortWay(String text) {
    IntList ids = new IntList(text.length() / 3);
    if (!added.mayOccurIn(text)) {
      shortWay.encode(text, ids);
      return ids;
    }
    Pieces pieces = added.cut(AlignedText.of(text), null);
    for (int p = 0; p < pieces.count(); p++) {
      if (pieces.token(p) == Pieces.TEXT) {
        shortWay.encode(pieces.text().codePoints(), pieces.start(p), pieces.end(p), ids);
      } else {
        ids.add(pieces.token(p));
      }
    }
    return ids;
  }

  private IntList idsThroughPieces(String text) {
    Pieces pieces = cut(text);
    ModelTokens ids = new ModelTokens();
    for (int p = 0; p < pieces.count(); p++) {
      if (pieces.token(p) == Pieces.TEXT) {
        model.tokenize(pieces.text().codePoints(), pieces.start(p), pieces.end(p), ids);
      } else {
        ids.add(pieces.token(p), 0);
      }
    }
    return ids.idList();
  }

  /**
   * Returns the text of some tokens. Ids that there are not are left out.
   *
   * @param ids token ids
   * @param skipSpecial whether to leave special tokens out
   */
  public String decode(int[] ids, boolean skipSpecial) {
    List<String> tokens = new ArrayList<>(ids.length);
    for (int id : ids) {
      String token = idToToken(id);
      if (token != null && !(skipSpecial && added.isSpecial(token))) {
        tokens.add(token);
      }
    }
    Decoder decoder = pipeline.decoder();
    return decoder == null ? String.join(" ", tokens) : String.join("", decoder.decode(tokens));
  }

  /** Returns a decoder that takes one token after the other; see {@link StreamingDecoder}. */
  public StreamingDecoder streamingDecoder(boolean skipSpecial) {
    return new StreamingDecoder(this, skipSpecial);
  }

  /** Cuts a text into words and added tokens: all that comes before the model. */
  Pieces cut(String text) {
    Pieces pieces = added.cut(AlignedText.of(text), pipeline.normalizer());
    return pipeline.preTokenizer() == null ? pieces : pipeline.preTokenizer().cut(pieces);
  }

  private TokenList unpadded(Input input, EncodeOptions options) {
    boolean pair = input.pair() != null;
    List<TokenList> parts =
        pair
            ? List.of(tokens(input.text(), 0), tokens(input.pair(), 1))
            : List.of(tokens(input.text(), 0));
    boolean special = options.addSpecialTokens();
    if (options.truncation() != null) {
      int reserved = special ? pipeline.addedTokens(pair) : 0;
      parts = Truncator.truncate(parts, options.truncation(), reserved);
    }
    if (pipeline.postProcessor() != null) {
      parts = pipeline.postProcessor().process(parts, pair, special);
    }
    TokenList whole = TokenList.EMPTY;
    for (TokenList part : parts) {
      whole = whole.followedBy(part);
    }
    return whole;
  }

  /** The tokens of one text, with their offsets in it. */
  private TokenList tokens(String text, int sequence) {
    Pieces pieces = cut(text);
    AlignedText aligned = pieces.text();
    IntList ids = new IntList();
    List<String> tokens = new ArrayList<>();
    IntList starts = new IntList();
    IntList ends = new IntList();
    ModelTokens ofPiece = new ModelTokens();
    for (int p = 0; p < pieces.count(); p++) {
      int start = pieces.start(p);
      int end = pieces.end(p);
      if (pieces.token(p) != Pieces.TEXT) {
        ids.add(pieces.token(p));
        tokens.add(aligned.string(start, end));
        starts.add(aligned.from(start));
        ends.add(aligned.to(end - 1));
        continue;
      }
      ofPiece.clear();
      model.tokenize(aligned.codePoints(), start, end, ofPiece);
      int i = start; // the code point that holds byte `bytes` of the piece
      int bytes = 0;
      int endOfI = CodePoints.utf8Length(aligned.codePoint(i));
      int together = 0; // tokens that stand for the same text
      for (int t = 0; t < ofPiece.size(); t++) {
        int id = ofPiece.id(t);
        ids.add(id);
        together++;
        if (ofPiece.byteLength(t) == 0) {
          tokens.add(model.vocabulary().token(id));
          continue;
        }
        while (endOfI <= bytes && i < end - 1) {
          endOfI += CodePoints.utf8Length(aligned.codePoint(++i));
        }
        int first = i;
        bytes += ofPiece.byteLength(t);
        while (endOfI < bytes && i < end - 1) {
          endOfI += CodePoints.utf8Length(aligned.codePoint(++i));
        }
        tokens.add(
            id == model.verbatimId() ? aligned.string(first, i + 1) : model.vocabulary().token(id));
        for (; together > 0; together--) {
          starts.add(aligned.from(first));
          ends.add(aligned.to(i));
        }
      }
    }
    return TokenList.ofText(
        ids.toArray(), tokens.toArray(String[]::new), starts.toArray(), ends.toArray(), sequence);
  }

  private void checkStride(EncodeOptions options) {
    Truncation truncation = options.truncation();
    if (truncation == null || truncation.stride() == 0) {
      return;
    }
    int room = truncation.maxLength() - pipeline.addedTokens(false);
    if (room < truncation.stride()) {
      throw new TokenizerException(
          "stride %d must be less than the %d tokens of a text that fit in max length %d"
              .formatted(truncation.stride(), Math.max(room, 0), truncation.maxLength()));
    }
  }

  private void pad(TokenList[] lists, Padding padding) {
    int id = padding.id();
    String token = padding.token();
    if (token == null) {
      token = paddingToken();
      id = tokenToId(token);
    }
    int length = paddedLength(lists, padding);
    for (int i = 0; i < lists.length; i++) {
      lists[i] = lists[i].padded(length, padding.side() == Side.LEFT, id, token, padding.typeId());
    }
  }

  private static int paddedLength(TokenList[] lists, Padding padding) {
    long length = padding.length();
    if (length == Padding.LONGEST) {
      length = Arrays.stream(lists).mapToInt(TokenList::size).max().orElse(0);
    }
    int multiple = Math.max(padding.multipleOf(), 1);
    length = Math.ceilDiv(length, multiple) * multiple;
    if (length > LONGEST_PADDED) {
      throw new TokenizerException(
          "padding to %d tokens is more than the limit of %d".formatted(length, LONGEST_PADDED));
    }
    return (int) length;
  }

  private String paddingToken() {
    Padding ofFile = pipeline.options().padding();
    if (ofFile != null && ofFile.token() != null) {
      return ofFile.token();
    }
    return USUAL_PADDING.stream()
        .filter(token -> tokenToId(token) >= 0)
        .findFirst()
        .orElseThrow(
            () ->
                new TokenizerException(
                    "the tokenizer has no padding token (looked for %s); name one with Padding.token"
                        .formatted(USUAL_PADDING)));
  }
}
