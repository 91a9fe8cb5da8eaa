package io.mlops4j.spring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.Schema;
import io.mlops4j.spring.Models.ConstantLoader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A web application on a free loopback port, and how to call it. */
record App(ConfigurableApplicationContext context, int port) implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** Everything Spring Boot finds, without security. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(
      excludeName = {
        "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration"
      })
  static class Web {}

  /** The same, with a loader of constants. */
  @Configuration(proxyBeanMethods = false)
  @Import(Web.class)
  static class Open {
    @Bean
    ModelLoader<Flight, Double> constants() {
      return new ConstantLoader<>(Schema.of(Flight.class));
    }
  }

  static App start(Class<?> application, String... properties) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=0");
    arguments.add("--server.address=127.0.0.1");
    arguments.add("--mlops.registry.poll-interval=10ms");
    arguments.add("--management.endpoints.web.exposure.include=models,health,prometheus");
    for (String property : properties) {
      arguments.add("--" + property);
    }
    SpringApplication spring = new SpringApplication(application);
    spring.setBannerMode(Banner.Mode.OFF);
    spring.setRegisterShutdownHook(false);
    ConfigurableApplicationContext context = spring.run(arguments.toArray(new String[0]));
    return new App(
        context, context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).GET());
  }

  HttpResponse<String> post(String path, String json) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  HttpResponse<String> postAs(String user, String password, String path, String json) {
    String credentials =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .header("Authorization", "Basic " + credentials)
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static ObjectNode json(HttpResponse<String> response) {
    return Json.parse(response.body().getBytes(StandardCharsets.UTF_8), "the answer");
  }

  /** The predictor's report in {@code /actuator/models}. */
  JsonNode report(String predictor) {
    for (JsonNode report : json(get("/actuator/models")).path("predictors")) {
      if (report.path("predictor").asText().equals(predictor)) {
        return report;
      }
    }
    throw new AssertionError("no report about " + predictor);
  }

  /** Ends the application before the test does. */
  void stop() {
    context.close();
  }

  @Override
  public void close() {
    context.close();
  }
}
