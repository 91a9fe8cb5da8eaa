"""Point-in-time joins by pandas: merge_asof, and rolling windows by hand, over random events with late knowledge.

    python oracles/features.py

Writes oracles/features.json. Times are whole seconds. merge_asof knows one time: so events are given to it in two
ways that Java must agree with. "asof": knowledge at once, last value by key, with and without a tolerance (the time
to live), both bounds inclusive. "known": events whose knowledge time is the time merged on, of which the latest to
become known is taken (Java: an event that happens when it is known). "windows": means over the last hour, both bounds
inclusive, and over the last five events, by filtering with pandas and summing with math.fsum.
"""

import math

import numpy as np
import pandas as pd

from common import emit

rng = np.random.default_rng(20261126)
EVENTS, ROWS = 400, 250

events = pd.DataFrame(
    {
        "id": [f"e{i}" for i in range(EVENTS)],
        "key": [f"k{k}" for k in rng.integers(0, 6, EVENTS)],
        # Distinct times: which of two equal ones merge_asof takes depends on their order.
        "happened": rng.choice(40_000, EVENTS, replace=False),
        "value": rng.normal(0, 1, EVENTS) * 10.0 ** rng.integers(-3, 4, EVENTS),
    }
)
events["known"] = events["happened"] + rng.integers(0, 9_000, EVENTS)
while events["known"].duplicated().any():
    events.loc[events["known"].duplicated(), "known"] += 1
rows = pd.DataFrame(
    {"key": [f"k{k}" for k in rng.integers(0, 7, ROWS)], "at": rng.integers(0, 45_000, ROWS)}
)
# Some rows ask at the very second of an event, and exactly a time to live later.
rows.loc[:19, "at"] = events["happened"].to_numpy()[:20]
rows.loc[:19, "key"] = events["key"].to_numpy()[:20]
rows.loc[20:39, "at"] = events["happened"].to_numpy()[:20] + 3_600
rows.loc[20:39, "key"] = events["key"].to_numpy()[:20]


def number(x):
    return None if x is None or (isinstance(x, float) and math.isnan(x)) else float(x)


def asof(time, tolerance=None):
    left = rows.reset_index().sort_values("at", kind="stable")
    right = events[[time, "key", "value"]].sort_values(time, kind="stable")
    merged = pd.merge_asof(
        left, right, left_on="at", right_on=time, by="key", tolerance=tolerance, direction="backward"
    )
    return [number(v) for v in merged.sort_values("index")["value"]]


def windows():
    hour, five, counts = [], [], []
    for row in rows.itertuples():
        seen = events[(events.key == row.key) & (events.happened <= row.at) & (events.known <= row.at)]
        last_hour = seen[seen.happened >= row.at - 3_600].value
        last_five = seen.sort_values("happened").tail(5).value
        hour.append(math.fsum(last_hour) / len(last_hour) if len(last_hour) else None)
        five.append(math.fsum(last_five) / len(last_five) if len(last_five) else None)
        counts.append(len(last_hour))
    return {"meanHour": hour, "meanFive": five, "countHour": counts}


emit(
    __file__,
    {
        "seed": 20261126,
        "events": events[["id", "key", "happened", "known", "value"]].to_dict("list"),
        "rows": rows.to_dict("list"),
        "asof": asof("happened"),
        "asofHour": asof("happened", 3_600),
        "known": asof("known"),
        "windows": windows(),
    },
    "pandas",
)
