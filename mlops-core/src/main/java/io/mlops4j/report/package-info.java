/**
 * Reports: one immutable tree of sections, tables, verdicts and charts, rendered as text for a
 * terminal, JSON for a machine and one self-contained HTML page for people.
 *
 * <p>Start at {@link io.mlops4j.report.Report#titled}. Every type is an immutable value and safe to
 * share between threads. Strings are cleaned when they enter the tree (control characters, terminal
 * escapes, direction overrides and over-long text are removed), and reach HTML or SVG through one
 * escaping point only.
 */
@NullMarked
package io.mlops4j.report;

import org.jspecify.annotations.NullMarked;
