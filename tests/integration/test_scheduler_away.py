"""A cluster whose scheduler is away: jobs wait, everybody is told why, and they go on."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.integration.cluster import Cluster, free_port
from tests.integration.server import Server, until

pytestmark = pytest.mark.timeout(600)

SMALL = {"epochs": 1, "train_examples": 500, "hidden_layers": [8]}


@pytest.fixture
def away(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server whose scheduler has not been started, and the scheduler's address."""
    address = f"tcp://127.0.0.1:{free_port()}"
    server = Server(tmp_path / "data", BYHAND_DASK_ADDRESS=address)
    server.start()
    yield server, address
    server.kill_all()


def told(server: Server, id: str) -> tuple[str | None, str | None]:
    """Why the job waits, by itself and by /readyz."""
    return server.get(f"/train/{id}").get("waits_for"), server.get("/readyz").get("training")


def test_a_scheduler_that_comes_late_or_stands_still_is_told_of(
    away: tuple[Server, str], tmp_path: Path
) -> None:
    server, address = away
    id = server.submit(**SMALL)
    until(lambda: all("cannot be reached" in (each or "") for each in told(server, id)))
    assert server.get("/readyz")["status"] == "ok"  # for all else
    cluster = Cluster(tmp_path, workers=1, address=address)
    try:
        assert server.ended(id)["state"] == "succeeded"
        assert told(server, id) == (None, None)
        scheduler = psutil.Process(cluster.pid("scheduler"))
        scheduler.send_signal(signal.SIGSTOP)
        try:
            second = server.submit(**SMALL)
            until(lambda: all("cannot be reached" in (each or "") for each in told(server, second)))
        finally:
            scheduler.send_signal(signal.SIGCONT)
        assert server.ended(second)["state"] == "succeeded"
    finally:
        cluster.close()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    events = [line["event"] for line in lines if line["event"].startswith("training ")]
    assert events[0] == "training waits"
    assert events.count("training goes on: Dask has workers again") == 2
    assert len(events) < 12  # it is told when it changes, not at each look


def test_a_cluster_without_workers_is_told_of(away: tuple[Server, str], tmp_path: Path) -> None:
    server, address = away
    cluster = Cluster(tmp_path, workers=0, address=address)
    try:
        id = server.submit(**SMALL)
        until(lambda: all("has no workers" in (each or "") for each in told(server, id)))
        time.sleep(1)
        lines = [json.loads(line) for line in server.log.read_text().splitlines()]
        whys = [line["why"] for line in lines if line["event"] == "training waits"]
        assert whys.count(whys[-1]) == 1  # logged once, not at each look
    finally:
        cluster.close()
