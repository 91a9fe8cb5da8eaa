package io.mlops4j.mlflow;

import io.mlops4j.core.Text;
import java.net.URI;
import java.util.Locale;

/**
 * Where the server's artifact proxy keeps a model's or a run's files, taken from the address the
 * server gives. Only the path inside the proxy is used; the address itself is never opened, and one
 * that is not this server's own proxy is refused.
 */
final class ArtifactRoot {
  private static final String SCHEME = "mlflow-artifacts:";
  private static final String ROUTE = "/api/2.0/mlflow-artifacts/artifacts/";

  private ArtifactRoot() {}

  static ArtifactPath of(String uri, Rest rest, String what) {
    String path;
    String own = rest.base() + ROUTE;
    if (uri.startsWith(own)) {
      path = uri.substring(own.length());
    } else if (uri.startsWith(SCHEME)) {
      path = path(uri.substring(SCHEME.length()), uri, rest, what);
    } else {
      throw refused(uri, rest, what);
    }
    return ArtifactPath.of(path, rest + ": artifact address of " + what);
  }

  private static String path(String rest, String uri, Rest server, String what) {
    if (!rest.startsWith("//")) {
      return rest.startsWith("/") ? rest.substring(1) : rest;
    }
    int slash = rest.indexOf('/', 2);
    String authority = rest.substring(2, slash < 0 ? rest.length() : slash);
    URI base = server.base();
    if (slash < 0 || !(authority.isEmpty() || authority.equalsIgnoreCase(base.getAuthority()))) {
      throw refused(uri, server, what);
    }
    return rest.substring(slash + 1);
  }

  private static MlflowException refused(String uri, Rest rest, String what) {
    int colon = uri.indexOf(':');
    String kind = colon < 0 ? "a path" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
    return new MlflowException(
        rest
            + " keeps the files of "
            + what
            + " outside its own artifact proxy ("
            + Text.printable(kind, 16)
            + "), and such addresses are not opened. Start the server with --serve-artifacts and no"
            + " --default-artifact-root, or download the directory and use MlflowModel.read.");
  }
}
