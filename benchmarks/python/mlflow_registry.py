"""MLflow's model registry on SQLite, doing what RegistryStoreBenchmark does.

    pip install mlflow==3.17.2
    python benchmarks/python/mlflow_registry.py [versions]

Client and store are in this process, as in a Python service without a tracking server: nothing is spent on a
network. A version's file is one byte, stored in a local directory. Prints milliseconds an operation.
"""

import os
import pathlib
import sys
import tempfile
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402


def timed(name, count, work):
    start = time.perf_counter()
    for i in range(count):
        work(i)
    print(f"{name:34s} {(time.perf_counter() - start) / count * 1e3:10.3f} ms  ({count} times)", flush=True)


def main():
    versions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    root = pathlib.Path(tempfile.mkdtemp(prefix="mlflow-registry"))
    uri = f"sqlite:///{root}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    client = MlflowClient()
    experiment = client.create_experiment("e", artifact_location=(root / "artifacts").as_uri())
    client.create_registered_model("delay")
    file = root / "model.bin"

    def register(i):
        run = client.create_run(experiment)
        file.write_bytes(bytes([i % 256]))
        client.log_artifact(run.info.run_id, str(file))
        client.create_model_version("delay", f"{run.info.artifact_uri}/model.bin", run.info.run_id)
        client.set_terminated(run.info.run_id)

    print(f"MLflow {mlflow.__version__}, Python {sys.version.split()[0]}, {versions} versions")
    timed("register (run, file, version)", versions, register)
    client.set_registered_model_alias("delay", "champion", "1")
    timed("resolve (get by alias)", 300, lambda i: client.get_model_version_by_alias("delay", "champion"))

    def follow(i):
        client.set_registered_model_alias("delay", "champion", str(1 + i % 2))
        found = MlflowClient().get_model_version_by_alias("delay", "champion")
        assert int(found.version) == 1 + i % 2

    timed("follow (move alias, see it)", 100, follow)

    def everything(i):
        fresh, found, token = MlflowClient(), 0, None
        while True:
            page = fresh.search_model_versions("name='delay'", max_results=10_000, page_token=token)
            found += len(page)
            token = page.token
            if not token:
                break
        assert found == versions

    timed(f"read all {versions} versions", 3, everything)


main()
