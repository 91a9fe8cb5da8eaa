package io.mlops4j.registry;

import io.mlops4j.core.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/** What a jar says about itself. */
final class JarFacts {
  private static final int MOST_BYTES = 64 << 10;
  private static final Pattern POM = Pattern.compile("META-INF/maven/[^/]+/[^/]+/pom\\.properties");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final List<String> REVISIONS =
      List.of("Git-Commit", "SCM-Revision", "Build-Revision", "Implementation-Build");

  private JarFacts() {}

  /** {@code group:artifact:version}, from its only pom.properties or its manifest, or UNKNOWN. */
  static String coordinates(JarFile jar) throws IOException {
    List<ZipEntry> poms =
        jar.stream()
            .filter(entry -> POM.matcher(entry.getName()).matches())
            .limit(2)
            .map(entry -> (ZipEntry) entry)
            .toList();
    // A jar with several holds other jars' classes, too: none of them is its own for sure.
    if (poms.size() == 1) {
      Properties pom = properties(jar, poms.get(0));
      String found =
          join(
              pom.getProperty("groupId"),
              pom.getProperty("artifactId"),
              pom.getProperty("version"));
      if (!found.equals(Lineage.UNKNOWN)) {
        return found;
      }
    }
    Manifest manifest = jar.getManifest();
    if (manifest == null) {
      return Lineage.UNKNOWN;
    }
    Attributes main = manifest.getMainAttributes();
    String version = main.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
    String group = main.getValue("Implementation-Vendor-Id");
    String title = main.getValue(Attributes.Name.IMPLEMENTATION_TITLE);
    String named = join(group, title, version);
    return named.equals(Lineage.UNKNOWN)
        ? join(main.getValue("Bundle-SymbolicName"), main.getValue("Bundle-Version"))
        : named;
  }

  private static String join(String... parts) {
    for (String part : parts) {
      if (part == null || part.isBlank()) {
        return Lineage.UNKNOWN;
      }
    }
    return Text.printable(String.join(":", parts), 256);
  }

  /** The revision the jar was built from, if it says one. */
  static Optional<Lineage.Code> code(JarFile jar) throws IOException {
    String coordinates = coordinates(jar);
    ZipEntry git = jar.getEntry("git.properties");
    if (git != null) {
      Properties properties = properties(jar, git);
      String commit =
          properties.getProperty("git.commit.id", properties.getProperty("git.commit.id.full", ""));
      if (COMMIT.matcher(commit).matches()) {
        Lineage.WorkTree tree =
            switch (properties.getProperty("git.dirty", "")) {
              case "true" -> Lineage.WorkTree.DIRTY;
              case "false" -> Lineage.WorkTree.CLEAN;
              default -> Lineage.WorkTree.UNKNOWN;
            };
        return Optional.of(new Lineage.Code(commit, tree, Optional.empty(), coordinates));
      }
    }
    Manifest manifest = jar.getManifest();
    if (manifest != null) {
      for (String name : REVISIONS) {
        String commit = manifest.getMainAttributes().getValue(name);
        if (commit != null && COMMIT.matcher(commit).matches()) {
          return Optional.of(
              new Lineage.Code(commit, Lineage.WorkTree.UNKNOWN, Optional.empty(), coordinates));
        }
      }
    }
    return coordinates.equals(Lineage.UNKNOWN)
        ? Optional.empty()
        : Optional.of(
            new Lineage.Code(
                Lineage.UNKNOWN, Lineage.WorkTree.UNKNOWN, Optional.empty(), coordinates));
  }

  private static Properties properties(JarFile jar, ZipEntry entry) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = jar.getInputStream(entry)) {
      properties.load(new ByteArrayInputStream(in.readNBytes(MOST_BYTES)));
    } catch (IllegalArgumentException e) {
      return new Properties(); // A broken escape: it says nothing then.
    }
    return properties;
  }
}
