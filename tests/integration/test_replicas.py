"""Several processes of one server on one SQLite file, and a class of forty."""

from __future__ import annotations

import signal
import threading
from typing import Any

import psutil
import pytest

from tests.integration.server import HTTP, SECONDS, Follower, Server, assert_whole, until

pytestmark = pytest.mark.timeout(600)
INK = {"pixels": [0] * 300 + [255] * 20 + [0] * 464}
QUICK = {"epochs": 1, "train_examples": 500, "hidden_layers": [8]}


@pytest.fixture
def four(start: Any) -> Server:
    """`byhand serve --workers 4`."""
    server: Server = start("--workers", "4")
    return server


def test_four_processes_share_the_active_model_and_drain_together(four: Server) -> None:
    job = four.ended(four.submit(**QUICK))
    assert HTTP.put(f"{four.address}/models/active", json={"model": job["model"]}).is_success
    until(lambda: models_of_40_answers(four) == {job["model"]})
    drain(four)


def models_of_40_answers(four: Server) -> set[str]:
    # A new connection each: the processes take turns in accepting them.
    headers = {"Connection": "close"}
    answers = [HTTP.post(f"{four.address}/predict", json=INK, headers=headers) for _ in range(40)]
    return {answer.json()["model"] for answer in answers}


def drain(four: Server) -> None:
    """SIGTERM with open streams: it ends, nothing is left behind, the job goes on."""
    id = four.submit(**QUICK | {"epochs": 10_000})
    followers = [Follower(four, id) for _ in range(20)]
    until(lambda: all(len(follower.events) > 2 for follower in followers))
    assert four.process is not None
    family = psutil.Process(four.process.pid).children(recursive=True)
    four.stop()
    _, alive = psutil.wait_procs(family, SECONDS)
    assert alive == []
    four.arguments = ()  # one process is quicker to start
    four.start()
    until(lambda: four.state(id) == "running")
    assert four.get(f"/train/{id}")["error"] is None
    HTTP.delete(f"{four.address}/train/{id}")
    for follower in followers:
        assert follower.everything()[-1][2]["state"] == "cancelled"


def test_processes_end_with_a_parent_that_is_killed(start: Any) -> None:
    """Or the port would stay taken, and the server could not be started again."""
    server: Server = start("--workers", "2")
    assert server.process is not None
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.kill()
    _, alive = psutil.wait_procs(family, SECONDS)
    assert alive == []


def test_forty_at_once_all_see_their_own_job_end(start: Any) -> None:
    server: Server = start(BYHAND_JOB_WORKERS="2")
    followers: list[Follower] = []
    ids: list[str] = []
    barrier = threading.Barrier(40)

    def pupil(number: int) -> None:
        barrier.wait()
        ids.append(server.submit(**QUICK, name=f"pupil {number}", seed=number))
        followers.append(Follower(server, ids[-1]))

    pupils = [threading.Thread(target=pupil, args=(n,)) for n in range(40)]
    for thread in pupils:
        thread.start()
    for thread in pupils:
        thread.join()
    assert len(set(ids)) == 40
    for follower in followers:
        events = follower.everything()
        assert_whole(events, 1)
        assert events[-1][2]["state"] == "succeeded"
    names = {job["name"] for job in server.get("/train?limit=200")["items"]}
    assert names == {f"pupil {n}" for n in range(40)}
    server.stop()


def test_ctrl_c_gives_the_job_back_too(start: Any) -> None:
    """At a terminal, the whole process group gets SIGINT: the workers must not die of it."""
    server: Server = start()
    id = server.submit(**QUICK | {"epochs": 10_000})
    until(lambda: server.get(f"/train/{id}")["progress"]["epoch"] > 1)
    assert server.process is not None
    for process in [*server.workers(), psutil.Process(server.process.pid)]:
        process.send_signal(signal.SIGINT)
    server.process.wait(SECONDS)
    assert server.process.stdout is not None
    server.process.stdout.close()
    server.start()
    job = server.get(f"/train/{id}")
    assert job["error"] is None
    assert len(job["metrics"]) > 1
    HTTP.delete(f"{server.address}/train/{id}")
    server.stop()
