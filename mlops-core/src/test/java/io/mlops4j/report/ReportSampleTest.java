package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Writes a page to look at: {@code target/report-sample.html}. */
class ReportSampleTest {
  @Test
  void sample_everyKindOfBlock_rendersThreeTimesTheSame() throws IOException {
    Report report = SampleReport.build();

    assertThat(report.toHtml()).isEqualTo(SampleReport.build().toHtml()).hasSizeLessThan(400_000);
    assertThat(report.toText()).isEqualTo(SampleReport.build().toText());
    assertThat(report.toJson()).isEqualTo(SampleReport.build().toJson());
    assertThat(report.toText().lines())
        .allSatisfy(line -> assertThat(CleanText.width(line)).isLessThanOrEqualTo(100));
    Files.writeString(Path.of("target", "report-sample.html"), report.toHtml());
    Files.writeString(Path.of("target", "report-sample.txt"), report.toText());
  }
}
