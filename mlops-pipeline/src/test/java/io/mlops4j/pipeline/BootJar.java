package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * An executable jar as Spring Boot's plug-ins make it ("The Executable Jar File Structure" in its
 * documentation): the launcher, the application's classes, and jars that are stored, not
 * compressed.
 */
final class BootJar {
  private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";
  private static final String CLASSES = "BOOT-INF/classes/";
  private static final String LIB = "BOOT-INF/lib/";

  private final long modified;
  private final TreeMap<String, byte[]> entries = new TreeMap<>();

  /**
   * Begins one.
   *
   * @param modified milliseconds since 1970: the time of all its entries
   */
  BootJar(String main, Path classes, long modified) throws IOException {
    this.modified = modified;
    for (Path file : files(classes)) {
      entries.put(CLASSES + name(classes, file), Files.readAllBytes(file));
    }
    String manifest =
        """
        Manifest-Version: 1.0
        Main-Class: %s
        Start-Class: %s
        Spring-Boot-Classes: %s
        Spring-Boot-Lib: %s

        """;
    entries.put(
        "META-INF/MANIFEST.MF", manifest.formatted(LAUNCHER, main, CLASSES, LIB).getBytes(UTF_8));
  }

  BootJar with(String library, Path directory) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Path file : files(directory)) {
        put(out, name(directory, file), Files.readAllBytes(file), false, 0);
      }
    }
    entries.put(LIB + library, bytes.toByteArray());
    return this;
  }

  /** Takes the jar along, or the directory of classes, that a class is from. */
  BootJar with(Class<?> used) throws IOException {
    Path place = place(used);
    String library = used.getSimpleName() + ".jar";
    if (Files.isDirectory(place)) {
      return with(library, place);
    }
    entries.put(LIB + library, Files.readAllBytes(place));
    return this;
  }

  void write(Path jar) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar));
        ZipFile loader = new ZipFile(place(loader()).toFile())) {
      Enumeration<? extends ZipEntry> all = loader.entries();
      while (all.hasMoreElements()) {
        ZipEntry entry = all.nextElement();
        if (entry.getName().startsWith("org/")) {
          byte[] bytes = loader.getInputStream(entry).readAllBytes();
          put(out, entry.getName(), bytes, false, modified);
        }
      }
      for (String directory : List.of("BOOT-INF/", CLASSES, LIB)) {
        put(out, directory, new byte[0], true, modified);
      }
      for (var entry : entries.entrySet()) {
        boolean stored = entry.getKey().startsWith(LIB);
        put(out, entry.getKey(), entry.getValue(), stored, modified);
      }
    }
  }

  private static void put(
      ZipOutputStream out, String name, byte[] bytes, boolean stored, long modified)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(modified);
    if (stored) {
      CRC32 sum = new CRC32();
      sum.update(bytes);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes.length);
      entry.setCrc(sum.getValue());
    }
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
  }

  private static Class<?> loader() {
    try {
      return Class.forName(LAUNCHER, false, BootJar.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError("spring-boot-loader is not on the class path", e);
    }
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static String name(Path directory, Path file) {
    return directory.relativize(file).toString().replace('\\', '/');
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
