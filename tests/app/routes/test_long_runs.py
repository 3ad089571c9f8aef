"""Runs of very many epochs: what an answer that tells of them costs, and how long it gets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from app.jobs import service
from app.jobs.service import JobService
from app.main import create_app
from app.routes import train
from app.routes.long_answers import DOCUMENTS, STREAMS, Places
from app.schemas.training import EpochMetrics
from app.settings import Settings
from app.store import jobs, leases
from app.store.engine import Database, connect, migrate
from app.store.tables import JobRow
from model.messages import say
from tests.app.conftest import assert_problem, logged_by
from tests.app.cost import MOST_ANSWER, MOST_GROWTH, MOST_PAUSE, Call, Cost, measured

LAYERS = 8  # the most hidden ones
EPOCHS = 10_000  # the most
EPOCH = {
    "train_loss": 0.123456789012345678,
    "validation_loss": 0.123456789012345678,
    "validation_accuracy": 0.9876,
    "test_accuracy": 0.9876,
    "seconds": 0.123456789012345,
    "gradient_norms": [0.123456789012345678] * (LAYERS + 1),
    "saturation": [0.123456789012345678] * LAYERS,
    "dead_units": [1000] * LAYERS,
}
RUNS = {"a": 50, "b": 60, "c": EPOCHS, "d": EPOCHS, "e": EPOCHS, "f": 70}


def add_run(database: Database, id: str, epochs: int) -> None:
    """A job that has run so many epochs and was cancelled."""
    with database.begin() as session:
        jobs.add(session, id=id, name="long", request={"epochs": epochs}, epochs=epochs)
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        told = [("epoch", EPOCH | {"epoch": number + 1}) for number in range(epochs)]
        lease = leases.write(session, claimed[0], told, epoch=epochs)
        leases.finish(session, lease, "cancelled")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("long")
    database = connect(f"sqlite:///{directory / 'byhand.db'}")
    migrate(database)
    for id, epochs in RUNS.items():
        add_run(database, id, epochs)
    database.close()
    return directory


def test_whatever_is_asked_of_the_longest_runs_is_bounded(directory: Path) -> None:
    async def send() -> list[Cost]:
        app = create_app(Settings(data_dir=directory))
        async with app.router.lifespan_context(app):
            await measured(app, [Call("/train", kind="", query="limit=1", method="GET")])
            asked = [("/train", "limit=200"), ("/train/c", ""), ("/train/c/events", "")]
            return [
                await measured(app, [Call(path, b"", "", query, "GET")]) for path, query in asked
            ]

    for cost in asyncio.run(send()):
        assert cost.status == 200, cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost
        assert len(cost.answers[0]) < MOST_ANSWER, cost


def test_a_page_ends_early_and_the_next_goes_on(directory: Path) -> None:
    pages, cursor = [], None
    with TestClient(create_app(Settings(data_dir=directory)), "http://localhost") as client:
        while True:
            asked: dict[str, Any] = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            answer = client.get("/train", params=asked).json()
            pages.append("".join(job["id"] for job in answer["items"]))
            if (cursor := answer["next"]) is None:
                break
    assert pages == ["f", "e", "d", "c", "ba"]


def test_many_who_ask_for_the_longest_runs_at_once_cost_little(directory: Path) -> None:
    async def send() -> list[Cost]:
        app = create_app(Settings(data_dir=directory))
        async with app.router.lifespan_context(app):
            await measured(app, [Call("/train", kind="", query="limit=1", method="GET")])
            return [
                await measured(app, [Call(path, b"", "", query, "GET")] * 24, keep=False)
                for path, query in [("/train", "limit=200&cursor=f"), ("/train/c", "")]
            ]

    for cost in asyncio.run(send()):
        assert set(cost.statuses) == {200}
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost


def test_an_answer_in_parts_is_what_pydantic_makes_of_the_whole(directory: Path) -> None:
    metrics = [EpochMetrics(**EPOCH | {"epoch": number + 1}) for number in range(EPOCHS)]
    with TestClient(create_app(Settings(data_dir=directory)), "http://localhost") as client:
        ours: JobService = client.app.state.jobs  # type: ignore[attr-defined]
        whole = ours.job("c").model_copy(update={"metrics": metrics})
        answers = [client.get("/train/c"), client.delete("/train/c")]
        assert {answer.content for answer in answers} == {whole.model_dump_json().encode()}
        assert [answer.status_code for answer in answers] == [200, 202]
        page = ours.page(limit=1, cursor="d", state=None, sweep=None)
        page.items[0] = whole
        listed = client.get("/train", params={"limit": 1, "cursor": "d"})
        assert listed.content == page.model_dump_json().encode()
        assert listed.headers["content-type"] == "application/json"


def test_of_a_damaged_run_what_comes_before_the_damage_is_shown(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    migrate(database)
    for id, place in (("early", 5), ("late", 3000)):
        add_run(database, id, 4000)
        with database.begin() as session:
            damage = text("UPDATE events SET data = '{\"epo' WHERE job = :job AND id = :id")
            session.execute(damage, {"job": id, "id": place})
    database.close()
    with TestClient(create_app(Settings(data_dir=tmp_path)), "http://localhost") as client:
        late, early = client.get("/train").json()["items"]
        assert (early["id"], early["metrics"], early["state"]) == ("early", [], "cancelled")
        assert 0 < len(late["metrics"]) < 3000
        for job in (early, late):
            assert job["error"] == say("job.damaged")


def test_streams_after_the_end_of_a_long_run_read_none_of_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(create_app(Settings(data_dir=directory)), "http://localhost") as client:
        monkeypatch.setattr(service, "_describe", None)  # whoever builds the job fails
        for _ in range(3):
            answer = client.get("/train/c/events", headers={"Last-Event-ID": "99999"})
            assert (answer.status_code, answer.content) == (200, b"")
        assert_problem(client.get("/train/x/events"), 404, "There is no job 'x'")


@pytest.mark.parametrize(
    ("path", "places"), [("/train/c/events", "STREAMS"), ("/train/c", "DOCUMENTS")]
)
def test_so_many_answers_of_a_kind_are_under_way_at_once(
    directory: Path, monkeypatch: pytest.MonkeyPatch, path: str, places: str
) -> None:
    full = Places(0)
    monkeypatch.setattr(train, places, full)
    with TestClient(create_app(Settings(data_dir=directory)), "http://localhost") as client:
        answer = client.get(path)
        assert_problem(answer, 429, "0 answers of this kind")
        assert int(answer.headers["Retry-After"]) >= 1
        full.most = 1
        assert client.get(path).status_code == 200
        assert client.get(path).status_code == 200  # the place was given back
        assert full.taken == 0
        full.most = 0
        assert client.get("/train/a").status_code == 200  # a short one needs no place


@pytest.mark.parametrize("path", ["/train/c/events", "/train/c"])
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_client_that_leaves_an_answer_is_no_fault(
    directory: Path, capsys: pytest.CaptureFixture[str], path: str, version: str
) -> None:
    """Where it is told as a message, and, from version 2.4 of ASGI on, as an OSError."""
    taken: list[int] = []

    async def leave(app: FastAPI) -> None:
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            taken.append(STREAMS.taken + DOCUMENTS.taken)
            if len(taken) == 3:
                gone.set()
                if version == "2.4":
                    raise OSError("broken pipe")
                await asyncio.sleep(3600)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": version},
            "http_version": "1.1",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
        }
        async with app.router.lifespan_context(app):
            await asyncio.wait_for(app(scope, receive, send), 60)

    asyncio.run(leave(create_app(Settings(data_dir=directory))))
    assert taken == [1, 1, 1]
    assert STREAMS.taken + DOCUMENTS.taken == 0
    assert [line["level"] for line in logged_by(capsys) if line["level"] != "info"] == []


def test_a_sweep_of_longer_runs_is_shown_without_the_metrics_of_some(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    migrate(database)
    for id in "abcd":
        add_run(database, id, 4000)
    with database.begin() as session:
        session.execute(update(JobRow).values(sweep="s"))
    database.close()
    with TestClient(create_app(Settings(data_dir=tmp_path)), "http://localhost") as client:
        answer = client.delete("/train", params={"sweep": "s"})
    assert answer.status_code == 202
    assert len(answer.content) < MOST_ANSWER
    shown = {job["id"]: len(job["metrics"]) for job in answer.json()["jobs"]}
    assert shown == {"a": 4000, "b": 4000, "c": 0, "d": 0}
