from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.errors import StoreError
from tests.app.conftest import assert_problem

Serve = Callable[..., TestClient]


def test_a_living_process_says_so(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_ready_one_names_its_model(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "model": "pretrained"}


def test_without_its_store_it_is_alive_but_not_ready(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()

    def away(*_: object) -> None:
        raise StoreError(logged="connection refused")

    monkeypatch.setattr("app.store.engine.Database.ping", away)
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert int(response.headers["retry-after"]) > 0
    assert "refused" not in assert_problem(response, 503, "store")["detail"]


def test_metrics_need_no_store(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve()
    assert "byhand_store_up 1.0" in client.get("/metrics").text

    def away(*_: object) -> None:
        raise StoreError(logged="connection refused")

    monkeypatch.setattr("app.store.jobs.count_by_state", away)
    response = client.get("/metrics")
    assert response.status_code == 200
    assert "byhand_store_up 0.0" in response.text
    assert "byhand_requests_total{" in response.text
    assert "byhand_jobs{" not in response.text


def test_before_a_model_is_loaded_it_is_not_ready(serve: Serve) -> None:
    client = serve()
    client.app.state.inference._active = None  # type: ignore[attr-defined]
    assert_problem(client.get("/readyz"), 503, "model")


def test_metrics_are_in_the_text_format(client: TestClient) -> None:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE byhand_requests_total counter" in response.text
