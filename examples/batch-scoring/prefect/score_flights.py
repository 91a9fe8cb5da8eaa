"""Prefect 3: python score_flights.py serves the flow, once a day."""

import subprocess
from datetime import date

from prefect import flow, task

# Trying again helps against full disks and lost workers (70 and signals), not against these.
FINAL = {2: "usage", 12: "refused", 20: "not found", 21: "input", 22: "damaged store"}


class Final(Exception):
    """Ended in a way that another attempt would repeat."""


def is_worth_another_attempt(task, run, state) -> bool:
    try:
        state.result()
    except Final:
        return False
    except Exception:
        return True
    return False


@task(retries=6, retry_delay_seconds=[30, 60, 120, 240, 480, 960], retry_condition_fn=is_worth_another_attempt)
def score(day: str) -> None:
    command = [
        "mlops",
        "score",
        "flight-delay",
        "champion",
        "--registry=/models",
        f"--rows=/data/in/{day}.csv",
        f"--to=/data/out/{day}.csv",
        "--keep=origin,destination",
        "--score=risk",
        f"--rejects=/data/out/{day}-rejects.jsonl",
        "--max-rejects=100",
        "--profile",
    ]
    code = subprocess.run(command, check=False).returncode
    if code in FINAL:
        raise Final(f"mlops score: {FINAL[code]} ({code})")
    if code != 0:
        raise RuntimeError(f"mlops score ended with {code}; the next attempt goes on where it was")


@flow
def score_flights(day: str | None = None) -> None:
    score(day or date.today().isoformat())


if __name__ == "__main__":
    score_flights.serve(name="nightly", cron="30 2 * * *")
