"""The same million rows joined by pandas' merge_asof and by Feast's default offline store.

    python benchmarks/python/feature_join.py DIRECTORY [ROWS]

Needs pandas, pyarrow and, for its row, feast. Writes DIRECTORY/rows.csv and events.csv (for FeatureJoinMillion) and
the same as Parquet; prints seconds and a checksum of the joined values. Feast runs as its documentation shows:
file source, local provider, get_historical_features with an entity frame in memory.
"""

import pathlib
import sys
import time
from datetime import timedelta

import numpy as np
import pandas as pd

directory = pathlib.Path(sys.argv[1])
count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
directory.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(1)
KEYS, SECONDS = 10_000, 30 * 86_400
start = pd.Timestamp("2026-01-01T00:00:00Z")


def at(seconds):
    return start + pd.to_timedelta(seconds, unit="s")


events = pd.DataFrame(
    {
        "id": np.arange(count),
        "key": rng.integers(0, KEYS, count),
        "happened": at(rng.integers(0, SECONDS, count)),
        "value": rng.normal(size=count),
    }
).drop_duplicates(["key", "happened"])
rows = pd.DataFrame({"key": rng.integers(0, KEYS, count), "at": at(rng.integers(0, SECONDS, count))})


def write_csv(frame, name):
    text = frame.copy()
    for column in text.select_dtypes("datetimetz"):
        text[column] = text[column].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    text.to_csv(directory / name, index=False)


write_csv(events, "events.csv")
write_csv(rows, "rows.csv")


def told(what, seconds, cpu, values):
    print(f"{what}: {seconds:.2f} s ({cpu:.2f} s of CPU), {len(values)} rows, {values.isna().sum()} missing, sum {values.sum():.6f}", flush=True)


for _ in range(3):
    begun, worked = time.perf_counter(), time.process_time()
    left = rows.reset_index().sort_values("at", kind="stable")
    right = events.sort_values("happened", kind="stable")
    joined = pd.merge_asof(
        left, right, left_on="at", right_on="happened", by="key", tolerance=pd.Timedelta(days=1)
    ).sort_values("index")
    told("pandas merge_asof, both frames in memory", time.perf_counter() - begun, time.process_time() - worked, joined["value"])

try:
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
    from feast.types import Float64
except ImportError as missing:
    print(f"Feast: not installed ({missing})")
    sys.exit()

parquet = directory / "events.parquet"
events.rename(columns={"happened": "event_timestamp"}).to_parquet(parquet)
store = FeatureStore(
    config=RepoConfig(
        project="join",
        provider="local",
        registry=str(directory / "registry.db"),
        online_store={"type": "sqlite", "path": str(directory / "online.db")},
        entity_key_serialization_version=3,
    )
)
entity = Entity(name="key", join_keys=["key"], value_type=ValueType.INT64)
view = FeatureView(
    name="events",
    entities=[entity],
    ttl=timedelta(days=1),
    schema=[Field(name="value", dtype=Float64)],
    source=FileSource(path=str(parquet), timestamp_field="event_timestamp"),
)
store.apply([entity, view])
frame = rows.rename(columns={"at": "event_timestamp"})
begun, worked = time.perf_counter(), time.process_time()
joined = store.get_historical_features(entity_df=frame, features=["events:value"]).to_df()
told("Feast get_historical_features, local file store", time.perf_counter() - begun, time.process_time() - worked, joined["value"])
