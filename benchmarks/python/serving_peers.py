"""The small model of the ratio budgets behind FastAPI + ONNX Runtime, and behind MLflow's scoring server.

    pip install mlflow==3.17.2 onnx onnxruntime fastapi uvicorn
    python benchmarks/python/serving_peers.py            # prints a line a server, then waits for Enter

The lines are arguments of io.mlops4j.benchmarks.ServingPeers, which loads both over loopback and our predictor in its
own process. One worker process each, as each has by default; ONNX Runtime with one intra-op thread.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow calls uvicorn
MODEL = pathlib.Path(__file__).resolve().parents[1] / "src/main/resources/mlp.onnx"

APP = """
import numpy
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession({model!r}, options)
name = session.get_inputs()[0].name
app = FastAPI()


class Request(BaseModel):
    row: list[float]


@app.post("/predict")
def predict(request: Request):
    answer = session.run(None, {{name: numpy.asarray([request.row], dtype=numpy.float32)}})
    return {{"p": float(answer[-1][0][1])}}


@app.get("/health")
def health():
    return "ok"
"""


def wait(url, process, seconds):
    for _ in range(seconds * 5):
        if process.poll() is not None:
            sys.exit(f"{url}: the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{url}: not up after {seconds} s")


def main():
    root = pathlib.Path(tempfile.mkdtemp(prefix="serving-peers"))
    (root / "app.py").write_text(APP.format(model=str(MODEL)))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    servers = []
    try:
        servers.append(
            subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", "8101", "--log-level", "warning"],
                cwd=root, **quiet))
        wait("http://127.0.0.1:8101/health", servers[-1], 60)
        import mlflow
        import onnx
        mlflow.onnx.save_model(onnx.load(MODEL), str(root / "model"), onnx_execution_providers=["CPUExecutionProvider"])
        servers.append(
            subprocess.Popen(
                [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(root / "model"), "--env-manager", "local",
                 "--host", "127.0.0.1", "--port", "8102", "--workers", "1"],
                cwd=root, **quiet))
        wait("http://127.0.0.1:8102/ping", servers[-1], 120)
        print("fastapi=http://127.0.0.1:8101/predict", flush=True)
        print("mlflow=http://127.0.0.1:8102/invocations", flush=True)
        sys.stdin.readline()
    finally:
        for server in servers:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
