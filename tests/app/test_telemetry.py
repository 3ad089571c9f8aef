import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.telemetry import Metrics
from tests.app.conftest import Pixels, assert_problem, logged_by

Serve = Callable[..., TestClient]


def value(metrics: str, series: str) -> float:
    match = re.search(rf"^{re.escape(series)} (\S+)$", metrics, re.MULTILINE)
    return float(match[1]) if match else 0.0


def test_every_answer_has_a_request_id(client: TestClient) -> None:
    first = client.get("/healthz").headers["x-request-id"]
    second = client.get("/healthz").headers["x-request-id"]
    assert first != second


def test_an_id_from_outside_is_kept(client: TestClient) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "from-the-proxy.7"})
    assert response.headers["x-request-id"] == "from-the-proxy.7"


def test_an_id_that_could_forge_a_log_line_is_not(client: TestClient) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": 'a", "level": "x'})
    assert re.fullmatch("[0-9a-f]{16}", response.headers["x-request-id"])


def test_requests_are_counted_by_route_template(client: TestClient) -> None:
    for id in ("a", "b", "c"):
        client.get(f"/models/{id}")
    client.get("/nowhere/1")
    text = client.get("/metrics").text
    labels = 'method="GET",route="/models/{id}",status="404"'
    assert value(text, f"byhand_requests_total{{{labels}}}") == 3
    assert 'route="unmatched"' in text
    assert "/nowhere/1" not in text


def test_seconds_are_measured(client: TestClient) -> None:
    client.get("/models")
    text = client.get("/metrics").text
    assert value(text, 'byhand_request_seconds_count{route="/models"}') >= 1


def test_images_read_are_counted(client: TestClient, seven: Pixels) -> None:
    before = value(client.get("/metrics").text, "byhand_predictions_total")
    client.post("/predict", json={"pixels": seven.tolist()})
    client.post("/predict/batch", json={"pixels": [seven.tolist()] * 4})
    after = value(client.get("/metrics").text, "byhand_predictions_total")
    assert after - before == 5


def test_jobs_are_counted_by_state(client: TestClient) -> None:
    text = client.get("/metrics").text
    for state in ("queued", "running", "succeeded", "failed", "cancelled"):
        assert f'byhand_jobs{{state="{state}"}} 0.0' in text


def test_each_request_is_a_json_line_on_stderr(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    client = serve()
    client.get("/models", headers={"X-Request-ID": "find-me"})
    entries = [entry for entry in logged_by(capsys) if entry["event"] == "request"]
    assert entries[-1]["request_id"] == "find-me"
    assert entries[-1]["path"] == "/models"
    assert entries[-1]["status"] == 200
    assert entries[-1]["level"] == "info"
    assert entries[-1]["client"] == "testclient"
    assert isinstance(entries[-1]["ms"], float)


@pytest.mark.parametrize(
    ("level", "paths"),
    [("debug", {"/healthz", "/models"}), ("info", {"/models"}), ("warning", set())],
)
def test_health_checks_are_logged_at_debug_and_the_rest_at_info(
    serve: Serve, capsys: pytest.CaptureFixture[str], level: str, paths: set[str]
) -> None:
    client = serve(log_level=level)
    client.get("/healthz")
    client.get("/models")
    lines = [entry for entry in logged_by(capsys) if entry["event"] == "request"]
    assert {entry["path"] for entry in lines} == paths


def test_a_fault_is_a_500_whose_id_finds_its_cause_in_the_log(
    serve: Serve, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()

    def broken(*_: object) -> None:
        raise ZeroDivisionError("the secret cause")

    monkeypatch.setattr("app.routes.models.models.page", broken)
    response = client.get("/models", headers={"X-Request-ID": "lost"})
    problem = assert_problem(response, 500)
    assert problem["request_id"] == "lost"
    assert "secret" not in response.text
    faults = [entry for entry in logged_by(capsys) if entry["event"] == "fault"]
    assert faults[0]["request_id"] == "lost"
    assert "the secret cause" in str(faults[0]["exception"])


def test_two_services_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.observe("/predict", "POST", 200, 0.001)
    assert b'route="/predict"' in one.render()
    assert b'route="/predict"' not in other.render()
