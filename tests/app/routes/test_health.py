from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.app.conftest import assert_problem

Serve = Callable[..., TestClient]


def test_a_living_process_says_so(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_ready_one_names_its_model(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "model": "pretrained"}


def test_without_its_store_it_is_alive_but_not_ready(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    client = serve()

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr("app.store.engine.Database.ping", away)
    assert client.get("/healthz").status_code == 200
    problem = assert_problem(client.get("/readyz"), 503, "store")
    assert "refused" not in problem["detail"]


def test_before_a_model_is_loaded_it_is_not_ready(serve: Serve) -> None:
    client = serve()
    client.app.state.inference._active = None  # type: ignore[attr-defined]
    assert_problem(client.get("/readyz"), 503, "model")


def test_metrics_are_in_the_text_format(client: TestClient) -> None:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE byhand_requests_total counter" in response.text
