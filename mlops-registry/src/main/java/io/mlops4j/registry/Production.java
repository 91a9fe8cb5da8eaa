package io.mlops4j.registry;

import java.util.OptionalInt;

/**
 * What production is at one instant: a snapshot that readers share.
 *
 * @param champion the version that serves, or empty
 * @param manifest its manifest's digest, or empty text
 * @param reason why there is none, or empty text
 */
record Production(OptionalInt champion, String manifest, String reason) {}
