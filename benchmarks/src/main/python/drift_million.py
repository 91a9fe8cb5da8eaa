"""Evidently and whylogs on a million rows of three numbers and a category.

    pip install evidently whylogs numpy pandas
    python drift_million.py rows.bin      # writes the rows for DriftMillion, then times both

Rows are big-endian doubles, four to a row: 100,000 reference rows, then 1,000,000 live ones. Live rows have the
distribution of the reference in columns a and c; column b is shifted by half a deviation; category k is as before.
"""

import sys
import time

import numpy as np
import pandas as pd

REFERENCE, LIVE = 100_000, 1_000_000


def frame(rng, n: int, shift: float) -> pd.DataFrame:
    return pd.DataFrame({
        "a": rng.normal(0, 1, n), "b": rng.normal(shift, 1, n), "c": rng.lognormal(0, 1, n),
        "k": np.floor(20 * rng.random(n) ** 2)})


def evidently(reference: pd.DataFrame, live: pd.DataFrame) -> dict:
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset
    definition = DataDefinition(numerical_columns=["a", "b", "c"], categorical_columns=["k"])
    sets = [Dataset.from_pandas(f.assign(k=f["k"].astype(int).astype(str)), data_definition=definition)
            for f in (live, reference)]
    result = Report([DataDriftPreset(method="psi")]).run(*sets)
    found = {}
    for metric in result.dict()["metrics"]:
        name = str(metric.get("metric_name") or metric.get("metric_id"))
        if "ValueDrift" in name:
            found[name.split("column=")[1].split(",")[0]] = round(float(metric["value"]), 5)
    return found


def whylogs(reference: pd.DataFrame, live: pd.DataFrame) -> dict:
    import whylogs as why
    from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores
    views = [why.log(f.assign(k=f["k"].astype(int).astype(str))).view() for f in (live, reference)]
    scores = calculate_drift_scores(target_view=views[0], reference_view=views[1], with_thresholds=True)
    return {c: (s or {}).get("drift_category", "none") for c, s in scores.items()}


def main() -> None:
    rng = np.random.default_rng(20014)
    reference, live = frame(rng, REFERENCE, 0), frame(rng, LIVE, .5)
    with open(sys.argv[1], "wb") as file:
        for part in (reference, live):
            file.write(part.to_numpy().astype(">f8").tobytes())
    for tool in (evidently, whylogs):
        try:
            start, cpu = time.perf_counter(), time.process_time()
            found = tool(reference, live)
            print(f"{tool.__name__}: {time.perf_counter() - start:.2f} s, {time.process_time() - cpu:.2f} s CPU: {found}")
        except Exception as e:  # one tool that cannot run must not hide the other
            print(f"{tool.__name__}: failed: {type(e).__name__}: {e}")


if __name__ == "__main__":
    main()
