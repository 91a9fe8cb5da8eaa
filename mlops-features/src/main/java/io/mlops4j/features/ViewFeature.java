package io.mlops4j.features;

import io.mlops4j.core.FeatureKind;

/**
 * One feature of a view.
 *
 * @param name its name
 * @param aggregate what is computed
 * @param window of which events
 * @param column the position of its column among the view's; -1 for the events themselves
 * @param text whether the column holds texts
 * @param kind what its own values are
 * @param sensitive whether its column is
 */
record ViewFeature(
    String name,
    Aggregate aggregate,
    Window window,
    int column,
    boolean text,
    FeatureKind kind,
    boolean sensitive) {}
