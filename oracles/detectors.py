"""Where River's change detectors raise alarms, on the streams of River's own tests and on longer ones.

    python detectors.py [output file]
"""

import numpy as np
from river.drift import ADWIN, KSWIN, PageHinkley
from river.drift.binary import DDM, EDDM, HDDMA, HDDMW

from common import emit


def alarms(detector, stream) -> list[int]:
    found = []
    for i, value in enumerate(stream):
        detector.update(value)
        if detector.drift_detected:
            found.append(i)
    return found


def streams() -> dict:
    """The first three are those of river/drift/test_drift_detectors.py."""
    np.random.seed(12345)
    first = np.concatenate((np.random.randint(2, size=1000), np.random.randint(8, size=1000)))
    np.random.seed(12345)
    second = np.array([np.random.binomial(1, .2) for _ in range(1000)]
                      + [np.random.binomial(1, .8) for _ in range(1000)])
    np.random.seed(12345)
    third = np.concatenate([np.random.normal(m, .1, 500) > 0 for m in (0, .25, 0, .25)])
    rng = np.random.default_rng(20013)
    rates = [.1, .12, .2, .1, .15, .4]
    fourth = np.concatenate([rng.random(4000) < r for r in rates])
    return {"river1": first, "river2": second, "river3": third, "steps": fourth}


def detectors() -> dict:
    return {
        "adwin .002": lambda: ADWIN(), "adwin .1": lambda: ADWIN(delta=.1),
        "pageHinkley 50": lambda: PageHinkley(), "pageHinkley 20": lambda: PageHinkley(threshold=20),
        # Half of the window are the newest values, so the older ones are not drawn but all taken.
        "kswin .0001 200 100": lambda: KSWIN(alpha=.0001, window_size=200, stat_size=100, seed=42),
        "kswin .005 60 30": lambda: KSWIN(alpha=.005, window_size=60, stat_size=30, seed=42),
        "ddm 3": lambda: DDM(), "eddm .9": lambda: EDDM(),
        "hddmA .001": lambda: HDDMA(), "hddmA .001 two-sided": lambda: HDDMA(two_sided_test=True),
        "hddmW .001": lambda: HDDMW(), "hddmW .001 two-sided": lambda: HDDMW(two_sided_test=True),
    }


def main() -> None:
    cases, values = [], streams()
    for name, stream in values.items():
        for detector, make in detectors().items():
            binary = not detector.startswith(("adwin", "page", "kswin"))
            if binary and stream.max() > 1:
                continue
            cases.append({"stream": name, "detector": detector,
                          "alarms": alarms(make(), [int(v) for v in stream])})
    emit(__file__, {"streams": {k: "".join(str(int(v)) for v in s) for k, s in values.items()}, "cases": cases},
         "river")


if __name__ == "__main__":
    main()
