package io.mlops4j.spring;

/** Another row. */
record Payment(String id, int customer, double amount) {}
