package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Parts of keys as file names that stay apart on file systems that fold case, and that no operating
 * system takes for a device.
 *
 * <p>{@code name} stays {@code name}. Capitals become small letters, and which ones they were is
 * appended in hexadecimal: bit i for character i, so {@code Delay} is {@code delay=1}. A device's
 * name gets a {@code =} in front, a trailing dot one behind. At most 162 characters.
 */
final class DiskNames {
  private static final Pattern DEVICE = Pattern.compile("(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?");
  private static final Pattern CAPITALS = Pattern.compile("[0-9a-f]{0,32}");

  private DiskNames() {}

  static String encode(String part) {
    return isPlain(part) ? part : encodeAny(part);
  }

  /**
   * Whether a name certainly stands for itself: true for log records and blobs, of which are many.
   */
  private static boolean isPlain(String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')) {
        return false;
      }
    }
    // Devices begin with one of these letters; anything that might be one goes the long way.
    return !part.isEmpty() && "canpl.".indexOf(part.charAt(0)) < 0 && !part.endsWith(".");
  }

  private static String encodeAny(String part) {
    BigInteger capitals = BigInteger.ZERO;
    for (int i = 0; i < part.length(); i++) {
      if (part.charAt(i) >= 'A' && part.charAt(i) <= 'Z') {
        capitals = capitals.setBit(i);
      }
    }
    String small = part.toLowerCase(Locale.ROOT);
    String prefix = DEVICE.matcher(small).matches() ? "=" : "";
    if (capitals.signum() != 0) {
      return prefix + small + "=" + capitals.toString(16);
    }
    return prefix + small + (small.endsWith(".") ? "=" : "");
  }

  /** The part a file stands for, or empty if we would never have written that file. */
  static Optional<String> decode(String file) {
    if (file.length() <= 128 && isPlain(file)) {
      return Optional.of(file);
    }
    String rest = file.startsWith("=") ? file.substring(1) : file;
    int mark = rest.lastIndexOf('=');
    StringBuilder part = new StringBuilder(mark < 0 ? rest : rest.substring(0, mark));
    String digits = mark < 0 ? "" : rest.substring(mark + 1);
    if (!CAPITALS.matcher(digits).matches()) {
      return Optional.empty();
    }
    BigInteger capitals = digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits, 16);
    if (capitals.bitLength() > part.length()) {
      return Optional.empty();
    }
    for (int i = 0; i < part.length(); i++) {
      if (capitals.testBit(i)) {
        part.setCharAt(i, Character.toUpperCase(part.charAt(i)));
      }
    }
    String result = part.toString();
    return ObjectStore.KEY_PART.matcher(result).matches() && encode(result).equals(file)
        ? Optional.of(result)
        : Optional.empty();
  }
}
