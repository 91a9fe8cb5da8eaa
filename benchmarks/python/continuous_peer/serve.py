"""The service: FastAPI in front of the versions MLflow's aliases name, with a split by flight id and a shadow."""

import json
import os
import time
import zlib

import mlflow
import pandas as pd
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel, ConfigDict, ValidationError

from store import Store

MODEL = "flight-delay"


class Flight(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    origin: str
    destination: str
    distance: float
    hour: int
    dayOfWeek: int


app = FastAPI()
store = Store(os.environ["PEER_DB"])
mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
loaded = {}
routing = {"champion": None, "candidate": None, "share": 0, "shadow": False}


def load(version):
    if version is not None and version not in loaded:
        loaded[version] = mlflow.sklearn.load_model(f"models:/{MODEL}/{version}")


@app.post("/routing")
def set_routing(body: dict):
    for version in (body["champion"], body["candidate"]):
        load(version)
    routing.update(body)
    for version in set(loaded) - {body["champion"], body["candidate"]}:
        del loaded[version]
    return routing


def score(version, rows):
    frame = pd.DataFrame([flight.model_dump() for flight in rows])
    start = time.perf_counter()
    scores = loaded[version].predict_proba(frame)[:, 1]
    return scores, (time.perf_counter() - start) * 1e3


def log(version, shadow, asked, scores, ms):
    store.write(
        "insert into predictions values (?, ?, ?, ?, ?, ?, null, ?)",
        [(a["id"], a["t"], version, shadow, float(s), ms, json.dumps(a["row"])) for a, s in zip(asked, scores)],
    )


def mirror(asked, flights):
    scores, ms = score(routing["candidate"], flights)
    log(routing["candidate"], 1, asked, scores, ms)


@app.post("/predict")
def predict(requests: list[dict], background: BackgroundTasks):
    answers, arms = {}, {}
    for request in requests:
        try:
            flight = Flight.model_validate(request["row"])
        except ValidationError as e:
            answers[request["id"]] = {"error": str(e)}
            store.write(
                "insert into predictions values (?, ?, null, 0, null, null, ?, ?)",
                [(request["id"], request["t"], str(e), json.dumps(request["row"]))],
            )
            continue
        to_candidate = zlib.crc32(str(request["id"]).encode()) % 100 < routing["share"]
        arms.setdefault(routing["candidate" if to_candidate else "champion"], []).append((request, flight))
    for version, pairs in arms.items():
        asked, flights = [a for a, _ in pairs], [f for _, f in pairs]
        scores, ms = score(version, flights)
        log(version, 0, asked, scores, ms)
        for request, value in zip(asked, scores):
            answers[request["id"]] = {"risk": float(value), "version": version}
        if routing["shadow"]:
            background.add_task(mirror, asked, flights)
    return [answers[request["id"]] for request in requests]
