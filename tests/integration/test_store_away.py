"""PostgreSQL is killed, and stands still: what needs no store goes on, the rest says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

from tests.integration.cluster import Postgres
from tests.integration.server import HTTP, Server, until

ONE = {"pixels": [0] * 300 + [255] * 20 + [0] * 464, "label": 1}


@pytest.fixture
def server(start: Any, postgres: Postgres) -> Server:
    made: Server = start(BYHAND_DATABASE_URL=postgres.url)
    return made


@contextmanager
def standing_still(postgres: Postgres) -> Iterator[None]:
    """SIGSTOP to every process of the database: connections stay open, and silent."""
    postmaster = psutil.Process(postgres._server.get_pid())
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


def upload(server: Server) -> str:
    weights = HTTP.get(f"{server.address}/models/pixels/weights").content
    answer = HTTP.post(f"{server.address}/models", files={"weights": ("w.npz", weights)})
    return str(answer.json()["id"])


def assert_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0


def test_without_its_database_the_service_says_so_and_goes_on(
    server: Server, postgres: Postgres
) -> None:
    id = upload(server)
    postgres.kill()
    try:
        for path in (
            f"/predict?model={id}",
            f"/gradients?model={id}",
            f"/predict/batch?model={id}",
        ):
            assert_away(HTTP.post(f"{server.address}{path}", json=ONE))
        for path in (
            "/readyz",
            "/models",
            "/train",
            f"/train/{id}/events",
            f"/models/{id}/weights",
        ):
            assert_away(HTTP.get(f"{server.address}{path}"))
        assert_away(HTTP.post(f"{server.address}/train"))
        assert HTTP.post(f"{server.address}/predict", json=ONE).status_code == 200
        metrics = HTTP.get(f"{server.address}/metrics")
        assert metrics.status_code == 200
        assert "byhand_store_up 0.0" in metrics.text
    finally:
        postgres.start()
    until(server.is_ready)
    assert HTTP.post(f"{server.address}/predict?model={id}", json=ONE).status_code == 200


def test_of_a_database_that_stands_still_probes_hear_within_a_second(
    server: Server, postgres: Postgres
) -> None:
    with standing_still(postgres):
        for path, status in (("/readyz", 503), ("/metrics", 200), ("/healthz", 200)):
            began = time.monotonic()
            assert HTTP.get(f"{server.address}{path}").status_code == status
            assert time.monotonic() - began < 10  # within one; before, never
        assert HTTP.post(f"{server.address}/predict", json=ONE).status_code == 200
    until(server.is_ready)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/train/%00", 404),
        ("GET", "/train/%00/events", 404),
        ("GET", "/train?sweep=%00", 404),
        ("GET", "/models?cursor=1_%00", 422),
        ("DELETE", "/train/a%00b", 404),
        ("POST", "/train/%00/pause", 404),
        ("POST", "/predict?model=%00", 404),
        ("POST", "/gradients?model=%00", 404),
        ("POST", "/train", 422),
    ],
)
def test_a_null_character_is_the_callers_mistake(
    serve: Any, method: str, path: str, status: int
) -> None:
    body = {"base_model": "a\0b"} if path == "/train" else ONE
    answer = serve.request(method, path, json=body if method == "POST" else None)
    assert answer.status_code == status, answer.text


@pytest.fixture(scope="module")
def serve(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.app.conftest import service

    with service(tmp_path_factory.mktemp("data"), database_url=postgres.url) as client:
        yield client
