package io.mlops4j.drift.alert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Posts events as JSON, in the words of Alertmanager's webhook: {@code status}, {@code alerts} with
 * {@code labels}, {@code annotations}, {@code startsAt}, {@code endsAt}, {@code fingerprint}.
 *
 * <p>The header {@code X-Mlops4j-Signature} is {@code t=<seconds>,v1=<HMAC-SHA256 of "<seconds>."
 * and the body, in hexadecimal>}; {@code Idempotency-Key} is the event's id. A receiver compares
 * the signature in constant time and refuses old seconds.
 *
 * <p>What fails to arrive, and answers 408, 429 and 5xx, are tried again, with waits that double;
 * other answers are final. Redirects are not followed. Thread-safe.
 */
public final class WebhookSink implements AlertSink {
  private static final int LONGEST = 4_000;

  private final URI uri;
  private final byte @Nullable [] secret;
  private final Time time;
  private final Duration timeout;
  private final Duration firstWait;
  private final int attempts;
  private final HttpClient client;

  private WebhookSink(Builder builder) {
    this.uri = builder.uri;
    this.secret = builder.secret;
    this.time = builder.time;
    this.timeout = builder.timeout;
    this.firstWait = builder.firstWait;
    this.attempts = builder.attempts;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * Starts a webhook.
   *
   * @param uri http or https, with a host
   * @return a builder
   */
  public static Builder to(URI uri) {
    return new Builder(uri);
  }

  @Override
  public String name() {
    return "webhook";
  }

  /**
   * Posts an event, as often as it takes.
   *
   * @throws MlopsException if the receiver refused it, or every attempt failed
   */
  @Override
  public void send(AlertEvent event) throws InterruptedException {
    Objects.requireNonNull(event, "event");
    byte[] body = Json.canonical(json(event));
    Duration wait = firstWait;
    String problem = "";
    for (int attempt = 1; attempt <= attempts; attempt++) {
      if (attempt > 1) {
        pause(wait);
        wait = wait.multipliedBy(2);
      }
      try {
        HttpResponse<Void> response =
            client.send(request(event, body), HttpResponse.BodyHandlers.discarding());
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
          return;
        }
        problem = "HTTP status " + status;
        if (status != 408 && status != 429 && status < 500) {
          throw new MlopsException(
              "Webhook at " + uri.getHost() + " refused " + event.id() + ": " + problem + ".");
        }
      } catch (IOException e) {
        problem = e.getClass().getSimpleName();
      }
    }
    throw new MlopsException(
        "Webhook at "
            + uri.getHost()
            + " did not take "
            + event.id()
            + " in "
            + attempts
            + " attempts: "
            + problem
            + ".");
  }

  /** On the sink's own thread, by the clock that was given. */
  private void pause(Duration wait) throws InterruptedException {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    time.schedule(wait, () -> over.complete(true));
    try {
      over.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpRequest request(AlertEvent event, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", event.id())
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (secret != null) {
      long seconds = time.now().getEpochSecond();
      request.header(
          "X-Mlops4j-Signature", "t=" + seconds + ",v1=" + signature(secret, seconds, body));
    }
    return request.build();
  }

  static String signature(byte[] secret, long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has HmacSHA256", e);
    }
  }

  private static ObjectNode json(AlertEvent event) {
    String status = event.status() == AlertEvent.Status.FIRING ? "firing" : "resolved";
    ObjectNode root =
        Json.object()
            .put("version", "4")
            .put("status", status)
            .put("receiver", "mlops4j")
            .put("groupKey", event.group());
    ObjectNode alert = root.putArray("alerts").addObject();
    alert.put("status", status).put("startsAt", event.startsAt().toString());
    event.endsAt().ifPresent(at -> alert.put("endsAt", at.toString()));
    alert.put("fingerprint", event.group() + "/" + event.alert() + "/" + event.episode());
    alert
        .putObject("labels")
        .put("alertname", event.alert())
        .put("group", event.group())
        .put("severity", event.severity());
    alert.putObject("annotations").put("summary", Text.printable(event.evidence(), LONGEST));
    return root;
  }

  /** Returns the host only: a path may be a secret. */
  @Override
  public String toString() {
    return "webhook at " + uri.getHost();
  }

  /** Configures a {@link WebhookSink}. Used by one thread. */
  public static final class Builder {
    private final URI uri;
    private byte @Nullable [] secret;
    private Time time = Time.system();
    private Duration timeout = Duration.ofSeconds(10);
    private Duration firstWait = Duration.ofSeconds(1);
    private int attempts = 6;

    private Builder(URI uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!http || uri.getHost() == null || uri.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "uri: scheme " + uri.getScheme() + " (expected: http or https, a host, no password)");
      }
    }

    /**
     * Signs each post.
     *
     * @param key at least 16 bytes that the receiver knows too; copied
     * @return this
     */
    public Builder signedWith(byte[] key) {
      if (key.length < 16) {
        throw new IllegalArgumentException("key: " + key.length + " bytes (expected: at least 16)");
      }
      secret = key.clone();
      return this;
    }

    /**
     * Sets the clock of stamps and waits.
     *
     * @param clock default {@link Time#system()}
     * @return this
     */
    public Builder time(Time clock) {
      time = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets how long an attempt may take.
     *
     * @param longest 1 ms to 5 minutes; default 10 s
     * @return this
     */
    public Builder timeout(Duration longest) {
      Objects.requireNonNull(longest, "longest");
      if (longest.compareTo(Duration.ofMillis(1)) < 0
          || longest.compareTo(Duration.ofMinutes(5)) > 0) {
        throw new IllegalArgumentException("timeout: " + longest + " (expected: 1 ms to 5 min)");
      }
      timeout = longest;
      return this;
    }

    /**
     * Sets how often it is tried.
     *
     * @param most 1 to 10 attempts; default 6
     * @param wait before the second one; doubles before each further one; 0 to 1 hour; default 1 s
     * @return this
     */
    public Builder attempts(int most, Duration wait) {
      Objects.requireNonNull(wait, "wait");
      if (most < 1 || most > 10 || wait.isNegative() || wait.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "attempts: " + most + " with " + wait + " (expected: 1..10, 0 to 1 h)");
      }
      attempts = most;
      firstWait = wait;
      return this;
    }

    /**
     * Returns the sink.
     *
     * @return a new sink
     */
    public WebhookSink build() {
      return new WebhookSink(this);
    }
  }
}
