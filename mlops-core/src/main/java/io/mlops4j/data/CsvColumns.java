package io.mlops4j.data;

import io.mlops4j.core.RowField;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Which column of a CSV header holds which field. */
final class CsvColumns {
  private static final int MAX_LISTED = 50;
  private static final int MAX_NAME = 64;

  private CsvColumns() {}

  /** Returns the column of each field: of the same name, or ignoring case and underscores. */
  static int[] match(String source, List<String> header, List<RowField> fields) {
    int[] columns = find(source, header, fields);
    List<String> absent = absent(columns, fields);
    if (!absent.isEmpty()) {
      throw new DataException(
          source
              + ", line 1: no column for "
              + names(absent)
              + ". Fields: "
              + names(fields.stream().map(RowField::name).toList())
              + ". Columns: "
              + names(header)
              + ". Names must be equal, or equal ignoring case and underscores.");
    }
    return columns;
  }

  /** Returns the fields without a column. */
  static List<String> absent(int[] columns, List<RowField> fields) {
    List<String> absent = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] < 0) {
        absent.add(fields.get(i).name());
      }
    }
    return absent;
  }

  /** Returns the column of each field, -1 for a field that has none. */
  static int[] find(String source, List<String> header, List<RowField> fields) {
    Set<String> seen = new HashSet<>();
    for (String name : header) {
      if (!seen.add(name)) {
        throw new DataException(
            source + ", line 1: two columns are named \"" + Text.printable(name, MAX_NAME) + "\".");
      }
    }
    List<String> loose = header.stream().map(CsvColumns::loose).toList();
    int[] columns = new int[fields.size()];
    for (int i = 0; i < columns.length; i++) {
      String field = fields.get(i).name();
      int exact = header.indexOf(field);
      String wanted = loose(field);
      int first = loose.indexOf(wanted);
      if (exact < 0 && first != loose.lastIndexOf(wanted)) {
        throw new DataException(
            source
                + ", line 1: columns "
                + names(List.of(header.get(first), header.get(loose.lastIndexOf(wanted))))
                + " both look like field "
                + field
                + ". Rename one.");
      }
      columns[i] = exact >= 0 ? exact : first;
    }
    return columns;
  }

  private static String loose(String name) {
    return name.strip().replace("_", "").toLowerCase(Locale.ROOT);
  }

  private static String names(List<String> names) {
    return names.stream()
        .limit(MAX_LISTED)
        .map(name -> Text.printable(name, MAX_NAME))
        .collect(Collectors.joining(", ", "", names.size() > MAX_LISTED ? ", …" : ""));
  }
}
