package io.mlops4j.mlflow;

import io.mlops4j.core.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A relative path that somebody else named, after it has passed an allow-list: parts of letters,
 * digits and {@code . _ - + = @} and inner spaces, divided by {@code /}. Nothing is decoded or
 * normalized, so that there is only one form to check: whatever could be read as something else (a
 * percent sign, a backslash, a colon, a dot part) is refused.
 *
 * @param parts at least one
 */
record ArtifactPath(List<String> parts) {
  private static final int MAX_LENGTH = 512;
  private static final int MAX_PARTS = 16;
  private static final Pattern PART =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+=@-]*(?: [A-Za-z0-9._+=@-]+)*");
  private static final Set<String> DEVICES =
      Set.of("con", "prn", "aux", "nul", "conin$", "conout$", "clock$");
  private static final Pattern NUMBERED_DEVICE = Pattern.compile("(?:com|lpt)[0-9]");

  ArtifactPath {
    parts = List.copyOf(parts);
  }

  /**
   * Returns the path, or throws.
   *
   * @param text as it came
   * @param what what names it, for the message ("MLmodel: flavors.onnx.data")
   */
  static ArtifactPath of(String text, String what) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw refused(text, what, "it has " + text.length() + " characters (1 to " + MAX_LENGTH);
    }
    List<String> parts = List.of(text.split("/", -1));
    if (parts.size() > MAX_PARTS) {
      throw refused(text, what, "it has " + parts.size() + " parts (1 to " + MAX_PARTS);
    }
    for (String part : parts) {
      if (part.length() > 128 || !PART.matcher(part).matches() || part.endsWith(".")) {
        throw refused(
            text,
            what,
            "part \""
                + Text.printable(part, 32)
                + "\" is none of letters, digits and . _ - + = @ (not first or last a dot");
      }
      if (isDevice(part)) {
        throw refused(text, what, "\"" + part + "\" is a device on Windows (a plain name");
      }
    }
    return new ArtifactPath(parts);
  }

  private static boolean isDevice(String part) {
    int dot = part.indexOf('.');
    String stem = (dot < 0 ? part : part.substring(0, dot)).strip().toLowerCase(Locale.ROOT);
    return DEVICES.contains(stem) || NUMBERED_DEVICE.matcher(stem).matches();
  }

  private static MlflowException refused(String text, String what, String why) {
    return new MlflowException(
        what
            + " is \""
            + Text.printable(text, 64)
            + "\", which is not opened: "
            + why
            + " is expected; a path stays inside the model's directory).");
  }

  ArtifactPath resolve(ArtifactPath inner) {
    return new ArtifactPath(Stream.concat(parts.stream(), inner.parts.stream()).toList());
  }

  /** A file in the same directory; the name has passed the allow-list. */
  ArtifactPath sibling(String name) {
    List<String> beside = new ArrayList<>(parts);
    beside.set(parts.size() - 1, name);
    return new ArtifactPath(beside);
  }

  String fileName() {
    return parts.get(parts.size() - 1);
  }

  Path under(Path directory) {
    Path path = directory;
    for (String part : parts) {
      path = path.resolve(part);
    }
    return path;
  }

  /** The path of a URL. */
  String encoded() {
    return parts.stream()
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  @Override
  public String toString() {
    return String.join("/", parts);
  }
}
