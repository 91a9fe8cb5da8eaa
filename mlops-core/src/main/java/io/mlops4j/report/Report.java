package io.mlops4j.report;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report: a title, when it was made, and blocks. Immutable; every method that adds returns a new
 * report.
 *
 * <pre>{@code
 * Report report =
 *     Report.titled("Flight delay")
 *         .subtitle("flights:8 against flights:7")
 *         .add(Callout.pass("Every gate passed."))
 *         .add(
 *             Section.titled("Quality")
 *                 .add(Table.of("Model", "AUC").row("champion", 0.79).row("challenger", 0.8123)));
 * Files.writeString(path, report.toHtml());
 * }</pre>
 *
 * @param title what the report is about, not blank
 * @param subtitle a line below the title, or empty
 * @param when when the report was made, or null to leave it out
 * @param blocks the content, in order
 */
public record Report(String title, String subtitle, @Nullable Instant when, List<Block> blocks) {
  /** Copies the list and cleans the strings. */
  public Report {
    title = CleanText.title(title, "title");
    subtitle = CleanText.line(subtitle, "subtitle");
    blocks = List.copyOf(blocks);
  }

  /**
   * Returns a report without content.
   *
   * @param title what the report is about, not blank
   * @return an empty report
   */
  public static Report titled(String title) {
    return new Report(title, "", null, List.of());
  }

  /**
   * Returns this report with a line below its title.
   *
   * @param line the line
   * @return a report with that line
   */
  public Report subtitle(String line) {
    return new Report(title, line, when, blocks);
  }

  /**
   * Returns this report with the time it was made; renderers write it in UTC.
   *
   * @param time when the report was made
   * @return a report with that time
   */
  public Report at(Instant time) {
    return new Report(title, subtitle, time, blocks);
  }

  /**
   * Returns this report with more blocks at its end.
   *
   * @param more what to add, in order
   * @return a longer report
   */
  public Report add(Block... more) {
    return new Report(title, subtitle, when, Lists.plus(blocks, List.of(more)));
  }

  /**
   * Returns the report for a terminal of 100 columns: aligned tables, verdicts in brackets, small
   * charts. Tables show at most 200 rows and say how many more there are. No control character but
   * the line feed.
   *
   * @return lines of at most 100 columns, each ended by a line feed
   */
  public String toText() {
    return new TextRenderer().render(this);
  }

  /**
   * Returns the report as Markdown: headings, lists and the tables of GitHub and GitLab, charts as
   * text. No text of the report can become markup or HTML. Tables show at most 1,000 rows and say
   * how many more there are.
   *
   * @return lines, each ended by a line feed
   */
  public String toMarkdown() {
    return MarkdownRenderer.render(this);
  }

  /**
   * Returns the whole tree as canonical JSON: keys sorted, no white space, NaN and infinities as
   * null, times in ISO-8601, durations in seconds. Equal reports give equal text.
   *
   * @return one JSON object; its {@code format} is 1
   */
  public String toJson() {
    return JsonRenderer.render(this);
  }

  /**
   * Returns one self-contained page: no script, no external resource (a content security policy
   * forbids both), charts as inline SVG, light and dark, readable on a phone and on paper. It is
   * also well-formed XML after its first line. Long tables and series are thinned to what a screen
   * can show; {@link #toJson} has everything.
   *
   * @return an HTML document
   */
  public String toHtml() {
    return HtmlRenderer.render(this);
  }
}
