package dev.kernite.models.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Asks a hub about one model. Redirects are followed here and not by the JDK, for the token's sake:
 * it goes to the hub and to nobody else.
 */
final class HubClient implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;
  private static final int MOST_LISTING_BYTES = 64 << 20;

  private final HubSettings settings;
  private final ModelId id;
  private final HubErrors errors;
  private final HttpClient http;

  HubClient(HubSettings settings, ModelId id) {
    this.settings = settings;
    this.id = id;
    this.errors = new HubErrors(settings, id);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.stall())
            .build();
  }

  /** The repository at the revision asked for, as the hub's JSON tells of it. */
  byte[] listing() throws HubFailure {
    String path = "/api/models/" + id.repository() + "/revision/" + quoted(id.revision());
    try (Answer answer = request("GET", address(path), 0, id.toString())) {
      return answer.bytes(MOST_LISTING_BYTES);
    } catch (IOException e) {
      throw errors.broken(id.toString(), e);
    } catch (InterruptedException e) {
      throw interrupted(id.toString());
    }
  }

  /** What a file is, without its content. */
  Told head(String commit, String file) throws HubFailure {
    try (Answer answer = request("HEAD", fileAddress(commit, file), 0, label(file))) {
      return answer.told();
    }
  }

  /** A file's content, from a byte on if the server is so kind. */
  Answer get(String commit, String file, long from) throws HubFailure {
    return request("GET", fileAddress(commit, file), from, label(file));
  }

  /** What messages call a file. */
  String label(String file) {
    return id + "/" + file;
  }

  HubErrors errors() {
    return errors;
  }

  private URI address(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private URI fileAddress(String commit, String file) {
    return address("/" + id.repository() + "/resolve/" + quoted(commit) + "/" + file);
  }

  private static String quoted(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Answer request(String method, URI address, long from, String what) throws HubFailure {
    URI at = address;
    Told told = Told.NOTHING;
    Set<URI> seen = new HashSet<>();
    while (seen.add(at) && seen.size() <= MOST_REDIRECTS) {
      HttpResponse<TimedBody> response = send(method, at, from, what);
      boolean fromHub = isHub(at);
      int status = response.statusCode();
      if (fromHub) {
        told = told.with(status, response.headers());
      }
      boolean redirect = status >= 300 && status < 400 && status != 304;
      if (!redirect) {
        if (status != 200 && status != 206 && status != 416) {
          response.body().close();
          throw errors.of(status, response.headers(), fromHub, at, what);
        }
        return new Answer(status, response.headers(), response.body(), told);
      }
      response.body().close();
      URI next = target(at, response, what);
      if (method.equals("HEAD") && !isHub(next)) {
        return new Answer(status, response.headers(), response.body(), told);
      }
      at = next;
    }
    throw errors.last(what, "is redirected in a circle or too often, last to " + at.getHost());
  }

  private URI target(URI at, HttpResponse<?> response, String what) throws HubFailure {
    URI target;
    try {
      target = at.resolve(response.headers().firstValue("Location").orElse(""));
    } catch (IllegalArgumentException e) {
      throw errors.last(what, "is redirected to what is no address");
    }
    if (target.equals(at)) {
      throw errors.last(what, "is redirected to where it is asked for, or nowhere");
    }
    if (target.getHost() == null || !target.getScheme().matches("https?")) {
      throw errors.last(what, "is redirected to an address that is not of the web");
    }
    if (at.getScheme().equals("https") && target.getScheme().equals("http")) {
      throw errors.last(
          what, "is redirected from https to http, where it could be changed on its way");
    }
    return target;
  }

  private HttpResponse<TimedBody> send(String method, URI at, long from, String what)
      throws HubFailure {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at)
            .timeout(settings.stall())
            .header("User-Agent", "kernite; java/" + Runtime.version().feature())
            // A length, a range and a hash are those of the file only if nobody packs it.
            .header("Accept-Encoding", "identity")
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (settings.token() != null && isHub(at)) {
      request.header("Authorization", "Bearer " + settings.token());
    }
    try {
      return http.send(request.build(), info -> new TimedBody(settings.stall()));
    } catch (HttpTimeoutException e) {
      throw errors.unreachable(
          what, at, "no answer within " + settings.stall().toSeconds() + " s", e);
    } catch (ConnectException e) {
      throw errors.unreachable(what, at, reason(e), e);
    } catch (IOException e) {
      throw errors.broken(what, e);
    } catch (InterruptedException e) {
      throw interrupted(what);
    }
  }

  private static String reason(ConnectException e) {
    return e.getCause() instanceof UnresolvedAddressException
            || e.getCause() instanceof ConnectException inner
                && inner.getCause() instanceof UnresolvedAddressException
        ? "its name is not known"
        : e.getMessage() == null ? "no connection" : e.getMessage();
  }

  /** Restores the flag that the exception took. */
  HubFailure interrupted(String what) {
    Thread.currentThread().interrupt();
    return HubFailure.of(HubFailure.Kind.FINAL, what + ": interrupted; run it again to go on");
  }

  private boolean isHub(URI address) {
    URI hub = settings.endpoint();
    return hub.getScheme().equals(address.getScheme())
        && hub.getHost().equalsIgnoreCase(address.getHost())
        && port(hub) == port(address);
  }

  private static int port(URI address) {
    return address.getPort() >= 0
        ? address.getPort()
        : address.getScheme().equals("https") ? 443 : 80;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
