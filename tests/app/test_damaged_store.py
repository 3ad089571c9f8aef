"""Damage in the store's file: what is damaged is named, and hides nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.app.conftest import Pixels, assert_problem, service


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with service(tmp_path) as client:
        yield client


def damage(directory: Path, query: str, *values: object) -> None:
    with closing(sqlite3.connect(directory / "byhand.db", timeout=30)) as file, file:
        file.execute("PRAGMA ignore_check_constraints=ON")
        assert file.execute(query, values).rowcount > 0


def upload(client: TestClient) -> str:
    weights = client.get("/models/pixels/weights").content
    return str(client.post("/models", files={"weights": ("w.npz", weights)}).json()["id"])


CUT_OFF = "UPDATE models SET weights = substr(weights, 1, 5000) WHERE id = ?"


def test_a_damaged_active_model_is_replaced_by_the_bundled_one(
    tmp_path: Path, seven: Pixels
) -> None:
    with service(tmp_path) as client:
        id = upload(client)
        assert client.put("/models/active", json={"model": id}).status_code == 200
    damage(tmp_path, CUT_OFF, id)
    with service(tmp_path) as client:
        ready = client.get("/readyz").json()
        assert ready["model"] == "pretrained"
        assert id in ready["notice"]
        answer = client.post("/predict", json={"pixels": seven.tolist()}).json()
        assert (answer["digit"], answer["model"]) == (7, "pretrained")
        assert_problem(client.post(f"/predict?model={id}", json={"pixels": seven.tolist()}), 422)
        assert client.put("/models/active", json={"model": "pixels"}).status_code == 200
        assert client.get("/readyz").json() == {"status": "ok", "model": "pixels"}
        assert client.delete(f"/models/{id}").status_code == 204


def test_a_damaged_bundled_model_is_mended_at_start(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        before = client.get("/models/pretrained/weights").content
    damage(tmp_path, CUT_OFF, "pretrained")
    with service(tmp_path) as client:
        assert client.get("/models/pretrained/weights").content == before


def test_a_damaged_model_is_not_activated(client: TestClient, tmp_path: Path) -> None:
    id = upload(client)
    damage(tmp_path, CUT_OFF, id)
    assert_problem(client.put("/models/active", json={"model": id}), 422, id)
    assert client.get("/models/pretrained").json()["active"]
    assert client.get("/readyz").json() == {"status": "ok", "model": "pretrained"}


@pytest.mark.parametrize(
    "what",
    [
        "layers = '[784,'",
        "created_at = 'yesterday'",
        "created_at = 1e300",
        "name = CAST(x'ff00fe' AS TEXT)",
        "activation = x'00ff'",
    ],
)
def test_a_damaged_row_hides_no_other_model(client: TestClient, tmp_path: Path, what: str) -> None:
    id = upload(client)
    damage(tmp_path, f"UPDATE models SET {what} WHERE id = ?", id)
    page = client.get("/models")
    assert page.status_code == 200, page.text
    assert {id, "pretrained", "pixels"} == {model["id"] for model in page.json()["items"]}
    assert client.delete(f"/models/{id}").status_code == 204


@pytest.mark.parametrize(
    "what",
    [
        "request = '{\"preset\": '",
        "request = '[1, 2]'",
        "state = 'x'",
        "name = CAST(x'ff00fe' AS TEXT)",
        "created_at = 'yesterday'",
        "created_at = 1e300",
        "started_at = -1e300",
        "epoch = 'first'",
        "validation_accuracy = 'high'",
    ],
)
def test_a_damaged_row_hides_no_other_job(client: TestClient, tmp_path: Path, what: str) -> None:
    client.app.state.jobs._dispatcher.stop()  # type: ignore[attr-defined]
    ids = [client.post("/train", json={"epochs": 1}).json()["id"] for _ in range(2)]
    damage(tmp_path, f"UPDATE jobs SET {what} WHERE id = ?", ids[0])
    page = client.get("/train")
    assert page.status_code == 200, page.text
    assert [job["id"] for job in page.json()["items"]] == ids[::-1]
    assert client.get(f"/train/{ids[0]}").status_code == 200
    assert client.get("/metrics").status_code == 200
    assert "byhand_store_up 1.0" in client.get("/metrics").text


def test_damaged_events_hide_no_job(client: TestClient, tmp_path: Path) -> None:
    client.app.state.jobs._dispatcher.stop()  # type: ignore[attr-defined]
    id = client.post("/train", json={"epochs": 1}).json()["id"]
    for number, kind in enumerate(("epoch", "hint", "end"), start=1):
        row = "INSERT INTO events (job, id, kind, data) VALUES (?, ?, ?, '{\"epoch')"
        damage(tmp_path, row, id, number, kind)
    damage(tmp_path, "UPDATE jobs SET state = 'failed', last_event = 3 WHERE id = ?", id)
    assert client.get("/train").json()["items"][0]["id"] == id
    assert "event: end" in client.get(f"/train/{id}/events").text


def test_a_job_with_a_damaged_checkpoint_can_be_cancelled(
    client: TestClient, tmp_path: Path
) -> None:
    client.app.state.jobs._dispatcher.stop()  # type: ignore[attr-defined]
    id = client.post("/train", json={"epochs": 1}).json()["id"]
    damage(tmp_path, "INSERT INTO checkpoints (job, epoch, state) VALUES (?, 1, x'00')", id)
    assert client.delete(f"/train/{id}").json()["state"] == "cancelled"
