"""MODEL@STEP wherever a model's id goes, and jobs that are paused, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.schemas.models import Model, Snapshots
from app.store import jobs as jobs_store
from model.serialization.checkpoint import load_model
from model.serialization.snapshots import bundled_snapshots
from tests.app.conftest import Pixels, assert_problem
from tests.app.routes.test_train import LONG, QUICK, submit, until

Serve = Callable[..., TestClient]
BUNDLED = max(bundled_snapshots().lines)


@pytest.fixture(scope="module")
def done(client: TestClient) -> dict[str, Any]:
    """A finished job."""
    return until(client, submit(client, **QUICK, name="mine")["id"], "succeeded")


def items(client: TestClient, path: str) -> list[dict[str, Any]]:
    answer = client.get(f"{path}/snapshots")
    assert answer.status_code == 200, answer.text
    Snapshots.model_validate(answer.json())
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_jobs_and_its_models_snapshots_are_the_same(
    client: TestClient, done: dict[str, Any]
) -> None:
    of_job, of_model = (
        items(client, f"/{p}") for p in (f"train/{done['id']}", f"models/{done['model']}")
    )
    assert of_job == of_model
    assert [item["step"] for item in of_job] == [0, 1, 3, 8, 10, 16]
    assert [item["model"] for item in of_job] == [f"{done['model']}@{s['step']}" for s in of_job]
    assert [item["epoch"] for item in of_job] == [0, 1, 1, 1, 2, 2]
    assert "train_loss" not in of_job[0]
    assert all(0 <= item["validation_accuracy"] <= 1 for item in of_job)
    assert of_job[-1]["train_loss"] == done["metrics"][-1]["train_loss"]
    assert of_job[-1]["validation_accuracy"] == done["metrics"][-1]["validation_accuracy"]


@pytest.mark.parametrize("base", ["model", "id", "pixels"])
def test_a_snapshot_goes_wherever_a_model_does(
    client: TestClient, done: dict[str, Any], seven: Pixels, base: str
) -> None:
    step = BUNDLED if base == "pixels" else 10
    id = f"{done.get(base, base)}@{step}"
    model = client.get(f"/models/{id}").json()
    Model.model_validate(model)
    assert (model["id"], model["active"], model["test_accuracy"]) == (id, False, None)
    assert model["bundled"] is (base == "pixels")
    file = client.get(f"/models/{id}/weights")
    assert file.headers["etag"] == f'"{model["sha256"]}"'
    again = client.get(f"/models/{id}/weights", headers={"If-None-Match": file.headers["etag"]})
    assert again.status_code == 304
    network = load_model(file.content)
    expected = network.probabilities(seven)[0]
    body = {"pixels": seven.tolist()}
    answer = client.post(f"/predict?model={id}&details=true", json=body).json()
    assert (answer["model"], answer["temperature"]) == (id, 1)
    np.testing.assert_allclose(answer["probabilities"], expected, rtol=1e-4, atol=1e-7)
    batch = client.post(f"/predict/batch?model={id}", json={"pixels": [seven.tolist()]}).json()
    np.testing.assert_allclose(batch["probabilities"][0], expected, rtol=1e-4, atol=1e-7)
    explained = client.post(f"/gradients?model={id}&check=true", json={**body, "label": 7}).json()
    assert explained["check"]["max_relative_error"] < 1e-6
    np.testing.assert_allclose(explained["probabilities"], expected, rtol=1e-4, atol=1e-7)
    evaluated = client.get(f"/models/{id}/evaluation?worst=0").json()
    assert evaluated["examples"] == 10_000
    assert 0 <= evaluated["accuracy"] <= 1


def test_a_run_goes_on_from_a_snapshot(client: TestClient, done: dict[str, Any]) -> None:
    base = f"{done['model']}@3"
    job = until(client, submit(client, **QUICK, base_model=base)["id"], "succeeded")
    assert job["request"]["base_model"] == base
    mine = client.get(f"/models/{job['model']}@0/weights").content
    theirs = client.get(f"/models/{base}/weights").content
    assert np.load(BytesIO(mine))["W1"].tolist() == np.load(BytesIO(theirs))["W1"].tolist()


def test_what_is_no_snapshot_is_not_found(client: TestClient, done: dict[str, Any]) -> None:
    model = done["model"]
    for id, said in (
        (f"{model}@2", "after steps 0, 1, 3, 8, 10, 16"),
        ("pretrained@0", "no snapshots"),
        ("pixels@7", "after steps 0, 1, 3, 10, 30"),
        ("nothing@0", "There is no model 'nothing'"),
        (f"{model}@", "no model"),
        (f"{model}@x", "no model"),
        (f"{model}@-1", "no model"),
        (f"{model}@1@3", "no model"),
        (f"{model}@01", "is no snapshot"),
    ):
        for path in (f"/models/{id}", f"/models/{id}/weights", f"/models/{id}/evaluation"):
            assert_problem(client.get(path), 404, said)
        answer = client.post(f"/predict?model={id}", json={"pixels": [255] * 784})
        assert answer.status_code == 404
    for id in ("@3", "a%00b@3", f"{'x' * 65}@0", f"{model}@{10**9}", f"{model}@³"):
        answer = client.post(f"/predict?model={id}", json={"pixels": [255] * 784})
        assert_problem(answer, 404)
    for path in ("/models/nothing/snapshots", "/train/nothing/snapshots"):
        assert_problem(client.get(path), 404, "nothing")
    assert items(client, "/models/pretrained") == []


def test_a_snapshot_is_neither_activated_nor_deleted(
    client: TestClient, done: dict[str, Any]
) -> None:
    for id in (f"{done['model']}@3", "pixels@0"):
        assert_problem(client.put("/models/active", json={"model": id}), 409, "is a snapshot")
        assert_problem(client.delete(f"/models/{id}"), 409, "is a snapshot")


def test_snapshots_go_with_their_model(serve: Serve, seven: Pixels) -> None:
    client = serve()
    job = until(client, submit(client, **QUICK)["id"], "succeeded")
    id = f"{job['model']}@3"
    body = {"pixels": seven.tolist()}
    assert client.post(f"/predict?model={id}", json=body).status_code == 200
    assert client.delete(f"/models/{job['model']}").status_code == 204
    assert client.post(f"/predict?model={id}", json=body).status_code == 404
    assert items(client, f"/train/{job['id']}") == []


def test_snapshots_go_with_their_job(serve: Serve) -> None:
    client = serve()
    job = until(client, submit(client, **QUICK)["id"], "succeeded")
    database: Any = client.app.state.database  # type: ignore[attr-defined]
    with database.begin() as session:
        assert jobs_store.prune(session, older_than_seconds=-1) == 1
    assert items(client, f"/models/{job['model']}") == []
    assert_problem(client.get(f"/models/{job['model']}@3"), 404, "no snapshots")


def test_the_setting_says_how_many_are_kept(serve: Serve) -> None:
    client = serve(snapshots=2)
    job = until(client, submit(client, **QUICK)["id"], "succeeded")
    assert [item["step"] for item in items(client, f"/train/{job['id']}")] == [0, 16]
    client = serve(snapshots=0)
    job = until(client, submit(client, **QUICK)["id"], "succeeded")
    assert items(client, f"/train/{job['id']}") == []


def test_a_running_job_is_read_by_its_own_id(client: TestClient, seven: Pixels) -> None:
    id = submit(client, **LONG)["id"]
    until(client, id, "running")
    while not (found := items(client, f"/train/{id}")):
        assert client.get(f"/train/{id}").json()["state"] == "running"
    assert found[0]["model"] == f"{id}@0"
    answer = client.post(f"/predict?model={id}@0", json={"pixels": seven.tolist()})
    assert answer.json()["model"] == f"{id}@0"
    client.delete(f"/train/{id}")
    job = until(client, id, "cancelled")
    assert items(client, f"/train/{id}")[0]["model"] == f"{job['model']}@0"


# --- pause and resume ----------------------------------------------------------------------------


def test_a_job_is_paused_leaves_its_worker_to_others_and_goes_on(client: TestClient) -> None:
    id = submit(client, **LONG)["id"]
    until(client, id, "running")
    asked = client.post(f"/train/{id}/pause")
    assert asked.status_code == 202
    assert asked.json()["pause_requested"] or asked.json()["state"] == "paused"
    job = until(client, id, "paused")
    assert (job["pause_requested"], job["error"], job["finished_at"]) == (False, None, None)
    assert client.post(f"/train/{id}/pause").status_code == 202  # it is so already
    until(client, submit(client, **QUICK)["id"], "succeeded")  # there is one worker only
    listed = {s: client.get(f"/train?state={s}").json()["items"] for s in ("paused", "queued")}
    assert [job["id"] for job in listed["paused"]] == [id]
    assert id not in [job["id"] for job in listed["queued"]]
    assert 'state="paused"} 1' in client.get("/metrics").text
    assert client.post(f"/train/{id}/resume").status_code == 202
    until(client, id, "running")
    client.delete(f"/train/{id}")
    until(client, id, "cancelled")
    for call in ("pause", "resume"):
        assert_problem(client.post(f"/train/{id}/{call}"), 409, "is over")
        assert_problem(client.post(f"/train/nothing/{call}"), 404, "no job")


def test_one_epoch_more(client: TestClient) -> None:
    id = submit(client, **LONG)["id"]
    client.post(f"/train/{id}/pause")
    before = len(until(client, id, "paused")["metrics"])
    client.post(f"/train/{id}/resume?epochs=1")
    while len(client.get(f"/train/{id}").json()["metrics"]) == before:
        pass
    job = until(client, id, "paused")
    assert len(job["metrics"]) == before + 1
    client.delete(f"/train/{id}")
    assert until(client, id, "cancelled")["model"] is not None


def test_a_waiting_job_is_paused_and_its_place_is_counted(serve: Serve) -> None:
    client = serve(max_queued_jobs=1)
    running = submit(client, **LONG)["id"]
    until(client, running, "running")
    waiting = submit(client, **QUICK)["id"]
    assert client.post(f"/train/{waiting}/pause").json()["state"] == "paused"
    assert client.post("/train", json=QUICK).status_code == 429
    client.delete(f"/train/{running}")
    until(client, running, "cancelled")
    assert client.get(f"/train/{waiting}").json()["state"] == "paused"
    client.post(f"/train/{waiting}/resume")
    until(client, waiting, "succeeded")


def test_a_wish_to_pause_is_withdrawn(client: TestClient) -> None:
    id = submit(client, **LONG)["id"]
    until(client, id, "running")
    job = client.post(f"/train/{id}/resume?epochs=5000").json()
    assert job["pause_requested"] is True
    assert client.post(f"/train/{id}/resume").json()["pause_requested"] is False
    assert_problem(client.post(f"/train/{id}/resume?epochs=0"), 422, "epochs")
    client.delete(f"/train/{id}")
    until(client, id, "cancelled")


def test_a_pause_survives_a_restart(tmp_path: Any) -> None:
    from tests.app.conftest import service

    with service(tmp_path) as client:
        id = submit(client, **LONG)["id"]
        until(client, id, "running")
        client.post(f"/train/{id}/pause")
        until(client, id, "paused")
    with service(tmp_path) as client:
        until(client, submit(client, **QUICK)["id"], "succeeded")
        assert client.get(f"/train/{id}").json()["state"] == "paused"
        client.delete(f"/train/{id}")
        until(client, id, "cancelled")
