package io.mlops4j.spring;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;

/** Keeps what Spring Boot would print, analysed by the analysers that it finds itself. */
public final class Reported implements FailureAnalysisReporter {
  static final List<FailureAnalysis> ALL = new ArrayList<>();

  @Override
  public void report(FailureAnalysis analysis) {
    ALL.add(analysis);
  }
}
