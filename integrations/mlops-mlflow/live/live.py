"""The Python half of the live check: see run.sh. Prints one line per fact, and fails on the first wrong one."""

import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
HERE = pathlib.Path(__file__).resolve().parent
MODULE = HERE.parent
sys.path.insert(0, str(MODULE / "fixtures"))

import mlflow
import numpy as np
import onnx
from server import MlflowServer

RESOURCES = MODULE / "src" / "test" / "resources" / "mlflow" / "models"
ROW = np.array([[1000, 12, 3, 20]], dtype="float32")


def check(fact, holds):
    print(("ok   " if holds else "WRONG ") + fact, flush=True)
    if not holds:
        raise SystemExit("The live check failed: " + fact)


def main():
    with tempfile.TemporaryDirectory() as work, MlflowServer(work) as server:
        print(f"MLflow {mlflow.__version__}, Python {sys.version.split()[0]}, {server.url}", flush=True)
        mlflow.set_tracking_uri(server.url)
        mlflow.set_experiment("flights")
        log_models()
        guide(server.url, work)
        result = java(server.url)
        look(result)
    print("The live check passed.")


def log_models():
    model = onnx.load(RESOURCES / "columns" / "model.onnx")
    external = onnx.load(RESOURCES / "external" / "model.onnx")  # with its weights
    with mlflow.start_run(run_name="logistic"):
        mlflow.log_param("C", 0.5)
        mlflow.log_metric("auc", 0.71875)
        logged = mlflow.onnx.log_model(
            model,
            name="columns",
            signature=mlflow.models.ModelSignature.from_dict(signature()),
            extra_files=[str(RESOURCES / "columns" / "extra_files" / "golden.json")],
            pip_requirements=["mlflow"],
            save_as_external_data=False,
            registered_model_name="flight-delay",
        )
        mlflow.onnx.log_model(
            external, name="external", pip_requirements=["mlflow"], registered_model_name="external"
        )
    mlflow.MlflowClient().set_registered_model_alias("flight-delay", "champion", logged.registered_model_version)


def guide(url, work):
    """The Python block of docs/mlflow.md as it stands there, and its way to a directory."""
    text = (MODULE.parent.parent / "docs" / "mlflow.md").read_text()
    block = text.split("```python\n")[1].split("```")[0]
    assert "http://127.0.0.1:5000" in block
    script = pathlib.Path(work) / "guide.py"
    script.write_text(block.replace("http://127.0.0.1:5000", url))
    subprocess.run([sys.executable, script], cwd=work, check=True, timeout=300)
    target = MODULE / "target" / "delay-model"
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "mlflow", "artifacts", "download", "-u", "models:/delay/1", "-d", str(target)]
    subprocess.run(command, env={**os.environ, "MLFLOW_TRACKING_URI": url}, check=True, timeout=300)
    check("the guide's Python block ran, and its model was downloaded", (target / "MLmodel").exists())


def signature():
    columns = [
        {"type": "double", "name": name, "required": True} for name in ["distance", "hour", "dayOfWeek", "windKmh"]
    ]
    return {"inputs": json.dumps(columns), "outputs": None, "params": None}


def java(url):
    maven = os.environ.get("MVN", "mvn").split()
    root = MODULE.parent.parent
    target = MODULE / "target" / "live.json"
    target.unlink(missing_ok=True)
    command = [
        *maven, "-B", "-ntp", "-q", "-Dquick", "-Pmlflow-live", f"-Dmlflow.url={url}",
        "-pl", "integrations/mlops-mlflow", "-am", "test",
        "-Dtest=LiveMlflowTest", "-Dsurefire.failIfNoSpecifiedTests=false",
    ]  # fmt: skip
    subprocess.run(command, cwd=root, check=True, timeout=900)
    check("the Java half ran and wrote target/live.json", target.exists())
    return json.loads(target.read_text())


def look(result):
    client = mlflow.MlflowClient()
    run = client.get_run(result["runId"])
    history = [(m.step, m.value) for m in client.get_metric_history(result["runId"], "loss")]
    check("Java imported the alias champion with golden rows", result["golden"])
    check("Java served the guide's model from its directory and from the server", result["guide"])
    check("the run is FINISHED", run.info.status == "FINISHED" and run.info.end_time >= run.info.start_time)
    check("an abandoned run is FAILED", client.get_run(result["abandoned"]).info.status == "FAILED")
    check("search finds it by name", found(client, "java retraining") == [result["runId"]])
    check("no run came twice", len(found(client, None)) == 2)
    check("252 parameters", len(run.data.params) == 252 and run.data.params["p249"] == "249")
    check("a parameter of 6,000 characters", run.data.params["long"] == "ü" * 6000)
    check("the imported run's parameter", run.data.params["C"] == "0.5")
    check("3 steps of loss", sorted(history) == [(0, 1.0), (1, 0.5), (2, 1 / 3)])
    check("1,200 metrics at once", run.data.metrics["m1199"] == 119.9)
    check("NaN stays NaN", math.isnan(run.data.metrics["diverged"]))
    check("infinity is the largest double", run.data.metrics["infinite"] == sys.float_info.max)
    check("the evaluation's AUC", run.data.metrics.get("auc") == 1.0 or run.data.metrics.get("AUC") == 1.0)
    check("tags", run.data.tags["team"] == "operations")
    check("the commit", run.data.tags["mlflow.source.git.commit"] == "abc123")
    data = run.inputs.dataset_inputs
    check("the training data", len(data) == 1 and data[0].dataset.digest == "ab" * 16)
    report = pathlib.Path(client.download_artifacts(result["runId"], "reports/gate 1.html"))
    check("the artifact", report.read_text() == "<p>passed</p>")

    version = client.get_model_version(result["name"], str(result["number"]))
    check("the version is READY and of this run", version.status == "READY" and version.run_id == result["runId"])
    check("its tags", version.tags["mlops4j.version"] == "flight-delay-java:1" and version.tags["mlops4j.stage"] == "NONE")
    check("one version, although registered twice", len(client.search_model_versions("name='flight-delay-java'")) == 1)
    outputs = [o.model_id for o in run.outputs.model_outputs]
    logged = [m for m in client.search_logged_models([run.info.experiment_id])]
    check("two logged models, READY", {m.model_id for m in logged} == set(outputs) and len(outputs) == 2)
    check("their status", {str(m.status) for m in logged} == {"READY"})

    uri = f"models:/{result['name']}/{result['number']}"
    info = mlflow.models.get_model_info(uri)
    check("get_model_info: flavours", set(info.flavors) == {"onnx", "python_function", "mlops4j"})
    check("get_model_info: run and model", info.run_id == result["runId"] and info.model_id in outputs)
    check("get_model_info: signature", info.signature.inputs.to_dict()[0]["tensor-spec"]["shape"] == (-1, 4))
    onnx.checker.check_model(mlflow.onnx.load_model(uri))
    check("mlflow.onnx.load_model: a valid graph", True)
    layers = mlflow.pyfunc.load_model("models:/external-java/1").predict({"features": ROW})["probabilities"]
    original = mlflow.pyfunc.load_model("models:/external/1").predict(ROW)["probabilities"]
    check("a model with weights in a second file, there and back", np.array_equal(layers, original))
    answer = mlflow.pyfunc.load_model(uri).predict({"features": ROW})["probabilities"][0][1]
    check(f"mlflow.pyfunc: {answer:.7f}, Java: {result['answer']:.7f}", abs(answer - result["answer"]) < 1e-6)


def found(client, name):
    experiment = client.get_experiment_by_name("java").experiment_id
    filters = f"attributes.run_name = '{name}'" if name else ""
    return [r.info.run_id for r in client.search_runs([experiment], filters)]


if __name__ == "__main__":
    main()
