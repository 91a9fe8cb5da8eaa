package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A running MLflow server: models are read from it, runs and versions are logged to it. Immutable
 * and thread-safe; nothing is asked before a model, an experiment or a run is.
 *
 * <p>Only this server is ever talked to: redirects are not followed, and addresses in its answers
 * are not opened; files go through its artifact proxy. TLS is the JDK's.
 *
 * <pre>{@code
 * var mlflow = MlflowServer.at(URI.create("http://127.0.0.1:5000"));
 * mlflow.registeredModel("flight-delay").alias("champion").importInto(delay);
 * }</pre>
 */
public final class MlflowServer {
  private static final Pattern MODEL_ID = Pattern.compile("m-[0-9a-f]{1,64}");
  private static final int MAX_NAME = 500;

  private final Rest rest;

  private MlflowServer(Rest rest) {
    this.rest = rest;
  }

  /**
   * Returns the server at an address.
   *
   * @param address {@code http} or {@code https}, a host, perhaps a port and a path before {@code
   *     /api}; nothing else
   * @return the server, without credentials, with the usual options
   * @throws IllegalArgumentException if the address has another form
   */
  public static MlflowServer at(URI address) {
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https"))
        || address.getHost() == null
        || address.getRawUserInfo() != null
        || address.getRawQuery() != null
        || address.getRawFragment() != null) {
      // Not the address itself: it may hold a password.
      throw new IllegalArgumentException(
          "address: expected http(s)://host[:port][/path] without user, query and fragment."
              + " Credentials go into withBearerToken or withBasicAuth.");
    }
    String path = address.getRawPath() == null ? "" : address.getRawPath().replaceAll("/+$", "");
    URI base = URI.create(scheme + "://" + address.getRawAuthority() + path);
    return new MlflowServer(new Rest(base, MlflowOptions.withDefaults(), null));
  }

  /**
   * Returns a copy that presents a token.
   *
   * @param token sent in a header, never shown
   * @return the copy
   */
  public MlflowServer withBearerToken(String token) {
    return authorized("Bearer " + requireHeader(token, "token"));
  }

  /**
   * Returns a copy that presents a user's name and password.
   *
   * @param user without a colon
   * @param password sent in a header, never shown
   * @return the copy
   */
  public MlflowServer withBasicAuth(String user, String password) {
    if (user.isEmpty() || user.indexOf(':') >= 0) {
      throw new IllegalArgumentException("user: expected 1 or more characters without a colon");
    }
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return authorized("Basic " + Base64.getEncoder().encodeToString(pair));
  }

  private static String requireHeader(String value, String what) {
    if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException(what + ": expected 1 or more visible ASCII characters");
    }
    return value;
  }

  private MlflowServer authorized(String header) {
    if (rest.authorization() != null) {
      throw new IllegalStateException("Credentials were already given. Give them once.");
    }
    return new MlflowServer(rest.with(rest.options(), header));
  }

  /**
   * Returns a copy with other options.
   *
   * @param options timeouts, attempts, limits
   * @return the copy
   */
  public MlflowServer withOptions(MlflowOptions options) {
    Objects.requireNonNull(options, "options");
    return new MlflowServer(rest.with(options, rest.authorization()));
  }

  /**
   * Returns a registered model of the server.
   *
   * @param name its name in MLflow
   * @return the handle; nothing is asked yet
   */
  public MlflowRegisteredModel registeredModel(String name) {
    return new MlflowRegisteredModel(rest, requireName(name));
  }

  /**
   * Returns a logged model of MLflow 3, registered or not.
   *
   * @param modelId such as {@code m-4ec0c5f98d5f4d148c7a904c0d2db5fc}
   * @return the model, read whole
   * @throws MlflowException if there is none, the server cannot be asked, or what it answers is
   *     refused
   */
  public MlflowModel loggedModel(String modelId) {
    if (!MODEL_ID.matcher(modelId).matches()) {
      throw new IllegalArgumentException("modelId: expected m- and hexadecimal digits");
    }
    String what = "logged model " + modelId;
    JsonNode model = rest.get("logged-models/" + modelId, Map.of(), what).path("model");
    JsonNode info = model.path("info");
    ImportedLineage lineage = new ImportedLineage();
    lineage.fact("mlflow.server", rest.base().toString()).loggedModel(model);
    MlflowRegisteredModel.run(rest, info.path("source_run_id").asText(), what)
        .ifPresent(lineage::run);
    ArtifactPath root = ArtifactRoot.of(info.path("artifact_uri").asText(), rest, what);
    return MlflowModel.read(new ServerSource(rest, root, what), rest.options().limits(), lineage);
  }

  /**
   * Returns the experiment of a name, which is created if there is none.
   *
   * @param name its name in MLflow
   * @return the experiment
   * @throws MlflowException if it was deleted, or the server cannot be asked
   */
  public MlflowExperiment experiment(String name) {
    return MlflowExperiment.of(rest, requireName(name));
  }

  private static String requireName(String name) {
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException("name: expected 1 to " + MAX_NAME + " characters");
    }
    return name;
  }

  /** Returns its address, without credentials. */
  @Override
  public String toString() {
    return rest.toString();
  }
}
