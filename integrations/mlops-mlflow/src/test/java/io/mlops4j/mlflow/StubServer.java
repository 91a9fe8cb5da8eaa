package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server on the loopback that gives the answers a real MLflow 3.17.2 gave, unless a test says
 * otherwise. Keeps what it was asked.
 */
final class StubServer implements AutoCloseable {
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  /** One request as it came; a character of {@code latin} is a byte of its body. */
  record Asked(String method, String target, String authorization, String latin) {
    byte[] body() {
      return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    String text() {
      return new String(body(), StandardCharsets.UTF_8);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final JsonNode index = Fixtures.json("rest/index.json");
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Deque<Answer>> scripted = new ConcurrentHashMap<>();
  private final Map<String, Answer> always = new ConcurrentHashMap<>();

  StubServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  MlflowServer client() {
    return MlflowServer.at(address()).withOptions(Impatient.options());
  }

  /** What was asked, such as {@code GET /api/2.0/mlflow/runs/get?run_id=1}. */
  List<String> requests() {
    return asked.stream().map(a -> a.method() + " " + a.target()).toList();
  }

  List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** The next request whose path ends so is answered so; several are answered in turn. */
  StubServer once(String pathEnd, Answer answer) {
    scripted.computeIfAbsent(pathEnd, p -> new ArrayDeque<>()).add(answer);
    return this;
  }

  /** Every request whose path ends so is answered so. */
  StubServer always(String pathEnd, Answer answer) {
    always.put(pathEnd, answer);
    return this;
  }

  static Answer json(int status, String body) {
    return bytes(status, body.getBytes(StandardCharsets.UTF_8));
  }

  static Answer bytes(int status, byte[] body) {
    return exchange -> {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    };
  }

  /** Another of the recorded answers. */
  static Answer recorded(int status, String file) {
    return bytes(status, Fixtures.bytes("rest/" + file));
  }

  static Answer error(int status, String code) {
    return json(status, "{\"error_code\":\"" + code + "\",\"message\":\"said the server\"}");
  }

  /** The connection breaks before an answer. */
  static Answer lost() {
    return exchange -> {
      throw new IOException("broken on purpose");
    };
  }

  /** The connection breaks in the middle of an answer. */
  static Answer cutOff() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write(new byte[10]);
      exchange.getResponseBody().flush();
      throw new IOException("broken on purpose");
    };
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              String.valueOf(authorization),
              new String(body, StandardCharsets.ISO_8859_1)));
      answer(exchange);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    for (Map.Entry<String, Deque<Answer>> entry : scripted.entrySet()) {
      if (path.endsWith(entry.getKey())) {
        Answer next = entry.getValue().poll();
        if (next != null) {
          next.give(exchange);
          return;
        }
      }
    }
    for (Map.Entry<String, Answer> entry : always.entrySet()) {
      if (path.endsWith(entry.getKey())) {
        entry.getValue().give(exchange);
        return;
      }
    }
    recorded(exchange, path);
  }

  private void recorded(HttpExchange exchange, String path) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    for (JsonNode answer : index.path("answers")) {
      Map<String, String> wanted = new TreeMap<>();
      answer.path("query").properties().forEach(e -> wanted.put(e.getKey(), e.getValue().asText()));
      // What was recorded with a method answers any query or body: runs and versions are logged so.
      boolean written = answer.path("method").asText().equals(exchange.getRequestMethod());
      if (answer.path("path").asText().equals(path) && (written || wanted.equals(query))) {
        byte[] body = Fixtures.bytes("rest/" + answer.path("file").asText());
        bytes(answer.path("status").intValue(), body).give(exchange);
        return;
      }
    }
    String proxy = "/api/2.0/mlflow-artifacts/artifacts/";
    if (path.startsWith(proxy) && exchange.getRequestMethod().equals("PUT")) {
      json(200, "{}").give(exchange);
      return;
    }
    if (path.startsWith(proxy)) {
      for (Map.Entry<String, JsonNode> root : index.path("artifacts").properties()) {
        String inner = path.substring(proxy.length());
        if (inner.startsWith(root.getKey() + "/")) {
          var file =
              Fixtures.model(root.getValue().asText())
                  .resolve(inner.substring(root.getKey().length() + 1));
          if (Files.isRegularFile(file)) {
            bytes(200, Files.readAllBytes(file)).give(exchange);
            return;
          }
        }
      }
    }
    error(404, "RESOURCE_DOES_NOT_EXIST").give(exchange);
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new TreeMap<>();
    for (String pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
      int is = pair.indexOf('=');
      query.put(
          URLDecoder.decode(pair.substring(0, is), StandardCharsets.UTF_8),
          URLDecoder.decode(pair.substring(is + 1), StandardCharsets.UTF_8));
    }
    return query;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
