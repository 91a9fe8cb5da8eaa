package io.mlops4j.report;

/**
 * One part of a {@link Report}: a heading with parts of its own, a sentence, a table, a verdict or
 * a chart. Every block is an immutable value.
 */
public sealed interface Block
    permits Section,
        Text,
        KeyValues,
        Table,
        Callout,
        LineChart,
        BarChart,
        ScatterChart,
        IntervalChart,
        ParallelChart,
        CurveChart {}
