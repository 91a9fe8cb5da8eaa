package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one MLflow server, and to nothing else: redirects are not followed, and no address
 * from an answer is ever requested. Answers are bounded in size and in time as a whole.
 *
 * <p>Sent again: anything after 429 and 503, and what did not connect, because the server has done
 * nothing; requests that may be repeated (reading, and writing the same under the same name) after
 * 502, 504 and lost connections, too. A token is only ever in the header.
 */
final class Rest {
  private static final Set<Integer> NOTHING_DONE = Set.of(429, 503);
  private static final Set<Integer> PERHAPS_DONE = Set.of(502, 504);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final String API = "/api/2.0/mlflow/";
  private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";

  private final URI base;
  private final MlflowOptions options;
  private final @Nullable String authorization;
  private final HttpClient client;

  Rest(URI base, MlflowOptions options, @Nullable String authorization) {
    this.base = base;
    this.options = options;
    this.authorization = authorization;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.connectTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  Rest with(MlflowOptions newOptions, @Nullable String newAuthorization) {
    return new Rest(base, newOptions, newAuthorization);
  }

  URI base() {
    return base;
  }

  MlflowOptions options() {
    return options;
  }

  @Nullable String authorization() {
    return authorization;
  }

  /** Asks for something; {@code what} names it in a message ("registered model fraud"). */
  ObjectNode get(String path, Map<String, String> query, String what) {
    String text =
        query.entrySet().stream()
            .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
            .collect(Collectors.joining("&"));
    return json(
        send("GET", API + path + (text.isEmpty() ? "" : "?" + text), null, true, what), what);
  }

  /** Does something that can be done twice without harm. */
  ObjectNode postAgain(String path, JsonNode body, String what) {
    return json(send("POST", API + path, Json.canonical(body), true, what), what);
  }

  /** Does something that must not be done twice; the caller asks what became of a lost request. */
  ObjectNode postOnce(String path, JsonNode body, String what) {
    return json(send("POST", API + path, Json.canonical(body), false, what), what);
  }

  ObjectNode patch(String path, JsonNode body, String what) {
    return json(send("PATCH", API + path, Json.canonical(body), true, what), what);
  }

  /** Reads a file through the server's artifact proxy; empty if there is none. */
  Optional<byte[]> artifact(ArtifactPath path, long maxBytes, String what) {
    try {
      return Optional.of(
          attempts(request("GET", ARTIFACTS + path.encoded(), null), maxBytes, true, what));
    } catch (MlflowException e) {
      if (e.errorCode().equals("RESOURCE_DOES_NOT_EXIST") || e.errorCode().equals("404")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  void putArtifact(ArtifactPath path, byte[] content, String what) {
    send("PUT", ARTIFACTS + path.encoded(), content, true, what);
  }

  private byte[] send(
      String method, String target, byte @Nullable [] body, boolean repeatable, String what) {
    return attempts(
        request(method, target, body), options.limits().maxTextBytes(), repeatable, what);
  }

  private ObjectNode json(byte[] bytes, String what) {
    try {
      return Json.parse(bytes, this + ": the answer about " + what);
    } catch (MlopsException e) {
      String message = String.valueOf(e.getMessage());
      throw new MlflowException(
          message + (message.endsWith(".") ? "" : ".") + " Check that it is MLflow's address.", e);
    }
  }

  private HttpRequest request(String method, String target, byte @Nullable [] body) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(base + target))
            .timeout(options.requestTimeout())
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .header("User-Agent", "mlops4j");
    if (body != null) {
      boolean file = method.equals("PUT");
      builder.header("Content-Type", file ? "application/octet-stream" : "application/json");
    }
    if (authorization != null) {
      builder.header("Authorization", authorization);
    }
    return builder.build();
  }

  private byte[] attempts(HttpRequest request, long maxBytes, boolean repeatable, String what) {
    Duration pause = options.firstPause();
    for (int attempt = 1; ; attempt++) {
      boolean last = attempt >= options.attempts();
      try {
        HttpResponse<byte[]> answer = exchange(request, maxBytes);
        int status = answer.statusCode();
        if (status >= 200 && status < 300) {
          return answer.body();
        }
        boolean again =
            NOTHING_DONE.contains(status) || (repeatable && PERHAPS_DONE.contains(status));
        if (last || !again) {
          throw refused(answer, what, attempt);
        }
        pause(asked(answer).orElse(pause));
      } catch (IOException e) {
        if (last || !(repeatable || e instanceof ConnectException)) {
          throw new MlflowException(
              this
                  + " could not be asked about "
                  + what
                  + ": "
                  + reason(e)
                  + (attempt == 1 ? "" : " (after " + attempt + " attempts)")
                  + (repeatable || e instanceof ConnectException
                      ? ". Is it running, and is that its address?"
                      : ". Whether it was done is not known."),
              LOST,
              e);
        }
        pause(pause);
      } catch (BoundedBody.TooLongException e) {
        throw new MlflowException(
            this
                + " answered more than "
                + maxBytes
                + " bytes about "
                + what
                + ", which is not read. Raise the limit (MlflowLimits) if it is meant to.");
      }
      pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
    }
  }

  /** The error code of a request of which nobody knows whether it was done. */
  static final String LOST = "LOST";

  private static String reason(IOException e) {
    String type = e.getClass().getSimpleName();
    return e.getMessage() == null ? type : type + ": " + Text.printable(e.getMessage(), 200);
  }

  /** One exchange; the time limit covers the whole answer, not only its first byte. */
  private HttpResponse<byte[]> exchange(HttpRequest request, long maxBytes) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(
            request,
            info ->
                new BoundedBody(
                    info.statusCode() / 100 == 2 ? maxBytes : options.limits().maxTextBytes()));
    try {
      return future.get(options.requestTimeout().toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException("no complete answer within " + options.requestTimeout(), e);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new MlflowException(this + ": the thread was interrupted while it waited.", e);
    } catch (ExecutionException e) {
      for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
        if (t instanceof BoundedBody.TooLongException tooLong) {
          throw tooLong;
        }
      }
      if (e.getCause() instanceof HttpConnectTimeoutException timeout) {
        ConnectException unreachable =
            new ConnectException("not within " + options.connectTimeout());
        unreachable.initCause(timeout);
        throw unreachable;
      }
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private MlflowException refused(HttpResponse<byte[]> answer, String what, int attempts) {
    int status = answer.statusCode();
    if (status >= 300 && status < 400) {
      return new MlflowException(
          this
              + " answered with a redirect ("
              + status
              + ") about "
              + what
              + ", which is not followed. Give the address it really has.");
    }
    String code = String.valueOf(status);
    String message = "";
    try {
      ObjectNode error = Json.parse(answer.body(), "error");
      code = error.path("error_code").asText(code);
      message = error.path("message").asText();
    } catch (MlopsException e) {
      message = ""; // A proxy's page: the status says enough.
    }
    return new MlflowException(
        this
            + " refused "
            + what
            + ": "
            + status
            + (code.equals(String.valueOf(status)) ? "" : " " + Text.printable(code, 64))
            + (message.isEmpty() ? "" : " (" + Text.printable(message, 300) + ")")
            + (attempts == 1 ? "" : " after " + attempts + " attempts")
            + "."
            + advice(status),
        Text.printable(code, 64),
        null);
  }

  private String advice(int status) {
    return switch (status) {
      case 401, 403 ->
          authorization == null
              ? " Give credentials: .withBearerToken(…) or .withBasicAuth(…)."
              : " The credentials given do not suffice.";
      case 429, 503 -> " Try again later.";
      default -> "";
    };
  }

  private static Optional<Duration> asked(HttpResponse<byte[]> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("[0-9]{1,6}"))
        .map(seconds -> shorter(Duration.ofSeconds(Long.parseLong(seconds)), LONGEST_PAUSE));
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void pause(Duration duration) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    var task = options.time().schedule(duration, () -> over.complete(null));
    try {
      over.get();
    } catch (InterruptedException e) {
      task.close();
      Thread.currentThread().interrupt();
      throw new MlflowException(this + ": the thread was interrupted while it waited.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("A pause cannot fail.", e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The server's address, which holds no credentials. */
  @Override
  public String toString() {
    return "MLflow at " + base;
  }
}
