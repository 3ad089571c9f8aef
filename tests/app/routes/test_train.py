"""/train over HTTP, with real training processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.schemas.hyperparameters import offered
from app.schemas.training import TrainRequest
from model.training.recipe import PRESETS

QUICK = {"epochs": 2, "train_examples": 500, "hidden_layers": [8]}
LONG = {"epochs": 10_000, "train_examples": 500, "hidden_layers": [8]}


def submit(client: TestClient, **request: Any) -> dict[str, Any]:
    answer = client.post("/train", json=request)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


def until(client: TestClient, id: str, *states: str, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        job: dict[str, Any] = client.get(f"/train/{id}").json()
        if job["state"] in states:
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.05)


def stream(client: TestClient, id: str, last: int | None = None) -> Iterator[tuple[int, str, Any]]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", f"/train/{id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        found: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                field, _, value = line.partition(": ")
                found[field] = value
            elif found:
                yield int(found["id"]), found["event"], json.loads(found["data"])
                found = {}


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


@pytest.fixture(scope="module")
def done(client: TestClient) -> dict[str, Any]:
    """A job that has succeeded."""
    job = submit(client, **QUICK, name=" Mine ", seed=3, activate=True)
    return until(client, job["id"], "succeeded")


def test_a_job_is_accepted_runs_and_leaves_a_model(
    client: TestClient, done: dict[str, Any]
) -> None:
    assert done["name"] == "Mine"
    assert done["progress"] == {"epoch": 2, "epochs": 2, "step": 16, "steps": 16} | {
        "eta_seconds": None
    }
    assert [entry["epoch"] for entry in done["metrics"]] == [1, 2]
    assert set(done["metrics"][0]) == {
        "epoch",
        "train_loss",
        "validation_loss",
        "validation_accuracy",
        "seconds",
        "gradient_norms",
        "saturation",
        "dead_units",
    }
    assert 0 < done["test_accuracy"] < 1
    assert done["error"] is None
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]
    model = client.get(f"/models/{done['model']}").json()
    assert (model["job"], model["active"], model["name"]) == (done["id"], True, "Mine")


def test_blog_shows_the_test_accuracy_of_each_epoch_in_metrics_and_events(
    client: TestClient, done: dict[str, Any]
) -> None:
    job = until(client, submit(client, **QUICK, preset="blog")["id"], "succeeded")
    assert (job["request"]["test_each_epoch"], done["request"]["test_each_epoch"]) == (True, False)
    seen = [entry["test_accuracy"] for entry in job["metrics"]]
    assert all(0 < each < 1 for each in seen)
    # The model is the best epoch's: its test accuracy is among those that were seen.
    assert job["test_accuracy"] in seen
    told = [data for _, kind, data in stream(client, job["id"]) if kind == "epoch"]
    assert [data["test_accuracy"] for data in told] == seen
    assert told == job["metrics"]
    asked = until(client, submit(client, **QUICK, test_each_epoch=True)["id"], "succeeded")
    assert len([entry["test_accuracy"] for entry in asked["metrics"]]) == 2


def test_the_document_says_what_the_test_accuracy_is_for(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()["components"]["schemas"]["EpochMetrics"]
    assert "for looking, never for choosing" in schema["properties"]["test_accuracy"]["description"]
    assert "test_accuracy" not in schema["required"]


def test_the_whole_recipe_is_shown(done: dict[str, Any]) -> None:
    request = done["request"]
    assert (request["preset"], request["epochs"], request["seed"]) == ("fast", 2, 3)
    assert request["learning_rate"] == PRESETS["fast"].learning_rate
    assert request["hidden_layers"] == [8]


def test_the_location_leads_to_the_job(client: TestClient) -> None:
    answer = client.post("/train", json=QUICK)
    assert answer.headers["Location"] == f"/train/{answer.json()['id']}"
    assert client.get(answer.headers["Location"]).json()["name"] == "fast, 2 epochs"
    until(client, answer.json()["id"], "succeeded")


def test_a_body_is_optional(serve: Callable[..., TestClient]) -> None:
    client = serve()
    answer = client.post("/train")
    assert answer.status_code == 202
    assert answer.json()["request"]["preset"] == "fast"
    client.delete(answer.headers["Location"])


def test_the_stream_tells_everything_and_ends(client: TestClient, done: dict[str, Any]) -> None:
    found = list(stream(client, done["id"]))
    assert [id for id, _, _ in found] == list(range(1, len(found) + 1))
    assert [data["epoch"] for _, kind, data in found if kind == "epoch"] == [1, 2]
    progress = [data for _, kind, data in found if kind == "progress"]
    fields = {"epoch", "epochs", "step", "steps", "train_loss", "eta_seconds"}
    assert all(set(each) - {"snapshot"} == fields for each in progress)
    assert [each["snapshot"] for each in progress if "snapshot" in each] == [8, 16]  # of an epoch
    assert progress[-1]["step"] == progress[-1]["steps"] == 16
    assert found[-1][1:] == (
        "end",
        {
            "state": "succeeded",
            "model": done["model"],
            "test_accuracy": done["test_accuracy"],
            "error": None,
        },
    )


def test_the_stream_is_replayed_from_any_event(client: TestClient, done: dict[str, Any]) -> None:
    everything = list(stream(client, done["id"]))
    for last in range(len(everything) + 1):
        assert list(stream(client, done["id"], last)) == everything[last:]


def test_the_stream_follows_a_running_job(client: TestClient) -> None:
    id = submit(client, **LONG)["id"]
    seen = []
    for number, kind, _ in stream(client, id):
        seen.append(kind)
        if number == 6:
            client.delete(f"/train/{id}")
    assert seen[-1] == "end"
    assert "epoch" in seen


@pytest.mark.parametrize("last", ["-1", "one", "1.5", "²", "9" * 30])
def test_a_last_event_id_that_is_none_is_refused(
    client: TestClient, done: dict[str, Any], last: str
) -> None:
    answer = client.get(
        f"/train/{done['id']}/events", headers={"Last-Event-ID": last.encode("utf-8")}
    )
    assert "a whole number" in errors(answer)["last-event-id"]


def test_an_unknown_job_is_not_found(client: TestClient) -> None:
    for method, path in [
        ("GET", "/train/nothing"),
        ("GET", "/train/nothing/events"),
        ("DELETE", "/train/nothing"),
    ]:
        answer = client.request(method, path)
        assert answer.status_code == 404
        assert "no job 'nothing'" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("epochs", 0, "must be 1 or more, found 0"),
        ("epochs", 2.5, "must be a whole number"),
        ("epochs", "many", "must be a whole number"),
        ("learning_rate", -1, "must be 1e-09 or more"),
        ("learning_rate", "NaN", "must be 100 or less"),
        ("momentum", 1, "must be 0.9999 or less"),
        ("weight_decay", -0.1, "must be 0 or more"),
        ("batch_size", 0, "must be 1 or more"),
        ("activation", "softmax", "'sigmoid', 'tanh', 'relu' or 'leaky_relu'"),
        ("schedule", "linear", "'constant' or 'cosine'"),
        ("augment", "all", "'none', 'affine' or 'full'"),
        ("preset", "worst", "'blog', 'fast', 'best' or 'hand'"),
        ("hidden_layers", [], "must have 1 or more entries"),
        ("hidden_layers", [8] * 9, "must have at most 8 entries, not 9"),
        ("train_examples", 60_000, "must be 55,000 or less"),
        ("seed", -1, "must be 0 or more"),
        ("name", "x" * 201, "at most 200 characters"),
        ("base_model", "gone", "There is no model 'gone'"),
        ("base_model", "a\0b", "There is no model"),
        ("epoch", 3, "is no field of this request"),
    ],
)
def test_a_value_out_of_its_range_is_refused_with_what_would_be_right(
    client: TestClient, field: str, value: Any, says: str
) -> None:
    assert says in errors(client.post("/train", json={field: value}))[field]


def test_every_wrong_field_is_named_at_once(client: TestClient) -> None:
    answer = client.post("/train", json={"epochs": 0, "learning_rate": -1, "activation": "x"})
    assert set(errors(answer)) == {"epochs", "learning_rate", "activation"}


def test_the_schema_allows_what_the_recipes_allow() -> None:
    shown = TrainRequest.model_json_schema()["properties"]
    for name, hyperparameter in offered().items():
        allowed = shown[name]["anyOf"][0]
        if hyperparameter.kind in ("whole", "number"):
            high = 55_000 if name == "train_examples" else hyperparameter.high  # MNIST's
            assert (allowed["minimum"], allowed["maximum"]) == (hyperparameter.low, high), name
        elif hyperparameter.kind == "choice":
            assert tuple(allowed["enum"]) == hyperparameter.choices, name
        assert shown[name]["description"] == hyperparameter.words
    sizes = shown["hidden_layers"]["anyOf"][0]
    assert (sizes["minItems"], sizes["maxItems"]) == (1, 8)
    assert (sizes["items"]["minimum"], sizes["items"]["maximum"]) == (1, 4096)
    assert set(shown["preset"]["enum"]) == set(PRESETS)


def test_what_is_drawn_in_memory_is_for_nobody_to_ask_a_server_for(client: TestClient) -> None:
    answer = client.post("/train", json={"drawn_examples": 1000})
    assert "drawn_examples" in errors(answer)


def test_null_means_the_presets_value(client: TestClient) -> None:
    nothing = dict.fromkeys(TrainRequest.model_fields)
    job = submit(client, **nothing | QUICK)
    assert job["request"]["learning_rate"] == PRESETS["fast"].learning_rate
    until(client, job["id"], "succeeded")


def test_cancelling_keeps_the_best_epoch(client: TestClient) -> None:
    id = submit(client, **LONG)["id"]
    while not client.get(f"/train/{id}").json()["metrics"]:
        time.sleep(0.05)
    answer = client.delete(f"/train/{id}")
    assert answer.status_code == 202
    assert answer.json()["cancel_requested"]
    job = until(client, id, "cancelled")
    assert client.get(f"/models/{job['model']}").json()["job"] == id
    assert client.delete(f"/train/{id}").status_code == 202  # twice does nothing more


def test_a_waiting_job_is_cancelled_at_once(client: TestClient) -> None:
    running, waiting = submit(client, **LONG)["id"], submit(client, **LONG)["id"]
    until(client, running, "running")
    job = client.delete(f"/train/{waiting}").json()
    assert (job["state"], job["model"]) == ("cancelled", None)
    assert [kind for _, kind, _ in stream(client, waiting)] == ["end"]
    client.delete(f"/train/{running}")
    until(client, running, "cancelled")


def test_a_job_that_has_succeeded_cannot_be_cancelled(
    client: TestClient, done: dict[str, Any]
) -> None:
    answer = client.delete(f"/train/{done['id']}")
    assert answer.status_code == 409
    assert "has succeeded already" in answer.json()["detail"]


def test_jobs_are_listed_by_page_and_state(client: TestClient, done: dict[str, Any]) -> None:
    page = client.get("/train", params={"limit": 1}).json()
    assert len(page["items"]) == 1
    found = [page["items"][0]["id"]]
    while page["next"]:
        page = client.get("/train", params={"limit": 1, "cursor": page["next"]}).json()
        found += [job["id"] for job in page["items"]]
    assert found == [job["id"] for job in client.get("/train").json()["items"]]
    assert found == sorted(found, reverse=True)
    ended = client.get("/train", params={"state": "succeeded"}).json()["items"]
    assert done in ended
    assert {job["state"] for job in ended} == {"succeeded"}
    assert "state" in errors(client.get("/train", params={"state": "dreaming"}))
    assert "limit" in errors(client.get("/train", params={"limit": 0}))


def test_the_same_idempotency_key_gives_the_same_job(client: TestClient) -> None:
    key = {"Idempotency-Key": "lesson-1"}
    first = client.post("/train", json=QUICK, headers=key).json()
    again = client.post("/train", json=QUICK, headers=key)
    assert again.status_code == 202
    assert again.json()["id"] == first["id"]
    other = client.post("/train", json=QUICK | {"epochs": 1}, headers=key)
    assert other.status_code == 409
    assert first["id"] in other.json()["detail"]
    until(client, first["id"], "succeeded")


def test_too_many_waiting_jobs_are_refused_for_a_while(serve: Callable[..., TestClient]) -> None:
    client = serve(max_queued_jobs=2)
    running = submit(client, **LONG)["id"]
    until(client, running, "running")
    waiting = [submit(client, **LONG)["id"] for _ in range(2)]
    answer = client.post("/train", json=QUICK)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "at most 2 may" in answer.json()["detail"]
    sweep = {"values": {"seed": [1, 2]}}
    assert client.post("/train/sweep", json=sweep).status_code == 429
    for id in [*waiting, running]:
        client.delete(f"/train/{id}")
    until(client, running, "cancelled")


def test_a_base_model_gives_its_layers_and_weights(
    client: TestClient, done: dict[str, Any]
) -> None:
    job = submit(client, epochs=1, train_examples=500, base_model=done["model"])
    assert job["request"]["hidden_layers"] == [8]
    assert (
        until(client, job["id"], "succeeded")["metrics"][0]["train_loss"]
        < (done["metrics"][0]["train_loss"])
    )
    wrong = client.post("/train", json={"base_model": done["model"], "hidden_layers": [9]})
    assert "layers [784, 8, 10]" in errors(wrong)["base_model"]


def test_a_sweep_makes_a_job_of_each_combination_and_names_the_best(client: TestClient) -> None:
    values = {"learning_rate": [1e-6, 0.2], "activation": ["sigmoid", "relu"]}
    answer = client.post("/train/sweep", json=QUICK | {"name": "S", "values": values})
    assert answer.status_code == 202
    sweep = answer.json()
    assert [job["name"] for job in sweep["jobs"]] == [
        "S: learning_rate 1e-06, activation sigmoid",
        "S: learning_rate 1e-06, activation relu",
        "S: learning_rate 0.2, activation sigmoid",
        "S: learning_rate 0.2, activation relu",
    ]
    assert {job["sweep"] for job in sweep["jobs"]} == {sweep["id"]}
    for job in sweep["jobs"]:
        until(client, job["id"], "succeeded")
    assert answer.headers["Location"] == f"/train?sweep={sweep['id']}"
    table = client.get(answer.headers["Location"]).json()
    assert {job["id"] for job in table["items"]} == {job["id"] for job in sweep["jobs"]}
    best = max(table["items"], key=lambda job: job["validation_accuracy"])
    assert table["best"] == best["id"]
    assert best["request"]["learning_rate"] == 0.2


def test_cancelling_a_sweep_cancels_all_of_it(client: TestClient) -> None:
    sweep = client.post("/train/sweep", json=LONG | {"values": {"seed": [1, 2, 3]}}).json()
    until(client, sweep["jobs"][0]["id"], "running")
    answer = client.delete("/train", params={"sweep": sweep["id"]})
    assert answer.status_code == 202
    for job in sweep["jobs"]:
        until(client, job["id"], "cancelled")


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({}, "values", "is missing"),
        ({"values": {}}, "values", "1 or more entries"),
        ({"values": {"seed": []}}, "values.seed", "1 or more entries"),
        ({"values": {"seed": list(range(9)), "epochs": list(range(1, 9))}}, "", "72 jobs"),
        ({"values": {"colour": ["red"]}}, "", "cannot vary 'colour'"),
        ({"values": {"epochs": [1, 0]}}, "values.epochs", "found 0"),
        ({"values": {"base_model": ["gone"]}}, "base_model", "no model 'gone'"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_whole(
    client: TestClient, body: Any, field: str, says: str
) -> None:
    before = len(client.get("/train", params={"limit": 200}).json()["items"])
    found = errors(client.post("/train/sweep", json=body))
    assert says in found.get(field, "") or says in str(found)
    assert len(client.get("/train", params={"limit": 200}).json()["items"]) == before


def test_an_unknown_sweep_is_not_found(client: TestClient) -> None:
    assert client.get("/train", params={"sweep": "nothing"}).status_code == 404
    assert client.delete("/train", params={"sweep": "nothing"}).status_code == 404


def test_changing_needs_the_key_and_reading_does_not(serve: Callable[..., TestClient]) -> None:
    client = serve(api_key="secret")
    assert client.post("/train", json=QUICK).status_code == 401
    assert client.post("/train/sweep", json={"values": {"seed": [1]}}).status_code == 401
    assert client.delete("/train/x").status_code == 401
    assert client.delete("/train", params={"sweep": "x"}).status_code == 401
    assert client.get("/train").status_code == 200
    assert client.post("/train", json=QUICK, headers={"X-API-Key": "secret"}).status_code == 202


def test_a_run_with_a_mistake_says_so_and_learns_otherwise(client: TestClient) -> None:
    body = {"epochs": 1, "train_examples": 300, "hidden_layers": [8], "seed": 3}
    jobs = [submit(client, **body, **more) for more in ({}, {"mistake": 30})]
    right, wrong = (until(client, job["id"], "succeeded", "failed") for job in jobs)
    assert right["request"]["mistake"] is None
    assert wrong["request"]["mistake"] == 30
    assert right["state"] == wrong["state"] == "succeeded"
    assert right["metrics"][0]["validation_loss"] != wrong["metrics"][0]["validation_loss"]
    for field in ({"activation": "tanh"}, {"hidden_layers": [8, 8]}):
        refused = client.post("/train", json=body | {"mistake": 30} | field)
        assert "one hidden layer of sigmoids" in errors(refused)["mistake"]
    assert "mistake" in errors(client.post("/train", json={"mistake": 41}))


def test_the_form_is_told_what_each_mistake_is_called(client: TestClient) -> None:
    fields = {field["name"]: field for field in client.get("/hyperparameters").json()}
    choices = fields["mistake"]["choices"]
    assert [choice["value"] for choice in choices] == [str(number) for number in range(1, 41)]
    assert choices[29]["label"] == "30. σ′ forgotten"
    assert fields["mistake"]["kind"] == "whole"
    assert fields["epochs"]["choices"] is None


STUBBORN = {
    "epochs": 200,
    "train_examples": 100,
    "momentum": 0.9,
    "schedule": "constant",
    "learning_rate": 0.3,
    "early_stopping": 2,
}


def test_a_run_that_stops_early_says_where_and_why(client: TestClient) -> None:
    job = submit(client, **STUBBORN)
    assert "stopped_early" not in job
    done = until(client, job["id"], "succeeded")
    last = len(done["metrics"])
    losses = [entry["validation_loss"] for entry in done["metrics"]]
    assert last < 200
    assert done["stopped_early"]["epoch"] == last == losses.index(min(losses)) + 1 + 2
    assert done["stopped_early"]["best_epoch"] == last - 2
    assert f"after epoch {last} of 200" in done["stopped_early"]["message"]
    *_, (_, kind, end) = stream(client, job["id"])
    assert (kind, end["stopped_early"]) == ("end", done["stopped_early"])


def test_each_hint_that_has_a_cure_tells_it_as_a_change(client: TestClient) -> None:
    slow = {"epochs": 4, "train_examples": 200, "learning_rate": 1e-3, "momentum": 0}
    done = until(client, submit(client, **slow)["id"], "succeeded")
    (cure,) = done["cures"]
    assert cure["text"] in done["hints"]
    assert (cure["hint"], cure["change"]) == ("hint.too_slow", {"learning_rate": 0.01})
    (told,) = [data for _, kind, data in stream(client, done["id"]) if kind == "hint"]
    assert (told["code"], told["change"]) == (cure["hint"], cure["change"])
    cured = client.post("/train", json={**slow, **cure["change"]})
    assert cured.json()["request"] == {**done["request"], "learning_rate": 0.01}


def test_a_run_that_diverged_has_a_cure_as_well(client: TestClient) -> None:
    far = {"activation": "leaky_relu", "learning_rate": 90, "schedule": "constant"}
    job = until(client, submit(client, epochs=3, train_examples=500, **far)["id"], "failed")
    cure = job["cures"][-1]
    assert (cure["text"], cure["change"]) == (job["error"], {"learning_rate": 9.0})


@pytest.mark.parametrize("value", [0, -1, 10_001, 1.5, "3 epochs"])
def test_patience_is_a_number_of_epochs(client: TestClient, value: Any) -> None:
    answer = client.post("/train", json={"early_stopping": value})
    assert list(errors(answer)) == ["early_stopping"]
