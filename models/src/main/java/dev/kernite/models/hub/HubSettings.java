package dev.kernite.models.hub;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where models come from and where they are kept. {@link #fromEnvironment} asks the variables that
 * {@code huggingface_hub} asks (its documentation, "Environment variables"), so what a machine is
 * set up with for Python holds here too:
 *
 * <ul>
 *   <li>{@code HF_HOME}: folder of the cache and the token, else {@code
 *       $XDG_CACHE_HOME/huggingface}, else {@code ~/.cache/huggingface}
 *   <li>{@code HF_HUB_CACHE}: folder of the cache, else {@code $HF_HOME/hub}
 *   <li>{@code HF_ENDPOINT}: the hub, else {@code https://huggingface.co}
 *   <li>{@code HF_TOKEN}, else the file {@code HF_TOKEN_PATH}, else {@code $HF_HOME/token}; none is
 *       used under {@code HF_HUB_DISABLE_IMPLICIT_TOKEN=1}
 *   <li>{@code HF_HUB_OFFLINE=1} or {@code TRANSFORMERS_OFFLINE=1}: only the cache is used
 *   <li>{@code HF_HUB_DISABLE_SYMLINKS=1}: files lie in the snapshots themselves
 *   <li>{@code HF_HUB_DOWNLOAD_TIMEOUT}: seconds without a byte after which a server is given up
 * </ul>
 *
 * @param endpoint http or https address of the hub, without a slash at its end
 * @param cache folder in the layout of {@link HubCache}; need not be there yet
 * @param token sent to the endpoint and to nobody else; null for none
 * @param offline whether only the cache may be used
 * @param symlinks whether snapshots may be symbolic links to blobs
 * @param stall how long a server may take to connect, or to send the next byte
 * @param retryDelay what is waited before the second try; it doubles from try to try
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    String token,
    boolean offline,
    boolean symlinks,
    Duration stall,
    Duration retryDelay) {
  private static final String PUBLIC_HUB = "https://huggingface.co";
  private static final Duration STALL = Duration.ofSeconds(10);
  private static final Duration RETRY_DELAY = Duration.ofMillis(500);
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /** What an HTTP header can carry; the exception of a bad header would show the token. */
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

  /**
   * Checks endpoint and token.
   *
   * @throws ModelException if the endpoint is no web address, or the token cannot be one
   */
  public HubSettings {
    String scheme = endpoint.getScheme();
    if (!("https".equals(scheme) || "http".equals(scheme))
        || endpoint.getHost() == null
        || endpoint.getUserInfo() != null
        || endpoint.getQuery() != null) {
      throw new ModelException(
          "HF_ENDPOINT must be the address of a hub, such as " + PUBLIC_HUB + ", without user");
    }
    if (token != null && !TOKEN.matcher(token).matches()) {
      throw new ModelException(
          "the token for the hub has characters that no token has; check HF_TOKEN or its file");
    }
  }

  /** As the environment of this process says. */
  public static HubSettings fromEnvironment() {
    return of(System.getenv());
  }

  /**
   * As an environment says.
   *
   * @param environment variables by name
   * @throws ModelException if a variable has a value that cannot be used
   */
  public static HubSettings of(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    Path home =
        variables.path(
            "HF_HOME",
            variables
                .path("XDG_CACHE_HOME", Variables.userHome().resolve(".cache"))
                .resolve("huggingface"));
    Path cache =
        variables.path(
            "HF_HUB_CACHE", variables.path("HUGGINGFACE_HUB_CACHE", home.resolve("hub")));
    boolean offline = variables.is("HF_HUB_OFFLINE") || variables.is("TRANSFORMERS_OFFLINE");
    return new HubSettings(
        variables.address("HF_ENDPOINT", PUBLIC_HUB),
        cache.toAbsolutePath(),
        offline ? null : variables.token(home),
        offline,
        !variables.is("HF_HUB_DISABLE_SYMLINKS"),
        variables.seconds("HF_HUB_DOWNLOAD_TIMEOUT", STALL),
        RETRY_DELAY);
  }

  /** The same, using the cache only. */
  public HubSettings asOffline() {
    return new HubSettings(endpoint, cache, null, true, symlinks, stall, retryDelay);
  }

  /** The same with other waits. */
  public HubSettings withWaits(Duration stall, Duration retryDelay) {
    return new HubSettings(endpoint, cache, token, offline, symlinks, stall, retryDelay);
  }

  /** Tells everything but the token. */
  @Override
  public String toString() {
    return "hub %s, cache %s, %s%s"
        .formatted(
            endpoint, cache, token == null ? "no token" : "a token", offline ? ", offline" : "");
  }

  /** Variables as {@code huggingface_hub} reads them: one that is empty is not set. */
  private record Variables(Map<String, String> environment) {
    static Path userHome() {
      return Path.of(System.getProperty("user.home"));
    }

    String text(String name) {
      return environment.getOrDefault(name, "").strip();
    }

    boolean is(String name) {
      return TRUE.contains(text(name).toUpperCase(Locale.ROOT));
    }

    Path path(String name, Path absent) {
      String text = text(name);
      if (text.isEmpty()) {
        return absent;
      }
      return text.equals("~") || text.startsWith("~/")
          ? userHome().resolve(text.substring(1).replaceFirst("^/", ""))
          : Path.of(text);
    }

    URI address(String name, String absent) {
      String text = text(name).isEmpty() ? absent : text(name);
      try {
        return URI.create(text.replaceFirst("/+$", ""));
      } catch (IllegalArgumentException e) {
        throw new ModelException(name + " is no address: " + e.getMessage(), e);
      }
    }

    Duration seconds(String name, Duration absent) {
      String text = text(name);
      if (text.isEmpty()) {
        return absent;
      }
      if (!text.matches("[1-9]\\d{0,5}")) {
        throw new ModelException(name + " must be a whole number of seconds: " + text);
      }
      return Duration.ofSeconds(Long.parseLong(text));
    }

    String token(Path home) {
      if (is("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
        return null;
      }
      String token = text("HF_TOKEN");
      if (token.isEmpty()) {
        token = text("HUGGING_FACE_HUB_TOKEN");
      }
      if (token.isEmpty()) {
        Path file = path("HF_TOKEN_PATH", home.resolve("token"));
        try {
          token = Files.readString(file).strip();
        } catch (NoSuchFileException e) {
          return null;
        } catch (IOException e) {
          throw new ModelException(
              file
                  + ": the token for the hub cannot be read; check its permissions, or set"
                  + " HF_TOKEN",
              e);
        }
      }
      return token.isEmpty() ? null : token;
    }
  }
}
