package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.decoder.SentencePieceDecoder;
import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.model.SentencePiece;
import dev.kernite.tokenizer.model.SentencePiece.Kind;
import dev.kernite.tokenizer.model.SentencePieceBpe;
import dev.kernite.tokenizer.model.Unigram;
import dev.kernite.tokenizer.normalizer.SentencePieceNormalizer;
import dev.kernite.tokenizer.pretokenizer.PreTokenizer;
import dev.kernite.tokenizer.pretokenizer.Split;
import dev.kernite.tokenizer.pretokenizer.SplitBehavior;
import dev.kernite.tokenizer.protobuf.ProtobufReader;
import dev.kernite.tokenizer.text.CharsMap;
import dev.kernite.tokenizer.text.SearchPattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A {@code .model} file of SentencePiece: a protocol buffers message ({@code
 * sentencepiece_model.proto}) of pieces, and of how the model was trained and normalises. What it
 * cuts is what SentencePiece cuts; no special token is added, and none is found in text.
 */
final class SentencePieceFile {
  /** How the name of such a file ends. */
  static final String EXTENSION = ".model";

  private static final long LARGEST = 1L << 28; // bytes; the published ones have up to 5 MB

  private static final int UNIGRAM = 1;
  private static final int BPE = 2;
  private static final String[] MODEL_TYPES = {"0", "UNIGRAM", "BPE", "WORD", "CHAR"};
  private static final Kind[] KINDS = {
    null, Kind.NORMAL, Kind.UNKNOWN, Kind.CONTROL, Kind.USER_DEFINED, Kind.UNUSED, Kind.BYTE
  };
  private static final String SPACE = Character.toString(SentencePieceNormalizer.SPACE);

  private final Path file;
  private final List<SentencePiece> pieces = new ArrayList<>();

  // The settings, with the defaults of the format.
  private long modelType = UNIGRAM;
  private boolean byteFallback;
  private boolean whitespaceAsSuffix;
  private String unkSurface = " \u2047 ";
  private CharsMap rules;
  private boolean addDummyPrefix = true;
  private boolean removeExtraWhitespaces = true;
  private boolean escapeWhitespaces = true;

  private SentencePieceFile(Path file) {
    this.file = file;
  }

  static Tokenizer read(Path file) {
    SentencePieceFile read = new SentencePieceFile(file);
    try {
      if (Files.size(file) > LARGEST) {
        throw Lines.error(
            file,
            "%d bytes, more than the limit of %d for a SentencePiece model"
                .formatted(Files.size(file), LARGEST));
      }
      read.readModel(
          new ProtobufReader(
              ByteBuffer.wrap(Files.readAllBytes(file)), file.toString(), TokenizerException::new));
    } catch (IOException e) {
      throw new TokenizerException("%s: cannot be read: %s".formatted(file, e), e);
    }
    return read.tokenizer();
  }

  private void readModel(ProtobufReader in) {
    while (in.next()) {
      switch (in.field()) {
        case 1 -> pieces.add(readPiece(in.message("piece " + pieces.size())));
        case 2 -> readTrainer(in.message("trainer_spec"));
        case 3 -> readNormalizer(in.message("normalizer_spec"));
        case 5 -> readDenormalizer(in.message("denormalizer_spec"));
        default -> in.skip();
      }
    }
  }

  private static SentencePiece readPiece(ProtobufReader in) {
    String text = "";
    float score = 0;
    long kind = 1;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> text = in.string();
        case 2 -> score = in.float32();
        case 3 -> kind = in.integer();
        default -> in.skip();
      }
    }
    if (text.isEmpty()) {
      throw in.error("the piece is empty; this is no SentencePiece model, or it is damaged");
    }
    if (!Float.isFinite(score)) {
      throw in.error("the score of \"%s\" is %s".formatted(text, score));
    }
    if (kind < 1 || kind >= KINDS.length) {
      throw in.error("\"%s\" has the unknown type %d".formatted(text, kind));
    }
    return new SentencePiece(text, score, KINDS[(int) kind]);
  }

  private void readTrainer(ProtobufReader in) {
    while (in.next()) {
      switch (in.field()) {
        case 3 -> modelType = in.integer();
        case 24 -> whitespaceAsSuffix = in.bool();
        case 35 -> byteFallback = in.bool();
        case 44 -> unkSurface = in.string();
        default -> in.skip();
      }
    }
  }

  private void readNormalizer(ProtobufReader in) {
    while (in.next()) {
      switch (in.field()) {
        case 2 -> {
          rules = readRules(in);
        }
        case 3 -> addDummyPrefix = in.bool();
        case 4 -> removeExtraWhitespaces = in.bool();
        case 5 -> escapeWhitespaces = in.bool();
        default -> in.skip();
      }
    }
  }

  private CharsMap readRules(ProtobufReader in) {
    ByteBuffer bytes = in.bytes();
    if (!bytes.hasRemaining()) {
      return null;
    }
    byte[] map = new byte[bytes.remaining()];
    bytes.get(map);
    try {
      return new CharsMap(map);
    } catch (TokenizerException e) {
      throw new TokenizerException(file + ": " + e.getMessage(), e);
    }
  }

  private static void readDenormalizer(ProtobufReader in) {
    while (in.next()) {
      if (in.field() == 2 && in.bytes().hasRemaining()) {
        throw in.error("rules for decoding (denormalizer_spec) are not supported");
      } else if (in.field() != 2) {
        in.skip();
      }
    }
  }

  private Tokenizer tokenizer() {
    check();
    Model model;
    PreTokenizer preTokenizer = null;
    if (modelType == UNIGRAM) {
      model = Unigram.ofSentencePiece(pieces, byteFallback);
    } else {
      try {
        model = new SentencePieceBpe(pieces, byteFallback);
      } catch (TokenizerException e) {
        throw new TokenizerException(file + ": " + e.getMessage(), e);
      }
      if (spacesOnlyBegin()) {
        // Nothing merges across a space, so words can be cut first, and remembered.
        preTokenizer =
            new Split(SearchPattern.literal(SPACE), SplitBehavior.MERGED_WITH_NEXT, false);
      }
    }
    return new Tokenizer(
        new Pipeline(
            List.of(),
            new SentencePieceNormalizer(
                rules,
                addDummyPrefix,
                removeExtraWhitespaces,
                escapeWhitespaces,
                whitespaceAsSuffix,
                texts(Kind.USER_DEFINED)),
            preTokenizer,
            model,
            null,
            new SentencePieceDecoder(
                texts(Kind.UNKNOWN).get(0),
                unkSurface,
                Set.copyOf(texts(Kind.CONTROL)),
                addDummyPrefix,
                removeExtraWhitespaces,
                byteFallback),
            EncodeOptions.PLAIN));
  }

  private List<String> texts(Kind kind) {
    return pieces.stream().filter(p -> p.kind() == kind).map(SentencePiece::text).toList();
  }

  private boolean spacesOnlyBegin() {
    return pieces.stream().anyMatch(p -> p.text().equals(SPACE) && p.kind() == Kind.NORMAL)
        && pieces.stream().allMatch(p -> p.text().lastIndexOf(SPACE) <= 0);
  }

  /** What SentencePiece asks of a model before it takes it. */
  private void check() {
    if (modelType != UNIGRAM && modelType != BPE) {
      boolean named = modelType >= 0 && modelType < MODEL_TYPES.length;
      throw Lines.error(
          file,
          "the SentencePiece model type %s is not supported, only UNIGRAM and BPE"
              .formatted(named ? MODEL_TYPES[(int) modelType] : modelType));
    }
    Set<String> found = new HashSet<>();
    Set<String> reserved = new HashSet<>();
    for (SentencePiece piece : pieces) {
      boolean inText =
          switch (piece.kind()) {
            case NORMAL, USER_DEFINED, UNUSED -> true;
            case UNKNOWN, CONTROL, BYTE -> false;
          };
      if (!(inText ? found : reserved).add(piece.text())) {
        throw Lines.error(file, "the piece \"%s\" is there twice".formatted(piece.text()));
      }
    }
    int unknown = texts(Kind.UNKNOWN).size();
    if (unknown != 1) {
      throw Lines.error(
          file,
          "has %d unknown pieces, not one; this is no SentencePiece model, or it is damaged"
              .formatted(unknown));
    }
    for (int b = 0; b < 256 && byteFallback; b++) {
      if (!reserved.contains("<0x%02X>".formatted(b))) {
        throw Lines.error(file, "has byte_fallback but no piece <0x%02X>".formatted(b));
      }
    }
  }
}
