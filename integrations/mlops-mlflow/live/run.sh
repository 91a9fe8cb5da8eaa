#!/bin/sh
# Runs mlops-mlflow against a real MLflow server on 127.0.0.1, then looks with Python's own client at what Java wrote.
#   integrations/mlops-mlflow/live/run.sh
# Needs Python 3.10 or newer and the network for pip once; PYTHON names another interpreter, MLFLOW_VENV a ready
# environment with fixtures/requirements.txt, MVN another Maven.
set -eu
module=$(cd "$(dirname "$0")/.." && pwd)
venv=${MLFLOW_VENV:-$module/target/venv}
if [ ! -x "$venv/bin/mlflow" ]; then
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install -q -r "$module/fixtures/requirements.txt"
fi
exec "$venv/bin/python" -B "$module/live/live.py"
