package dev.kernite.models.hub;

import dev.kernite.models.hub.HubFailure.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Brings one content to the disk, on from where it was left: the bytes so far are in a file that
 * lasts beyond this process. It counts as there only when length and hash are those the hub told,
 * whatever happened on the way.
 */
final class BlobDownload {
  private static final int TRIES = 6;
  private static final int MOST_DAMAGED = 2;

  /** Of a file whose length nobody tells no more is taken: the disk is not a server's to fill. */
  private static final long MOST_UNTOLD_BYTES = 1 << 30;

  /** A try that brings so much was worth it, however it ended. */
  private static final long WORTHWHILE_BYTES = 1 << 20;

  private final HubClient client;
  private final RemoteFile file;
  private final Path target;
  private final Patience patience;
  private final LongConsumer progress;
  private long best;
  private int damaged;
  private boolean ended; // a whole body has come

  /**
   * Of one content.
   *
   * @param target holds the bytes so far, and in the end all
   * @param progress is told how many bytes are there
   */
  BlobDownload(
      HubClient client,
      RemoteFile file,
      Path target,
      HubSettings settings,
      HubListener listener,
      LongConsumer progress) {
    this.client = client;
    this.file = file;
    this.target = target;
    this.patience = new Patience(settings.retryDelay(), TRIES, listener);
    this.progress = progress;
  }

  /**
   * Fetches what is missing, as often as it takes.
   *
   * @throws HubFailure if it did not come; the bytes so far stay, unless they are wrong
   * @throws dev.kernite.models.ModelException if the disk does not take it
   */
  void run() throws HubFailure {
    try (FileChannel channel =
        FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (!isWhole(channel)) {
        try {
          receive(channel);
        } catch (HubFailure failure) {
          if (channel.size() >= best + WORTHWHILE_BYTES) {
            best = channel.size();
            patience.renew();
          }
          patience.after(failure);
        }
      }
      channel.force(true);
    } catch (IOException e) {
      throw HubCache.unwritable(target, e);
    }
  }

  /** Whether all is there and right; what is wrong is thrown away. */
  private boolean isWhole(FileChannel channel) throws IOException, HubFailure {
    long size = channel.size();
    boolean known = file.bytes() >= 0;
    if (known ? size < file.bytes() : !ended) {
      return false;
    }
    if ((!known || size == file.bytes()) && file.etag().matches(target)) {
      return true;
    }
    channel.truncate(0);
    ended = false;
    if (++damaged > MOST_DAMAGED) {
      throw client
          .errors()
          .last(
              client.label(file.name()),
              "came %d times with another content than the hub tells (%s %s)"
                  .formatted(damaged, file.etag().algorithm(), file.etag()));
    }
    return false;
  }

  private void receive(FileChannel channel) throws HubFailure, IOException {
    long from = file.bytes() >= 0 ? channel.size() : 0; // without a length no rest is known
    try (Answer answer = client.get(file.commit(), file.name(), from)) {
      Etag now = answer.told().etag();
      if (now != null && !now.equals(file.etag())) {
        throw HubFailure.of(
            Kind.CHANGED, client.label(file.name()) + ": changed while it was fetched; try again");
      }
      boolean continues = answer.status() == 206 && beginsAt(answer, from);
      channel.truncate(continues ? from : 0).position(continues ? from : 0);
      if (!continues && answer.status() != 200) {
        throw HubFailure.of(
            Kind.PASSING, client.label(file.name()) + ": the server sent another part than asked");
      }
      write(answer, channel);
      ended = true;
    }
    if (channel.size() < file.bytes()) {
      throw HubFailure.of(
          Kind.PASSING,
          "%s: ended after %d of %d bytes"
              .formatted(client.label(file.name()), channel.size(), file.bytes()));
    }
  }

  private static boolean beginsAt(Answer part, long from) {
    String range = part.headers().firstValue("Content-Range").orElse("");
    return range.startsWith("bytes " + from + "-");
  }

  private void write(Answer answer, FileChannel channel) throws HubFailure, IOException {
    long most = file.bytes() >= 0 ? file.bytes() : MOST_UNTOLD_BYTES;
    long have = channel.position();
    progress.accept(have);
    for (List<ByteBuffer> pieces; (pieces = next(answer)) != null; ) {
      for (ByteBuffer piece : pieces) {
        have += piece.remaining();
        if (have > most) {
          channel.truncate(0);
          throw HubFailure.of(
              Kind.PASSING,
              "%s: more came than its %d bytes".formatted(client.label(file.name()), most));
        }
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      progress.accept(have);
    }
  }

  private List<ByteBuffer> next(Answer answer) throws HubFailure {
    try {
      return answer.body().next();
    } catch (IOException e) {
      throw client.errors().broken(client.label(file.name()), e);
    } catch (InterruptedException e) {
      throw client.interrupted(client.label(file.name()));
    }
  }
}
