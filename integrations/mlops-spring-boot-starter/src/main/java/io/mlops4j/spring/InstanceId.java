package io.mlops4j.spring;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * Who this process is among those that share a registry.
 *
 * @param text unique while the process lives; the same for all its predictors
 */
record InstanceId(String text) {

  /** The property, or host name (in Kubernetes: the pod's) and process id. */
  static InstanceId of(@Nullable String property, Environment environment) {
    if (property != null && !property.isBlank()) {
      return new InstanceId(property.strip());
    }
    String host = environment.getProperty("HOSTNAME");
    String name = host == null || host.isBlank() ? localHost() : host;
    return new InstanceId(
        name.replaceAll("[^A-Za-z0-9._-]", "_") + "-" + ProcessHandle.current().pid());
  }

  private static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown-host";
    }
  }
}
