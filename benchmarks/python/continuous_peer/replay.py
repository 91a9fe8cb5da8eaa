"""Replays the frozen scenario through the loop wired from MLflow, FastAPI and Evidently, and measures it.

    pip install -r requirements.txt
    python replay.py events.jsonl result.json        # events.jsonl: io.mlops4j.examples.continuous.FrozenScenario

This file is the measuring stick, not the loop: it plays the clock, the clients and the label supplier. The loop is
serve.py, monitor.py, pipeline.py and store.py. Servers listen on 127.0.0.1 and are ended when the replay ends.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
MLFLOW_PORT, SERVE_PORT = 18481, 18482
FAULTS = {
    "schema": ("2001-04-03T00:00", "2001-04-04T00:00"),
    "unit": ("2001-04-16T00:00", "2001-04-19T00:00"),
    "labels": ("2001-05-20T00:00", "2001-05-23T00:00"),
    "slow": ("2001-06-04T00:00", "2001-06-05T00:00"),
    "airport": ("2001-06-11T00:00", "2001-07-01T00:00"),
}
LIVE = "2001-02-26T06:00"


def wait_for(url, process):
    import requests

    for _ in range(300):
        try:
            if requests.get(url, timeout=2).status_code < 500:
                return
        except requests.RequestException:
            pass
        if process.poll() is not None:
            sys.exit(f"{url}: the server ended with {process.returncode}")
        time.sleep(0.2)
    sys.exit(f"{url}: not up after a minute")


def start(root):
    uri = f"http://127.0.0.1:{MLFLOW_PORT}"
    env = dict(
        os.environ, MLFLOW_TRACKING_URI=uri, PEER_DB=str(root / "peer.db"), PYTHONPATH=str(HERE), GIT_PYTHON_REFRESH="quiet",
        MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="1", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",
    )
    os.environ.update(env)
    bin_ = pathlib.Path(sys.executable).parent
    processes = [
        subprocess.Popen(
            [bin_ / "mlflow", "server", "--host", "127.0.0.1", "--port", str(MLFLOW_PORT), "--workers", "1",
             "--backend-store-uri", f"sqlite:///{root}/mlflow.db", "--artifacts-destination", str(root / "artifacts")],
            env=env, stdout=open(root / "mlflow.log", "w"), stderr=subprocess.STDOUT,
        ),
        subprocess.Popen(
            [bin_ / "uvicorn", "serve:app", "--host", "127.0.0.1", "--port", str(SERVE_PORT), "--log-level", "warning"],
            env=env, stdout=open(root / "serve.log", "w"), stderr=subprocess.STDOUT,
        ),
    ]
    wait_for(f"{uri}/health", processes[0])
    wait_for(f"http://127.0.0.1:{SERVE_PORT}/openapi.json", processes[1])
    return uri, processes


class Slow:
    """A model that takes 30 ms longer a call."""

    def __init__(self, model):
        self.model = model

    def predict_proba(self, rows):
        time.sleep(0.03)
        return self.model.predict_proba(rows)


def replay(events, uri, root, options):
    import mlflow
    import pandas as pd
    import requests

    import monitor
    from pipeline import FEATURES, Pipeline, stamp
    from store import Store

    mlflow.set_tracking_uri(uri)
    store = Store(root / "peer.db")
    loop = Pipeline(store, f"http://127.0.0.1:{SERVE_PORT}", **options)
    session, alarms, served, looks = requests.Session(), [], collections.Counter(), 0
    answers, reference, last_retrain = {}, None, None
    pending_rows, restated, pending_labels, asked = [], [], [], []

    def flush(hour):
        nonlocal pending_rows, restated, pending_labels, asked
        if pending_rows:
            store.write("insert or replace into rows values (?, ?, ?)", pending_rows)
        if restated:
            store.write("update rows set row = ? where id = ?", restated)
        if pending_labels:
            store.write("insert or replace into labels values (?, ?, ?)", pending_labels)
        if asked and hour > LIVE:
            found = session.post(f"http://127.0.0.1:{SERVE_PORT}/predict", json=asked, timeout=60)
            found.raise_for_status()
            for request, answer in zip(asked, found.json()):
                answers[request["id"]] = (request["t"], request["row"], answer.get("version"))
        pending_rows, restated, pending_labels, asked = [], [], [], []

    def look(now):
        nonlocal reference, last_retrain, looks
        looks += 1
        scheduled = now >= pd.Timestamp(LIVE) and now.dayofweek == 0 and now.hour == 6
        scheduled = scheduled and (now - pd.Timestamp(LIVE)).days % 14 == 0
        found = []
        if now > pd.Timestamp(LIVE):
            found = monitor.service(store, now) + monitor.inputs(store, now, reference)
            found += monitor.quality(store, now, store.state()["expected"])
            alarms.extend((stamp(now), text) for text in found)
        loop.advance(now)
        idle = store.state().get("step") is None
        cooled = last_retrain is None or (now - last_retrain).days >= 7
        if (scheduled or (found and cooled)) and idle:
            last_retrain = now
            slow = options.get("slow", True) and FAULTS["slow"][0] <= stamp(now) < FAULTS["slow"][1]
            loop.retrain(now, "schedule" if scheduled else found[0], Slow if slow else None)
            if loop.story and loop.story[-1][1] == "promoted" and loop.story[-1][0] == stamp(now):
                reference = None
        if reference is None and now >= pd.Timestamp(LIVE):
            reference = loop.table(now - pd.Timedelta(weeks=8), now - pd.Timedelta(days=2))[FEATURES].sample(
                4000, random_state=1
            )

    hour = None
    for line in open(events):
        event = json.loads(line)
        if event["t"][:13] != hour:
            if hour is not None:
                flush(hour + ":59")
                first = pd.Timestamp(hour + ":00") + pd.Timedelta(hours=1)
                for at in pd.date_range(first, pd.Timestamp(event["t"][:13] + ":00"), freq="h"):
                    if at.hour % 6 == 0:
                        look(at)
            hour = event["t"][:13]
        if event["e"] == "ask":
            pending_rows.append((event["id"], event["t"], json.dumps(event["row"])))
            asked.append({"id": event["id"], "t": event["t"], "row": event["row"]})
        elif event["e"] == "row":
            restated.append((json.dumps(event["row"]), event["id"]))
        else:
            pending_labels.append((event["id"], event["t"], event["delayed"]))
    flush(hour + ":59")
    return loop, alarms, answers, looks


def explained(alarm_time, text):
    """The fault an alarm tells of, by its kind and moment; a window may look a day back."""
    import pandas as pd

    kinds = {"schema": ("errors",), "unit": ("drift of distance",), "labels": ("labels", "quality"), "airport": ("quality at LAX",)}
    for fault, starts in kinds.items():
        begin, end = FAULTS[fault]
        end = (pd.Timestamp(end) + pd.Timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        if begin < alarm_time <= end and text.startswith(starts):
            return fault


def measure(loop, alarms, answers):
    import pandas as pd

    detected, episodes, open_until = {}, [], {}
    for at, text in alarms:
        fault, kind = explained(at, text), text.split(":")[0]
        if fault:
            detected.setdefault(fault, (at, text))
        elif pd.Timestamp(at) > open_until.get(kind, pd.Timestamp("2001-01-01")):
            episodes.append((at, text))
        open_until[kind] = pd.Timestamp(at) + pd.Timedelta(hours=6)
    tainted, slow_versions = set(), set()
    for at, what, why in loop.story:
        version = int(why.split()[1].rstrip(";")) if why.startswith("version") else None
        if FAULTS["labels"][0] <= at < FAULTS["labels"][1] and version and what in ("shadow", "stopped by gates"):
            tainted.add(version)
        if FAULTS["slow"][0] <= at < FAULTS["slow"][1] and version and what in ("shadow", "stopped by gates"):
            slow_versions.add(version)
        if version in slow_versions and ("latency" in why) and "slow" not in detected:
            detected["slow"] = (at, f"{what}: {why}")
        if FAULTS["labels"][0] < at < FAULTS["labels"][1] and what == "stopped by validation" and "labels" not in detected:
            detected["labels"] = (at, f"{what}: {why}")

    def within(fault, t):
        return FAULTS[fault][0] <= t < FAULTS[fault][1]

    def until(fault):
        return detected[fault][0] if fault in detected else FAULTS[fault][1]

    every = answers.values()
    bad = {
        "schema": sum(1 for t, row, v in every if "weekday" in row and v is not None),
        "unit": sum(1 for t, row, v in every if within("unit", t) and v is not None and t < until("unit")),
        "labels": sum(1 for _, _, v in every if v in tainted),
        "slow": sum(1 for _, _, v in every if v in slow_versions),
        "airport": sum(1 for t, row, v in every if within("airport", t) and row["origin"] == "LAX" and t < until("airport")),
    }
    hours = {
        f: (pd.Timestamp(at) - pd.Timestamp(FAULTS[f][0])).total_seconds() / 3600 for f, (at, _) in detected.items()
    }
    return {
        "detected": {f: {"hours": hours[f], "at": at, "by": text} for f, (at, text) in sorted(detected.items())},
        "notDetected": sorted(set(FAULTS) - set(detected)),
        "badPredictions": bad,
        "refusedRows": sum(1 for _, _, v in every if v is None),
        "answers": sum(1 for _, _, v in every if v is not None),
        "falseAlarmEpisodes": len(episodes),
        "falseAlarms": [f"{at} {text}" for at, text in episodes[:40]],
        "promoted": [why for _, what, why in loop.story if what == "promoted"],
        "mechanismSeconds": {str(v): round(s, 3) for v, s in sorted(loop.mechanism.items())},
        "story": [" | ".join(entry) for entry in loop.story],
    }


def family(pids):
    """The pids and all they have started."""
    children = collections.defaultdict(list)
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            children[int(fields[1])].append(int(stat.parent.name))
        except (OSError, IndexError):
            pass
    todo, found = list(pids), []
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children[pid]
    return found


def code_lines(files):
    lines = [line.strip() for file in files for line in (HERE / file).read_text().splitlines()]
    return sum(1 for line in lines if line and not line.startswith(("#", '"""')))


def main():
    events, result = sys.argv[1], sys.argv[2]
    options = {"validate": "--no-validation" not in sys.argv, "gates": "--no-gates" not in sys.argv}
    root = pathlib.Path(tempfile.mkdtemp(prefix="continuous-peer"))
    uri, processes = start(root)
    began = time.time()
    try:
        loop, alarms, answers, looks = replay(events, uri, root, options)
        measured = measure(loop, alarms, answers)
        measured["looks"], measured["wallSeconds"] = looks, round(time.time() - began, 1)
        measured["processes"] = len(family([p.pid for p in processes])) + 1
        measured["processesConfigured"] = "mlflow server, uvicorn, scheduler"
        measured["userCodeLines"] = code_lines(["serve.py", "monitor.py", "pipeline.py", "store.py"])
        freeze = subprocess.run([sys.executable, "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
        measured["dependencies"] = len(freeze.stdout.split())
        measured["options"] = options
        pathlib.Path(result).write_text(json.dumps(measured, indent=1) + "\n")
    finally:
        for process in processes:
            for pid in reversed(family([process.pid])):
                try:
                    os.kill(pid, 15)
                except ProcessLookupError:
                    pass
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
