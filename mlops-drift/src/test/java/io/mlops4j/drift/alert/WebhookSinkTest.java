package io.mlops4j.drift.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookSinkTest {
  private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final AlertEvent EVENT =
      new AlertEvent(
          "flights",
          "latency",
          "critical",
          AlertEvent.Status.FIRING,
          7,
          NOON,
          Optional.empty(),
          "p99 is \"130\" ms\n</script>\u202E");

  @SuppressWarnings("ArrayRecordComponent") // The bytes that were signed.
  private record Received(String signature, String key, byte[] body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Deque<Integer> answers = new ArrayDeque<>();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.setExecutor(executor);
    server.createContext(
        "/hook",
        exchange -> {
          received.add(
              new Received(
                  String.valueOf(exchange.getRequestHeaders().getFirst("X-Mlops4j-Signature")),
                  String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")),
                  exchange.getRequestBody().readAllBytes()));
          int status = answers.isEmpty() ? 204 : answers.remove();
          if (status < 0) {
            return; // never answers
          }
          if (status == 302) {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    executor.shutdownNow();
  }

  private WebhookSink.Builder sink() {
    return WebhookSink.to(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"))
        .attempts(4, Duration.ofMillis(1))
        .timeout(Duration.ofMinutes(1));
  }

  // Signed by: printf '1764158400.%s' "$body" | openssl dgst -sha256 -hmac 0123456789abcdef
  @Test
  void signature_knownBody_isOpenssls() {
    assertThat(
            WebhookSink.signature(
                SECRET, 1_764_158_400, "{\"status\":\"firing\"}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("75f69343e28ae6575facb963236a62d71c6abdb41f27081e1609e4efbd7a3225");
  }

  @Test
  void send_accepted_isSignedJsonInAlertmanagersWords() throws Exception {
    VirtualTime time = VirtualTime.startingAt(NOON);
    WebhookSink sink = sink().signedWith(SECRET).time(time).build();
    sink.send(EVENT);
    Received post = received.get(0);
    assertThat(post.key()).isEqualTo("flights/latency/7/FIRING");
    assertThat(post.signature())
        .isEqualTo(
            "t="
                + NOON.getEpochSecond()
                + ",v1="
                + WebhookSink.signature(SECRET, NOON.getEpochSecond(), post.body()));
    var json = Json.parse(post.body(), "body");
    assertThat(json.path("status").asText()).isEqualTo("firing");
    var alert = json.path("alerts").path(0);
    assertThat(alert.path("labels").path("alertname").asText()).isEqualTo("latency");
    assertThat(alert.path("labels").path("severity").asText()).isEqualTo("critical");
    assertThat(alert.path("startsAt").asText()).isEqualTo("2026-11-26T12:00:00Z");
    assertThat(alert.has("endsAt")).isFalse();
    assertThat(alert.path("annotations").path("summary").asText())
        .startsWith("p99 is \"130\" ms")
        .doesNotContain("\n", "\u202E");
    // The control: another secret, body or time gives another signature.
    byte[] other = SECRET.clone();
    other[0]++;
    assertThat(post.signature())
        .doesNotContain(WebhookSink.signature(other, NOON.getEpochSecond(), post.body()))
        .doesNotContain(WebhookSink.signature(SECRET, NOON.getEpochSecond() + 1, post.body()));
    assertThat(sink.name()).isEqualTo("webhook");
    assertThat(sink).hasToString("webhook at 127.0.0.1");
  }

  @Test
  void send_failsForAWhile_isTriedAgainWithTheSameKey() throws Exception {
    answers.addAll(List.of(503, 429, 500));
    sink().build().send(EVENT);
    assertThat(received).hasSize(4).extracting(Received::key).containsOnly(EVENT.id());
    assertThat(received.get(0).signature()).isEqualTo("null");
  }

  @Test
  void send_refused_isNotTriedAgain() {
    for (int status : new int[] {400, 401, 302}) {
      received.clear();
      answers.add(status);
      assertThatThrownBy(() -> sink().build().send(EVENT))
          .isInstanceOf(MlopsException.class)
          .hasMessage(
              "Webhook at 127.0.0.1 refused flights/latency/7/FIRING: HTTP status " + status + ".");
      assertThat(received).hasSize(1);
    }
  }

  @Test
  void send_neverTaken_givesUpAndSaysSo() {
    answers.addAll(List.of(500, 500, 500, 503));
    assertThatThrownBy(() -> sink().build().send(EVENT))
        .hasMessage(
            "Webhook at 127.0.0.1 did not take flights/latency/7/FIRING in 4 attempts: HTTP status 503.");
    answers.addAll(List.of(-1, -1));
    assertThatThrownBy(
            () ->
                sink()
                    .attempts(2, Duration.ZERO)
                    .timeout(Duration.ofMillis(100))
                    .build()
                    .send(EVENT))
        // On a busy machine the time may be up before the connection is made.
        .hasMessageMatching(".* in 2 attempts: Http(Connect)?TimeoutException.*");
  }

  @Test
  void send_waits_followTheClock() throws Exception {
    VirtualTime time = VirtualTime.startingAt(NOON);
    answers.add(503);
    WebhookSink sink = sink().attempts(2, Duration.ofHours(1)).time(time).build();
    var done =
        executor.submit(
            () -> {
              sink.send(EVENT);
              return true;
            });
    while (time.pending() == 0) {
      Thread.onSpinWait();
    }
    assertThat(received).hasSize(1);
    time.advance(Duration.ofHours(1));
    assertThat(done.get()).isTrue();
    assertThat(received).hasSize(2);
  }

  @Test
  void arguments_wrong_areNamed() {
    for (String uri : List.of("ftp://a/b", "/relative", "http://user:pw@host/", "file:///etc")) {
      assertThatThrownBy(() -> WebhookSink.to(URI.create(uri)))
          .hasMessageContaining("expected: http or https")
          .hasMessageNotContaining("pw");
    }
    assertThatThrownBy(() -> sink().signedWith(new byte[8])).hasMessageContaining("key: 8 bytes");
    assertThatThrownBy(() -> sink().attempts(0, Duration.ZERO)).hasMessageContaining("attempts: 0");
    assertThatThrownBy(() -> sink().timeout(Duration.ZERO)).hasMessageContaining("timeout: PT0S");
  }
}
