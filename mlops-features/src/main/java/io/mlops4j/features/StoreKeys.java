package io.mlops4j.features;

import io.mlops4j.core.Text;
import java.util.regex.Pattern;

/** What tables and keys of a store look like. */
final class StoreKeys {
  static final int MAX_STATE = 16 << 20;
  private static final Pattern TABLE = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern KEY = Pattern.compile("[!-~]{1,256}");

  private StoreKeys() {}

  static void require(String table, String key) {
    require(table);
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "key: \""
              + Text.printable(key, 64)
              + "\" (expected: 1 to 256 printable ASCII characters without spaces)");
    }
  }

  static void require(String table) {
    if (!TABLE.matcher(table).matches()) {
      throw new IllegalArgumentException(
          "table: \"" + Text.printable(table, 64) + "\" (expected: 1 to 128 of A-Z a-z 0-9 . _ -)");
    }
  }

  static void requireSize(byte[] state) {
    if (state.length > MAX_STATE) {
      throw new IllegalArgumentException(
          "state: " + state.length + " bytes (expected: at most " + MAX_STATE + ")");
    }
  }
}
