package io.mlops4j.core;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, the one digest this library uses. */
public final class Digests {
  private Digests() {}

  /**
   * Returns a new SHA-256 computation.
   *
   * @return an empty digest
   */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }

  /**
   * Returns the SHA-256 of some bytes.
   *
   * @param bytes the content
   * @return 64 lower-case hexadecimal digits
   */
  public static String sha256(byte[] bytes) {
    return hex(sha256().digest(bytes));
  }

  /**
   * Returns bytes as lower-case hexadecimal digits.
   *
   * @param bytes any number
   * @return two digits per byte
   */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
