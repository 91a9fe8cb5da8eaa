"""Airflow 3: one job a day, named by its data interval, so that a backfill or a cleared task runs each day once."""

import subprocess
from datetime import datetime, timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

# Trying again helps against full disks and lost workers (70 and signals), not against these.
FINAL = {2: "usage", 12: "refused", 20: "not found", 21: "input", 22: "damaged store"}


@dag(
    schedule="30 2 * * *",
    start_date=datetime(2026, 11, 1),
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 6, "retry_delay": timedelta(seconds=30), "retry_exponential_backoff": True},
)
def score_flights():
    @task
    def score(ds: str | None = None) -> None:
        command = [
            "mlops",
            "score",
            "flight-delay",
            "champion",
            "--registry=/models",
            f"--rows=/data/in/{ds}.csv",
            f"--to=/data/out/{ds}.csv",
            "--keep=origin,destination",
            "--score=risk",
            f"--rejects=/data/out/{ds}-rejects.jsonl",
            "--max-rejects=100",
            "--profile",
        ]
        code = subprocess.run(command, check=False).returncode
        if code in FINAL:
            raise AirflowFailException(f"mlops score: {FINAL[code]} ({code})")
        if code != 0:
            raise RuntimeError(f"mlops score ended with {code}; the next attempt goes on where it was")

    score()


score_flights()
