package dev.kernite.models.hub;

import dev.kernite.models.hub.HubFailure.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** What a server's answers mean, in one line each that says what to do. */
record HubErrors(HubSettings settings, ModelId id) {
  /** Nobody is waited for longer. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

  private static final String CHECK = "; check the network and HF_ENDPOINT";

  /**
   * An answer that is none of 200, 206, 416 and redirects.
   *
   * @param fromHub whether the hub itself answered, and not the place where large files lie
   * @param what the model or the file that was asked for
   */
  HubFailure of(int status, HttpHeaders headers, boolean fromHub, URI at, String what) {
    String code = headers.firstValue("X-Error-Code").orElse("");
    if (status == 408 || status == 425 || status == 429 || status >= 500) {
      return busy(status, headers, at, what);
    }
    if (!fromHub) { // addresses of large files are signed for a while only: the hub has a new one
      return HubFailure.of(
          Kind.PASSING, what + ": " + at.getHost() + " answered " + status + CHECK);
    }
    return switch (status) {
      case 401, 403 -> denied(status, code, what);
      case 404, 410 -> HubFailure.of(Kind.FINAL, what + ": " + absent(code, what));
      default -> last(what, "%s answered %d, which no hub does".formatted(at.getHost(), status));
    };
  }

  private HubFailure busy(int status, HttpHeaders headers, URI at, String what) {
    boolean often = status == 429;
    return HubFailure.busy(
        "%s: %s answered %d (%s); try again later%s"
            .formatted(
                what,
                at.getHost(),
                status,
                often ? "too many requests" : status == 503 ? "unavailable" : "out of order",
                often && settings.token() == null
                    ? ", or set HF_TOKEN, which may ask more often"
                    : ""),
        headers.firstValue("Retry-After").map(HubErrors::wait).orElse(Duration.ZERO));
  }

  /** Seconds, or a date. */
  private static Duration wait(String header) {
    if (header.strip().matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(header.strip()));
    }
    try {
      ZonedDateTime then =
          ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(ZonedDateTime.now(then.getZone()), then);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  private HubFailure denied(int status, String code, String what) {
    String why;
    if (code.equals("GatedRepo") || status == 403) {
      why =
          "is gated or private: ask for access at %s/%s, and set HF_TOKEN to a token of that account"
              .formatted(settings.endpoint(), id.repository());
    } else if (settings.token() == null) {
      why =
          "there is no such model, or it is private or gated: check the spelling, or set HF_TOKEN"
              + " to a token that may read it";
    } else {
      why = "the hub does not take the token: check HF_TOKEN, and the spelling of the model";
    }
    return HubFailure.of(Kind.DENIED, "%s: %s (%d)".formatted(what, why, status));
  }

  private String absent(String code, String what) {
    boolean file = !what.equals(id.toString());
    if (code.equals("EntryNotFound") || code.isEmpty() && file) {
      return "the hub has no such file (404)";
    }
    return code.equals("RevisionNotFound")
        ? "the model has no revision '%s' (404); a revision is a branch, a tag or a commit"
            .formatted(id.revision())
        : "the hub has no such model%s (404); check the spelling, which has an owner: owner/name"
            .formatted(id.revision().equals(ModelId.MAIN) ? "" : " or revision");
  }

  /** No connection at all. */
  HubFailure unreachable(String what, URI at, String why, IOException cause) {
    return HubFailure.passing(
        "%s: %s cannot be reached (%s)%s".formatted(what, at.getHost(), why, CHECK), cause);
  }

  /** A connection that broke. */
  HubFailure broken(String what, IOException cause) {
    Throwable root = cause;
    while (root.getMessage() == null && root.getCause() != null) {
      root = root.getCause();
    }
    String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return HubFailure.passing("%s: the connection broke (%s)%s".formatted(what, why, CHECK), cause);
  }

  /** What another try cannot mend. */
  HubFailure last(String what, String why) {
    return HubFailure.of(Kind.FINAL, what + ": " + why + CHECK);
  }
}
