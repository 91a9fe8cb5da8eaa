package io.mlops4j.data.expect;

/** A rule whose result is a count of rows, though a row alone does not say whether it holds. */
interface CountedRule extends Rule {}
