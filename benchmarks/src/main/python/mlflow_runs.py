"""MLflow on the runs of docs/benchmarks.md: writing them and querying them, SQLite backend, in one process each.

    pip install mlflow==VERSION
    python benchmarks/src/main/python/mlflow_runs.py write DIRECTORY RUNS
    python benchmarks/src/main/python/mlflow_runs.py query DIRECTORY

The client talks to the SQL store directly (no server in between), and each run is written with log_batch, MLflow's fastest
way. TrackingRuns (Java) prints the same lines for this library.
"""

import random
import sys
import time
from importlib.metadata import version

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

# The third needs an OR, which MLflow's language does not have: its two halves are asked one after the other.
QUERIES = [
    (["metrics.auc > 0.99"], [], 1000),
    (["params.depth = '2' and tags.team = 'risk'", "params.depth = '3' and tags.team = 'risk'"], ["metrics.auc DESC"], 10),
    (["metrics.auc > 0.5 and params.kind LIKE 't%'", "metrics.loss < 0.1 and params.kind LIKE 't%'"], ["metrics.loss"], 10),
    ([""], [], 10),
]


def client(directory: str) -> MlflowClient:
    return MlflowClient(tracking_uri=f"sqlite:///{directory}/mlflow.db")


def write(directory: str, runs: int) -> None:
    mlflow = client(directory)
    experiment = mlflow.create_experiment("bench", artifact_location=f"{directory}/artifacts")
    start = time.perf_counter()
    for i in range(runs):
        rng = random.Random(i)
        run = mlflow.create_run(experiment, run_name=f"run {i}")
        params = {"depth": rng.randint(2, 10), "rate": rng.random(), "kind": "trees" if i % 3 == 0 else "linear",
                  "rows": 406297, "seed": i}
        now = int(time.time() * 1000)
        metrics = [Metric(name, rng.random(), now, step) for step in range(5) for name in ("auc", "loss", "seconds")]
        mlflow.log_batch(run.info.run_id, metrics, [Param(k, str(v)) for k, v in params.items()],
                         [RunTag("team", "risk" if i % 2 == 0 else "fraud")])
        mlflow.set_terminated(run.info.run_id)
    seconds = time.perf_counter() - start
    print(f"write: {runs} runs, {seconds:.1f} s, {seconds * 1e3 / runs:.2f} ms a run, "
          f"{time.process_time() * 1e3 / runs:.2f} ms CPU a run")


def query(directory: str) -> None:
    start = time.perf_counter()
    mlflow = client(directory)
    experiment = mlflow.get_experiment_by_name("bench").experiment_id
    for turn in range(3):
        for number, (filters, order, most) in enumerate(QUERIES):
            before = start if turn == 0 and number == 0 else time.perf_counter()
            found = sum(len(mlflow.search_runs([experiment], f, order_by=order, max_results=most)) for f in filters)
            print(f"query, round {turn}: {time.perf_counter() - before:.3f} s, CPU so far {time.process_time():.2f} s,"
                  f" {found} runs: {filters}", flush=True)


def main() -> None:
    print(f"mlflow {version('mlflow')}, Python {sys.version.split()[0]}")
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]))
    else:
        query(sys.argv[2])


if __name__ == "__main__":
    main()
