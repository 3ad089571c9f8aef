"""kill -9 at seeded random moments: the job goes on to the same bits, its stream stays whole."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from tests.integration.server import HTTP, Follower, Server, assert_whole, until

EPOCHS = 8
JOB: dict[str, Any] = {
    "epochs": EPOCHS,
    "train_examples": 2000,
    "hidden_layers": [32],
    "batch_size": 10,
    "augment": "affine",
    "seed": 7,
    "name": "the same",
}
LEASE = {"BYHAND_LEASE_SECONDS": "1"}
MOMENTS = 12  # four of each kind


def duration(job: dict[str, Any]) -> float:
    """The seconds that a job ran."""
    began, ended = (datetime.fromisoformat(job[f"{when}_at"]) for when in ("started", "finished"))
    return (ended - began).total_seconds()


@pytest.mark.timeout(900)
def test_whatever_is_killed_whenever_the_job_ends_with_the_same_bits(start: Any) -> None:
    """All moments on one store; what is killed takes turns."""
    server: Server = start(**LEASE)
    server.ended(server.submit(**JOB))
    undisturbed = server.ended(server.submit(**JOB))  # by a process that is there already
    expected, seconds = server.weights(undisturbed), duration(undisturbed)
    dice = random.Random(5)
    kills = {
        "the worker": lambda: [worker.kill() for worker in server.workers()],
        "the server": server.kill,
        "both": server.kill_all,
    }
    hit: Counter[str] = Counter()
    for moment in range(MOMENTS):
        what = list(kills)[moment % 3]
        id = server.submit(**JOB)
        follower = Follower(server, id)
        if dice.random() < 0.8:  # else while its process is still starting, or about to
            until(lambda: server.state(id) != "queued")  # noqa: B023
        time.sleep(dice.uniform(0, 0.8 * seconds))
        hit[f"{what} while {server.state(id)}"] += 1
        kills[what]()
        if not server.is_running:
            server.start()
        job = server.ended(id)
        assert job["state"] == "succeeded", job
        assert server.weights(job) == expected
        assert_whole(follower.everything(), EPOCHS)
    print(f"survived {MOMENTS} kills: {dict(hit)}")
    models = server.get("/models?limit=100")["items"]
    assert len(models) == MOMENTS + 4  # one a job, and the bundled two: none lost, none made twice
    server.stop()


def test_crashes_spread_over_a_run_that_progresses_do_not_lose_it(start: Any) -> None:
    server: Server = start()
    id = server.submit(epochs=10_000, train_examples=500, hidden_layers=[8])

    def epoch() -> int:
        return int(server.get(f"/train/{id}")["progress"]["epoch"])

    for _ in range(5):
        before = epoch()
        until(lambda: epoch() > before + 1)  # noqa: B023
        for worker in server.workers():
            worker.kill()
    before = epoch()
    until(lambda: epoch() > before + 1)
    HTTP.delete(f"{server.address}/train/{id}")
    job = server.ended(id)
    assert (job["state"], job["error"]) == ("cancelled", None)
    assert job["model"]
    server.stop()


def test_a_worker_killed_three_times_fails_the_job_with_the_reason(start: Any) -> None:
    server: Server = start()
    id = server.submit(epochs=2, hidden_layers=[1000, 1000], batch_size=1)  # an epoch of minutes
    for attempt in (1, 2, 3):
        until(lambda: server.state(id) == "running" and server.workers())
        for worker in server.workers():
            worker.kill()
        until(lambda: f"Attempt {attempt} of 3" in str(server.get(f"/train/{id}")["error"]))  # noqa: B023
    job = server.ended(id)
    assert job["state"] == "failed"
    assert job["error"].startswith("Attempt 3 of 3: The process that trained it died")
    after = server.submit(epochs=1, train_examples=500)
    assert server.ended(after)["state"] == "succeeded"  # the pool has healed
    server.stop()


def test_sigterm_drains_with_open_streams(start: Any) -> None:
    server: Server = start()
    id = server.submit(**JOB | {"epochs": 300})
    followers = [Follower(server, id) for _ in range(50)]
    until(lambda: all(len(follower.events) > 4 for follower in followers))
    server.stop()
    server.start()
    until(lambda: server.state(id) == "running")
    before = server.get(f"/train/{id}")
    assert before["error"] is None  # a stop costs no attempt
    assert before["progress"]["epoch"] >= 1
    assert HTTP.delete(f"{server.address}/train/{id}").status_code == 202
    ended = server.ended(id)
    assert ended["state"] == "cancelled"
    whole = followers[0].everything()
    assert_whole(whole, len(ended["metrics"]))
    for follower in followers:
        assert follower.everything() == whole
    server.stop()
