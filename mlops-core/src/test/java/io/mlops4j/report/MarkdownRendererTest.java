package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownRendererTest {
  /** The expected text is written by hand from the rules of GitHub-flavoured Markdown. */
  @Test
  void toMarkdown_smallReport_looksAsWrittenByHand() {
    Report report =
        Report.titled("Flight delay")
            .subtitle("flights:8 against flights:7")
            .at(Instant.parse("2026-11-23T12:00:00Z"))
            .add(
                Callout.pass("Every gate passed."),
                Section.titled("Quality")
                    .add(
                        Table.of("Model", "Rows")
                            .caption("Same flights")
                            .row("champion", 900)
                            .row("challenger", null)),
                KeyValues.of("Stage", Cell.badge(Status.PASS, "production")),
                BarChart.titled("Errors", List.of("JFK")).bars("", 4));

    assertThat(report.toMarkdown())
        .startsWith(
            """
            # Flight delay

            flights:8 against flights:7

            2026-11-23 12:00 UTC

            > **PASS** Every gate passed.

            ## Quality

            **Same flights**

            | Model | Rows |
            |---|---:|
            | champion | 900 |
            | challenger | \\- |

            | | |
            |---|---|
            | Stage | production |

                Errors
            """);
  }

  @Test
  void toMarkdown_hostileText_staysText() {
    String hostile =
        "<img src=x> [a](http://evil) @someone #1 $x$ a|b `c` **d** www.evil.com ~~e~~";

    String markdown =
        Report.titled("r").add(Table.of("name").row(hostile), Text.of("- no item")).toMarkdown();

    assertThat(markdown)
        .contains(
            "| &lt;img src=x&gt; \\[a\\](http&#58;//evil) &#64;someone &#35;1 &#36;x&#36; a\\|b \\`c\\`"
                + " \\*\\*d\\*\\* www&#46;evil.com \\~\\~e\\~\\~ |\n")
        .contains("\n\\- no item\n");
    assertThat(MarkdownRenderer.escaped("1. one")).isEqualTo("1&#46; one");
    assertThat(MarkdownRenderer.escaped("2) two")).isEqualTo("2&#41; two");
    assertThat(MarkdownRenderer.escaped("0.75 of 1.")).isEqualTo("0.75 of 1.");
  }

  @Test
  void toMarkdown_longTable_isCutAndSaysSo() {
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      rows.add(List.of(Cell.of(i)));
    }

    String markdown = Report.titled("r").add(new Table("", List.of("n"), rows)).toMarkdown();

    assertThat(markdown).contains("| 199 |\n\n(50 more rows)\n").doesNotContain("| 200 |");
  }
}
