package io.mlops4j.report;

/** A labelled position on an axis. */
record Tick(double at, String label) {}
