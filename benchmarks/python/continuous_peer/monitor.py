"""The scheduled look: Evidently for drift of inputs and labels, AUC of the last week overall and by airport."""

import json
import warnings

import pandas as pd
from evidently import Report
from evidently.metrics import ValueDrift
from sklearn.metrics import roc_auc_score

warnings.filterwarnings("ignore")

# Evidently's defaults (0.1 for more than 1,000 reference rows) alarm on every day of destinations, and on Sundays of
# hours: these are a little above what the fault-free weeks from 12 February to 25 March show.
THRESHOLDS = {"origin": 0.1, "destination": 0.25, "hour": 0.14, "distance": 0.14}
LABEL_RATE = (0.08, 0.5)
AUC_DROP, AIRPORT_AUC = 0.06, 0.50


def inputs(store, now, reference, thresholds=THRESHOLDS):
    since = str(now - pd.Timedelta(days=1))[:16].replace(" ", "T")
    found = store.read("select row from predictions where t >= ? and shadow = 0 and error is null", since)
    current = pd.DataFrame([json.loads(row) for row, in found])
    if len(current) < 400:
        return []
    columns = list(thresholds)
    result = Report([ValueDrift(column=c) for c in columns]).run(current[columns], reference[columns]).dict()
    values = {c: float(m["value"]) for c, m in zip(columns, result["metrics"])}
    return [f"drift of {c}: {v:.3f} above {thresholds[c]}" for c, v in values.items() if v > thresholds[c]]


def service(store, now):
    since = str(now - pd.Timedelta(hours=6))[:16].replace(" ", "T")
    asked, failed = store.read("select count(*), count(error) from predictions where t >= ? and shadow = 0", since)[0]
    return [f"errors: {failed} of {asked} requests"] if asked and failed / asked > 0.01 else []


def quality(store, now, expected):
    since = str(now - pd.Timedelta(days=7))[:16].replace(" ", "T")
    frame = pd.DataFrame(
        store.read(
            "select p.score, l.delayed, json_extract(p.row, '$.origin') from predictions p join labels l on l.id = p.id"
            " where p.t >= ? and p.shadow = 0 and p.error is null",
            since,
        ),
        columns=["score", "delayed", "origin"],
    )
    alarms = []
    if len(frame) < 1000 or frame.delayed.nunique() < 2:
        return alarms
    rate = frame.delayed.mean()
    if not LABEL_RATE[0] <= rate <= LABEL_RATE[1]:
        alarms.append(f"labels: {rate:.2f} delayed")
    auc = roc_auc_score(frame.delayed, frame.score)
    if auc < expected - AUC_DROP:
        alarms.append(f"quality: AUC {auc:.3f}, expected {expected:.3f}")
    for origin, part in frame.groupby("origin"):
        if len(part) >= 300 and part.delayed.nunique() == 2:
            auc = roc_auc_score(part.delayed, part.score)
            if auc < AIRPORT_AUC:
                alarms.append(f"quality at {origin}: AUC {auc:.3f}")
    return alarms
