package io.mlops4j.features;

/**
 * How far back a view's windows look.
 *
 * @param span the longest window of time, nanoseconds; 0 if there is none
 * @param events the largest window of events; 0 if there is none
 * @param ttl how old an event may be at all, nanoseconds; Long.MAX_VALUE if any age
 */
record Reach(long span, int events, long ttl) {}
