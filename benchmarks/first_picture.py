"""Measures how soon a run shows itself: `python benchmarks/first_picture.py`.

Starts a service, opens its page, waits until its worker is idle and trains with each preset. Prints
the seconds from POST /train until GET /train/ID/snapshots lists the network before its first step,
and until it lists one that has taken steps; the least and the median of several runs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

import httpx

RUNS = 5
SETTLED = 4  # seconds for the worker to start and to load MNIST
PORT = 8123


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each preset")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "BYHAND_PORT": str(PORT), "BYHAND_DATA_DIR": directory}
        command = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
        quiet = subprocess.DEVNULL
        service = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=60) as client:
                measure(client, runs)
        finally:
            service.terminate()
            service.wait()


def measure(client: httpx.Client, runs: int) -> None:
    until_it_answers(client)
    client.get("/")  # the page, which somebody opens before training
    time.sleep(SETTLED)
    print("seconds from POST /train   first picture          first that differs")
    print("preset                     least    median        least    median")
    for preset in ("fast", "blog", "best"):
        times = [one_run(client, preset) for _ in range(runs)]
        first, moving = zip(*times, strict=True)
        print(
            f"{preset:22}{min(first):10.2f}{median(first):10.2f}"
            f"{min(moving):13.2f}{median(moving):10.2f}"
        )


def until_it_answers(client: httpx.Client) -> None:
    while True:
        try:
            client.get("/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.05)


def one_run(client: httpx.Client, preset: str) -> tuple[float, float]:
    """Seconds until the first and until the second snapshot; the run is cancelled after that."""
    began = time.monotonic()
    job = client.post("/train", json={"preset": preset, "epochs": 5}).json()["id"]
    seen: list[float] = []
    while len(seen) < 2:
        found = client.get(f"/train/{job}/snapshots").json()["items"]
        wanted = min(len(found), 2)
        seen += [time.monotonic() - began] * (wanted - len(seen))
        time.sleep(0.01)
    client.delete(f"/train/{job}")
    while client.get(f"/train/{job}").json()["state"] in ("queued", "running"):
        time.sleep(0.05)
    return seen[0], seen[1]


if __name__ == "__main__":
    main()
