package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/promotion.md names, for each gate, the test that shows it fail: they exist. */
class PromotionPageTest {
  private static final Pattern CONTROL = Pattern.compile("`([A-Z]\\w+Test)\\.(\\w+)` \\|");

  @Test
  void controls_everyGateOfTheTable_hasOneThatExists() throws Exception {
    List<String> rows = rows();
    assertThat(rows).hasSizeGreaterThan(15);
    for (String row : rows) {
      Matcher control = CONTROL.matcher(row);
      assertThat(control.find()).as(row).isTrue();
      Class<?> test = Class.forName(getClass().getPackageName() + "." + control.group(1));
      assertThat(Arrays.stream(test.getDeclaredMethods()).map(Method::getName))
          .as(row)
          .contains(control.group(2));
    }
  }

  /** Every way to make a gate is in the table. */
  @Test
  void gates_everyFactory_isInTheTable() throws IOException {
    String table = String.join("\n", rows());
    for (Method factory : Gate.class.getDeclaredMethods()) {
      if (Modifier.isStatic(factory.getModifiers()) && !factory.isSynthetic()) {
        assertThat(table).contains(factory.getName());
      }
    }
  }

  private static List<String> rows() throws IOException {
    return Files.readAllLines(Path.of("../docs/promotion.md")).stream()
        .filter(line -> line.startsWith("| `") || line.startsWith("| the same"))
        .toList();
  }
}
