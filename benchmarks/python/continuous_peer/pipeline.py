"""Retraining, gates and rollout: the glue between MLflow, the service and the tables."""

import json
import time

import mlflow
import pandas as pd
import requests
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

MODEL, FEATURES = "flight-delay", ["origin", "destination", "hour", "dayOfWeek", "distance"]
STEPS = (5, 25, 100)


def stamp(moment):
    return str(moment)[:16].replace(" ", "T")


class Pipeline:
    def __init__(self, store, url, validate=True, gates=True):
        self.store, self.url, self.client = store, url, MlflowClient()
        self.validate, self.gates, self.story, self.mechanism = validate, gates, [], {}

    def table(self, since, until):
        found = self.store.read(
            "select r.row, l.delayed, r.t from rows r join labels l on l.id = r.id where r.t >= ? and r.t < ?"
            " order by r.id",
            stamp(since),
            stamp(until),
        )
        frame = pd.DataFrame([json.loads(row) for row, _, _ in found])
        frame["delayed"], frame["t"] = [label for _, label, _ in found], [t for _, _, t in found]
        return frame

    def invalid(self, frame):
        if "weekday" in frame or frame[FEATURES].isna().any().any():
            return "columns are missing"
        if frame.distance.max() > 5000 or frame.distance.min() < 20:
            return f"distance {frame.distance.min()} to {frame.distance.max()}"
        if not 0.08 <= frame.delayed.mean() <= 0.5:
            return f"{frame.delayed.mean():.2f} of the labels are delayed"

    def retrain(self, now, reason, wrap=None):
        judge_from, judge_to = now - pd.Timedelta(days=16), now - pd.Timedelta(days=2)
        learn, judge = self.table(judge_from - pd.Timedelta(weeks=8), judge_from), self.table(judge_from, judge_to)
        problem = self.validate and (self.invalid(learn) or self.invalid(judge))
        if problem:
            return self.tell(now, "stopped by validation", f"{reason}; {problem}")
        columns = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), FEATURES[:4]), (StandardScaler(), ["distance"])
        )
        model = make_pipeline(columns, LogisticRegression(max_iter=200)).fit(learn[FEATURES], learn.delayed)
        model = wrap(model) if wrap else model
        started = time.perf_counter()
        with mlflow.start_run(run_name=stamp(now)):
            mlflow.log_params({"reason": reason[:200], "rows": len(learn), "until": stamp(judge_from)})
            info = mlflow.sklearn.log_model(
                model, name="model", registered_model_name=MODEL, serialization_format="cloudpickle",
                signature=infer_signature(learn[FEATURES].head(5), [0.5]), pip_requirements=["scikit-learn==1.9.1"],
            )
            version = int(info.registered_model_version)
            refused = self.judge(model, judge, version)
        self.mechanism[version] = time.perf_counter() - started
        if refused and self.gates:
            return self.tell(now, "stopped by gates", f"version {version}; {reason}; {refused}")
        self.client.set_registered_model_alias(MODEL, "candidate", version)
        state = self.store.state()
        if state.get("champion") is None:
            return self.promote(now, version)
        self.route(version, champion=state["champion"], candidate=version, share=0, shadow=True)
        self.store.set_state(candidate=version, step="shadow", since=stamp(now))
        self.tell(now, "shadow", f"version {version}; {reason}")

    def judge(self, model, judge, version):
        scores = model.predict_proba(judge[FEATURES])[:, 1]
        auc, brier = roc_auc_score(judge.delayed, scores), brier_score_loss(judge.delayed, scores)
        mlflow.log_metrics({"auc": auc, "brier": brier})
        self.client.set_model_version_tag(MODEL, version, "auc", f"{auc:.4f}")
        champion = self.store.state().get("champion")
        if auc < 0.55:
            return f"AUC {auc:.3f} below 0.55"
        if champion is None:
            return None
        old = mlflow.sklearn.load_model(f"models:/{MODEL}/{champion}")
        new_ms, old_ms = self.latencies(model, old, judge)
        if new_ms > 2 * old_ms:
            return f"latency {new_ms:.1f} ms against the champion's {old_ms:.1f} ms"
        old_auc = roc_auc_score(judge.delayed, old.predict_proba(judge[FEATURES])[:, 1])
        if auc < old_auc - 0.02:
            return f"AUC {auc:.3f} against the champion's {old_auc:.3f}"

    @staticmethod
    def latencies(*models_and_rows):
        *models, judge = models_and_rows
        times = [[] for _ in models]
        for i in range(30):
            row = judge[FEATURES].iloc[[i]]
            for model, own in zip(models, times):
                start = time.perf_counter()
                model.predict_proba(row)
                own.append(time.perf_counter() - start)
        return [sorted(own)[15] * 1e3 for own in times]

    def route(self, version, **routing):
        started = time.perf_counter()
        requests.post(f"{self.url}/routing", json=routing, timeout=60).raise_for_status()
        self.mechanism[version] = self.mechanism.get(version, 0) + time.perf_counter() - started

    def advance(self, now):
        state = self.store.state()
        step, candidate = state.get("step"), state.get("candidate")
        if step is None:
            return
        waited = now - pd.Timestamp(state["since"])
        problem = self.compare(state, candidate)
        if problem:
            self.route(candidate, champion=state["champion"], candidate=None, share=0, shadow=False)
            self.store.set_state(step=None, candidate=None)
            return self.tell(now, f"rolled back at {step}", f"version {candidate}; {problem}")
        if step == "shadow" and waited >= pd.Timedelta(hours=6):
            self.move(now, state, STEPS[0])
        elif step != "shadow" and waited >= pd.Timedelta(days=1):
            following = STEPS[STEPS.index(step) + 1]
            self.promote(now, candidate) if following == 100 else self.move(now, state, following)

    def move(self, now, state, share):
        self.route(state["candidate"], champion=state["champion"], candidate=state["candidate"], share=share, shadow=False)
        self.store.set_state(step=share, since=stamp(now))
        self.tell(now, f"canary {share} %", f"version {state['candidate']}")

    def compare(self, state, candidate):
        frame = pd.DataFrame(
            self.store.read(
                "select p.version, p.score, p.ms, l.delayed from predictions p left join labels l on l.id = p.id"
                " where p.t >= ? and p.error is null",
                state["since"],
            ),
            columns=["version", "score", "ms", "delayed"],
        )
        new, old = frame[frame.version == candidate], frame[frame.version == state["champion"]]
        if len(new) < 30 or len(old) < 30:
            return None
        if new.ms.median() > 2 * old.ms.median() + 20:
            return f"median latency {new.ms.median():.1f} ms against {old.ms.median():.1f} ms"
        if abs(new.score.mean() - old.score.mean()) > 0.15:
            return f"mean score {new.score.mean():.2f} against {old.score.mean():.2f}"
        new, old = new.dropna(), old.dropna()
        if len(new) >= 100 and len(old) >= 100:
            losses = [brier_score_loss(part.delayed, part.score) for part in (new, old)]
            if losses[0] > losses[1] + 0.04:
                return f"Brier score {losses[0]:.3f} against {losses[1]:.3f}"

    def promote(self, now, version):
        started = time.perf_counter()
        self.client.set_registered_model_alias(MODEL, "champion", version)
        self.mechanism[version] += time.perf_counter() - started
        self.route(version, champion=version, candidate=None, share=0, shadow=False)
        auc = float(self.client.get_model_version(MODEL, str(version)).tags["auc"])
        self.store.set_state(champion=version, candidate=None, step=None, expected=auc)
        self.tell(now, "promoted", f"version {version}")

    def tell(self, now, what, why):
        self.story.append((stamp(now), what, why))
