package io.mlops4j.experiments;

import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the listener and keeps its failures away from the request; shared by all epochs. */
final class Exposures {
  private static final Logger log = LoggerFactory.getLogger(Experiment.class);

  private final ExposureListener listener;
  private final LongAdder failures = new LongAdder();

  Exposures(ExposureListener listener) {
    this.listener = listener;
  }

  void report(Assignment.Included<?> exposure) {
    try {
      listener.exposed(exposure);
    } catch (VirtualMachineError e) {
      throw e; // out of memory or stack: not the listener's failure to hide
    } catch (Throwable e) {
      if (failures.sum() == 0) {
        // The type only: a message may hold the unit's id.
        log.warn(
            "Experiment '{}': exposure listener threw {}. Later ones are only counted.",
            exposure.experiment(),
            e.getClass().getName());
      }
      failures.increment();
    }
  }

  long failures() {
    return failures.sum();
  }
}
