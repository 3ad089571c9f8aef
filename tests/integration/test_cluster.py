"""compose.yaml's topology as plain processes: PostgreSQL, a Dask scheduler, workers, replicas."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cluster import Cluster, Postgres
from tests.integration.server import HTTP, Follower, Server, assert_whole, until
from tests.integration.test_killed import EPOCHS, JOB, duration

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def replicas(postgres: Postgres, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two servers that share nothing but the database and the cluster."""
    made = []
    for n in range(2):
        server = Server(
            tmp_path_factory.mktemp("replica") / str(n),
            BYHAND_DATABASE_URL=postgres.url,
            BYHAND_DASK_ADDRESS=cluster.address,
            BYHAND_LEASE_SECONDS="3",
        )
        made.append(server)
    # Both at once: the migration runs once.
    for server in made:
        server.launch()
    for server in made:
        server.wait()
    yield made
    for server in made:
        if server.is_running:
            server.kill_all()


def test_any_replica_lists_streams_and_cancels_any_job(replicas: list[Server]) -> None:
    first, second = replicas
    id = first.submit(**JOB | {"epochs": 10_000})
    follower = Follower(second, id)
    until(lambda: len(follower.events) > 4)
    assert id in [job["id"] for job in second.get("/train")["items"]]
    assert first.workers() == second.workers() == []  # it runs on the cluster
    assert HTTP.delete(f"{second.address}/train/{id}").status_code == 202
    until(lambda: first.state(id) == "cancelled")
    assert follower.everything()[-1][2]["state"] == "cancelled"


def test_a_model_activated_through_one_replica_is_used_by_all(replicas: list[Server]) -> None:
    first = replicas[0]
    job = first.ended(first.submit(epochs=1, train_examples=500, hidden_layers=[8]))
    HTTP.put(f"{first.address}/models/active", json={"model": job["model"]})
    blank = {"pixels": [0] * 300 + [255] * 20 + [0] * 464}

    def answers(server: Server) -> bool:
        answer = HTTP.post(f"{server.address}/predict", json=blank).json()
        return bool(answer["model"] == job["model"])

    for server in replicas:
        until(lambda: answers(server))  # noqa: B023


def test_whatever_is_killed_on_the_cluster_the_job_ends_with_the_same_bits(
    replicas: list[Server], cluster: Cluster, postgres: Postgres
) -> None:
    first, second = replicas
    first.ended(first.submit(**JOB))
    undisturbed = first.ended(first.submit(**JOB))
    expected, seconds = first.weights(undisturbed), duration(undisturbed)
    dice = random.Random(11)

    def kill_worker() -> None:
        for process in cluster.workers():
            process.kill()

    def kill_postgres() -> None:
        postgres.kill()
        time.sleep(dice.uniform(0, 1))
        postgres.start()

    def kill_replica() -> None:
        first.kill()
        first.start()

    kills = {
        "the workers": kill_worker,
        "the scheduler": cluster.kill_scheduler,
        "PostgreSQL": kill_postgres,
        "the replica that sent it": kill_replica,
        "PostgreSQL and the workers": lambda: (kill_worker(), kill_postgres()),
    }
    for what, kill in kills.items():
        id = first.submit(**JOB)
        follower = Follower(second, id)
        until(lambda: second.state(id) != "queued")  # noqa: B023
        time.sleep(dice.uniform(0, seconds))
        state = second.state(id)
        began = time.monotonic()
        kill()
        until(lambda: ended(second, id))  # noqa: B023
        taken = time.monotonic() - began
        job = second.get(f"/train/{id}")
        assert job["state"] == "succeeded", (what, job)
        assert second.weights(job) == expected, what
        assert_whole(follower.everything(), EPOCHS)
        print(f"survived kill -9 of {what} while {state}, ended {taken:.0f} s later")


def ended(server: Server, id: str) -> bool:
    """Whether the job has ended; while the store is away, nobody can say."""
    answer = HTTP.get(f"{server.address}/train/{id}")
    assert answer.status_code in (200, 503), answer.text
    return answer.status_code == 200 and answer.json()["state"] not in ("queued", "running")


def test_the_cluster_trains_two_jobs_at_a_time(replicas: list[Server]) -> None:
    first, second = replicas
    ids = [server.submit(**JOB | {"epochs": 10_000}) for server in replicas]
    until(lambda: all(first.state(id) == "running" for id in ids))
    for id in ids:
        HTTP.delete(f"{second.address}/train/{id}")
    until(lambda: all(first.state(id) == "cancelled" for id in ids))


def test_a_replica_stops_without_taking_its_job_from_the_cluster(
    replicas: list[Server], tmp_path: Path
) -> None:
    first, second = replicas
    id = first.submit(**JOB)
    until(lambda: second.state(id) == "running")
    first.stop()
    job = second.ended(id)
    assert job["state"] == "succeeded"
    first.start()
