/**
 * The registry from a shell: register, evaluate, decide, promote, roll back, look back. For CI jobs
 * and for people; exit codes and JSON output are documented in docs/cli.md and stay as they are.
 *
 * <p>Start at {@link io.mlops4j.cli.Mlops}. Nothing here is used by two threads.
 */
@NullMarked
package io.mlops4j.cli;

import org.jspecify.annotations.NullMarked;
