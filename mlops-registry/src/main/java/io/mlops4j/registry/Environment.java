package io.mlops4j.registry;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/**
 * Where a model was trained: JVM, operating system and libraries. Unknown parts say {@link
 * Lineage#UNKNOWN}.
 *
 * @param jvm such as {@code OpenJDK 64-Bit Server VM 17.0.15+6}
 * @param os such as {@code Linux 6.18 amd64}
 * @param dependencies file names of the class path's jars, such as {@code slf4j-api-2.0.20.jar}, in
 *     order; empty if unknown
 */
public record Environment(String jvm, String os, List<String> dependencies) {
  private static final String NESTED = "BOOT-INF/lib/";

  /** Copies the list. */
  public Environment {
    Objects.requireNonNull(jvm, "jvm");
    Objects.requireNonNull(os, "os");
    dependencies = List.copyOf(dependencies);
  }

  /**
   * Returns an environment nothing is known about.
   *
   * @return all parts unknown
   */
  public static Environment unknown() {
    return new Environment(Lineage.UNKNOWN, Lineage.UNKNOWN, List.of());
  }

  /**
   * Returns this process's environment. The only code in this library that reads system properties;
   * reads no environment variable and no file's content except the manifests of jars.
   *
   * @return JVM, operating system and the jars of the class path, those named by manifests and
   *     those nested in an executable jar included
   */
  public static Environment capture() {
    String jvm = property("java.vm.name") + " " + property("java.vm.version");
    String os = property("os.name") + " " + property("os.version") + " " + property("os.arch");
    TreeSet<String> jars = new TreeSet<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      if (entry.endsWith(".jar")) {
        jars.add(new File(entry).getName());
        jars.addAll(named(new File(entry)));
      }
    }
    return new Environment(jvm, os, List.copyOf(jars));
  }

  private static List<String> named(File jar) {
    List<String> names = new ArrayList<>();
    try (JarFile file = new JarFile(jar)) {
      Manifest manifest = file.getManifest();
      String classPath =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      if (classPath != null) {
        for (String entry : classPath.trim().split("\\s+", -1)) {
          if (entry.endsWith(".jar")) {
            names.add(entry.substring(entry.lastIndexOf('/') + 1));
          }
        }
      }
      file.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith(NESTED) && name.endsWith(".jar"))
          .forEach(name -> names.add(name.substring(NESTED.length())));
    } catch (IOException e) {
      // A class path may name jars that are not there; they are dependencies of nobody.
      return names;
    }
    return names;
  }

  private static String property(String name) {
    return System.getProperty(name, Lineage.UNKNOWN);
  }
}
