package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MarkdownTest {
  private static final Pattern UNESCAPED = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*[`*_\\[\\]|#~!]");

  @Test
  void toMarkdown_everyKindOfBlock_isWritten() {
    String text =
        Report.titled("Title")
            .subtitle("sub")
            .at(Instant.parse("2026-05-01T00:00:00Z"))
            .add(Callout.fail("Too low."), KeyValues.of("Rows", 3))
            .add(
                Section.titled("Numbers")
                    .add(
                        Table.of("Name", "Value").caption("All").row("a|b", 1.5), Table.of("Empty"))
                    .add(Section.titled("Deeper").add(Text.of("1. not a list"))))
            .add(LineChart.titled("Line").series("s", new double[] {0, 1}, new double[] {1, 2}))
            .toMarkdown();
    assertThat(text)
        .startsWith("# Title\n\nsub\n\n2026-05-01")
        .contains("\n> **FAIL** Too low.\n")
        .contains("\n- **Rows** 3\n")
        .contains("\n## Numbers\n\nAll\n\n| Name | Value |\n| --- | ---: |\n| a\\|b | 1.5")
        .contains(
            "\n(no rows)\n", "\n### Deeper\n\n1\\. not a list\n", "\n```text\n Line", "\n```\n");
  }

  @Test
  void toMarkdown_aLongTable_saysHowManyRowsAreLeftOut() {
    Table table = Table.of("n");
    java.util.List<java.util.List<Cell>> rows = new java.util.ArrayList<>();
    for (int i = 0; i < 1_003; i++) {
      rows.add(java.util.List.of(Cell.of(i)));
    }
    String text = Report.titled("x").add(new Table("", table.columns(), rows)).toMarkdown();
    assertThat(text).contains("(3 more rows)");
  }

  @Test
  void escape_beginningsOfLists_areText() {
    assertThat(MarkdownRenderer.escape("- a")).isEqualTo("\\- a");
    assertThat(MarkdownRenderer.escape("12. a")).isEqualTo("12\\. a");
    assertThat(MarkdownRenderer.escape("1) a")).isEqualTo("1\\) a");
    assertThat(MarkdownRenderer.escape("---")).isEqualTo("\\---");
    assertThat(MarkdownRenderer.escape("-1.5")).isEqualTo("-1.5");
    assertThat(MarkdownRenderer.escape("a - b. (c)")).isEqualTo("a - b. (c)");
  }

  @Property(tries = 300)
  void escape_anyText_hasNoMarkup(@ForAll String text) {
    String escaped = MarkdownRenderer.escape(text);
    assertThat(escaped).doesNotContain("<", ">");
    assertThat(UNESCAPED.matcher(escaped.replaceAll("\\\\.", "")).find()).isFalse();
  }
}
