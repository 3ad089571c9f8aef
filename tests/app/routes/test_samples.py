"""/samples over HTTP: what goes in comes out, and what is no sample is told in a sentence."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.schemas.samples import Sample, SamplePage
from model.data.samples import MOST_POINTS, Samples
from model.serialization.samples import dump_samples, load_samples
from tests.app.conftest import Pixels, assert_problem, service
from tests.app.cost import MOST_ANSWER, MOST_GROWTH, MOST_PAUSE, Call, cost_of

Serve = Callable[..., TestClient]
STROKES = [[[0.25, 0.5], [0.3333, 1]], [[0, 0.125]]]
OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of a store."""
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("postgres_url")}


@pytest.fixture
def fresh(tmp_path: Path, store: dict[str, str]) -> Iterator[TestClient]:
    """A service without samples, once on each database."""
    with service(tmp_path, **store) as client:
        yield client


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """The file's service, without samples at first."""
    client.delete("/samples")
    return client


@pytest.fixture
def sample(seven: Pixels) -> dict[str, Any]:
    return {"pixels": seven.tolist(), "label": 7, "strokes": STROKES}


def archive(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def count(client: TestClient) -> int:
    return int(client.get("/samples").json()["count"])


def test_a_drawing_is_stored_shown_listed_and_deleted(
    fresh: TestClient, sample: dict[str, Any]
) -> None:
    response = fresh.post("/samples", json=sample)
    assert response.status_code == 201
    stored = response.json()
    Sample.model_validate(stored)
    assert {name: stored[name] for name in sample} == sample
    assert response.headers["location"] == f"/samples/{stored['id']}"
    assert fresh.get(response.headers["location"]).json() == stored
    page = fresh.get("/samples").json()
    SamplePage.model_validate(page)
    assert page == {"items": [stored], "next": None, "count": 1}
    assert fresh.delete(response.headers["location"]).status_code == 204
    assert_problem(fresh.get(response.headers["location"]), 404, stored["id"])
    assert_problem(fresh.delete(response.headers["location"]), 404, stored["id"])
    assert count(fresh) == 0


def test_the_same_drawing_is_one_sample_with_one_label(
    fresh: TestClient, sample: dict[str, Any]
) -> None:
    first = fresh.post("/samples", json=sample)
    again = fresh.post("/samples", json=sample | {"strokes": None})
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["location"] == first.headers["location"]
    refused = assert_problem(fresh.post("/samples", json=sample | {"label": 1}), 409, "as a 7")
    assert refused["code"] == "samples.other_label"
    assert first.json()["id"] in refused["detail"]
    assert count(fresh) == 1


def test_a_file_goes_in_and_comes_out(fresh: TestClient, digits: tuple[Pixels, Pixels]) -> None:
    images, labels = digits
    sent = archive(pixels=images, labels=labels)
    assert fresh.post("/samples", files={"samples": sent}).json() == {"added": 200, "known": 0}
    again = fresh.post("/samples", content=sent, headers=OCTETS)
    assert (again.status_code, again.json()) == (201, {"added": 0, "known": 200})
    response = fresh.get("/samples?format=npz")
    assert response.headers["content-type"] == OCTETS["Content-Type"]
    assert "byhand-samples.npz" in response.headers["content-disposition"]
    found = load_samples(response.content)
    assert np.array_equal(found.images, images)
    assert np.array_equal(found.labels, labels)
    seen, cursor = [], ""
    while cursor is not None:
        page = fresh.get(f"/samples?limit=90{cursor and '&cursor='}{cursor}").json()
        seen += [each["label"] for each in page["items"]]
        cursor = page["next"]
    assert seen == labels.tolist()[::-1]
    assert fresh.delete("/samples").status_code == 204
    assert len(load_samples(fresh.get("/samples?format=npz").content)) == 0


def test_what_was_exported_is_imported_with_its_strokes(
    client: TestClient, sample: dict[str, Any]
) -> None:
    stored = client.post("/samples", json=sample).json()
    file = client.get("/samples?format=npz").content
    client.delete("/samples")
    assert client.post("/samples", files={"samples": file}).json() == {"added": 1, "known": 0}
    (found,) = client.get("/samples").json()["items"]
    assert {name: found[name] for name in sample} == {name: stored[name] for name in sample}


def test_rows_of_28_and_broken_numbers_are_taken(client: TestClient, seven: Pixels) -> None:
    rows = (seven.reshape(28, 28) * 0.999).tolist()
    stored = client.post("/samples", json={"pixels": rows, "label": 7}).json()
    assert stored["pixels"] == np.rint(seven * 0.999).astype(int).tolist()
    assert stored["strokes"] is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pixels": [0] * 784}, "blank"),
        ({"pixels": [0] * 783}, "784 numbers"),
        ({"pixels": [0, 1] * 392}, "Multiply them by 255"),
        ({"pixels": [255] * 784}, "black on white"),
        ({"pixels": [256] * 784}, "256"),
        ({"pixels": None}, "784 numbers"),
        ({"label": 11}, "0 to 9, found 11"),
        ({"label": -1}, "0 to 9"),
        ({"label": "7"}, "0 to 9"),
        ({"label": True}, "0 to 9"),
        ({"label": 7.5}, "0 to 9"),
        ({"strokes": 5}, "list of strokes"),
        ({"strokes": {}}, "list of strokes"),
        ({"strokes": [5]}, "found 5"),
        ({"strokes": [[[0.5]]]}, "found [0.5]"),
        ({"strokes": [[[0.5, 1.01]]]}, "found [0.5, 1.01]"),
        ({"strokes": [[[0, -1]]]}, "found [0, -1]"),
        ({"strokes": [[[0.5, "x"]]]}, "found [0.5, 'x']"),
        ({"strokes": [[[True, 0]]]}, "found [True, 0]"),
        ({"strokes": [[[0.5, 0.5]] * (MOST_POINTS + 1)]}, "more than 64 strokes or 1,000"),
        ({"strokes": [[]] * 65}, "more than 64 strokes or 1,000"),
    ],
)
def test_what_is_no_sample_is_told(
    client: TestClient, sample: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    assert_problem(client.post("/samples", json=sample | change), 422, words)
    assert count(client) == 0


@pytest.mark.parametrize("name", ["pixels", "label"])
def test_what_is_left_out_is_named(client: TestClient, sample: dict[str, Any], name: str) -> None:
    del sample[name]
    assert_problem(client.post("/samples", json=sample), 422, name)


def test_nan_and_infinity_are_no_places(client: TestClient, sample: dict[str, Any]) -> None:
    for word in ("NaN", "Infinity", "1e999"):
        text = json.dumps(sample).replace("0.3333", word)
        response = client.post(
            "/samples", content=text, headers={"Content-Type": "application/json"}
        )
        assert response.status_code in (400, 422)
    assert count(client) == 0


def test_a_long_body_has_its_strokes_read_too(client: TestClient, sample: dict[str, Any]) -> None:
    points = [[round(x / 999, 17), 0] for x in range(MOST_POINTS)]
    body = json.dumps(sample | {"strokes": [points]}, indent=7)
    assert len(body) > 64 * 1024
    stored = client.post("/samples", content=body, headers={"Content-Type": "application/json"})
    assert stored.status_code == 201
    np.testing.assert_allclose(stored.json()["strokes"], [points], atol=5.1e-5)


def test_a_file_with_one_bad_sample_adds_nothing(
    client: TestClient, digits: tuple[Pixels, Pixels]
) -> None:
    images, labels = digits[0][:9].copy(), digits[1][:9].copy()

    def sent(**arrays: Any) -> Any:
        return client.post("/samples", files={"samples": archive(**arrays)})

    for image, words in ((images[3] * 0, "blank"), (images[3] > 0, "255"), (~images[3], "black")):
        wrong = images.copy()
        wrong[3] = image
        assert_problem(sent(pixels=wrong, labels=labels), 422, "Sample 4", words)
    assert_problem(sent(pixels=images, labels=labels + 5), 422, "0 to 9")
    assert_problem(sent(pixels=images), 422, "no labels")
    assert_problem(sent(pixels=images / 255, labels=labels), 422, "uint8")
    assert_problem(sent(pixels=images, labels=labels, points=[[2, 2]]), 422, "0 to 1")
    twice, other = images.copy(), labels.copy()
    twice[5], other[5] = images[2], labels[2] + 1
    assert_problem(sent(pixels=twice, labels=other), 409, "Samples 3 and 6 are the same drawing")
    assert_problem(client.post("/samples", content=b"words", headers=OCTETS), 422, "npz")
    assert_problem(client.post("/samples", content=b"", headers=OCTETS), 422, "npz")
    assert_problem(client.post("/samples", files={"file": b"x"}), 422, "samples=@FILE.npz")
    assert_problem(client.post("/samples", content=b"7", headers={"Content-Type": "text/csv"}), 415)
    assert_problem(sent(pixels=np.array([object()])), 422, "pickle")
    assert count(client) == 0


def test_a_file_that_unpacks_to_more_than_any_samples_is_not_unpacked(client: TestClient) -> None:
    file = io.BytesIO()
    np.savez_compressed(file, pixels=np.zeros((40_000, 784), np.uint8), labels=np.zeros(40_000))
    assert len(file.getvalue()) < 100_000
    assert_problem(client.post("/samples", files={"samples": file.getvalue()}), 422, "unpacks to")


def test_more_than_are_allowed_are_refused_and_none_is_lost(
    serve: Serve, digits: tuple[Pixels, Pixels]
) -> None:
    client = serve(max_samples=5)
    images, labels = digits

    def sent(few: int) -> Any:
        file = archive(pixels=images[:few], labels=labels[:few])
        return client.post("/samples", files={"samples": file})

    assert sent(4).json() == {"added": 4, "known": 0}
    assert_problem(sent(6), 507, "4 samples are stored and at most 5", "BYHAND_MAX_SAMPLES")
    assert sent(5).json() == {"added": 1, "known": 4}
    one = {"pixels": images[9].tolist(), "label": 9}
    assert_problem(client.post("/samples", json=one), 507)
    assert count(client) == 5


def test_the_store_has_to_have_room(serve: Serve, sample: dict[str, Any]) -> None:
    client = serve(max_store_bytes=2 * 2**20)
    assert client.post("/samples", json=sample).status_code == 201
    refused = client.post("/samples", content=full(300), headers=OCTETS)  # 2.6 MB
    assert_problem(refused, 507, "BYHAND_MAX_STORE_BYTES")
    assert count(client) == 1


@pytest.mark.parametrize("settings", [{"visitor_samples": "3/day"}, {"visitor_bytes": "2400/day"}])
def test_one_visitor_adds_so_many_and_others_go_on(
    serve: Serve, digits: tuple[Pixels, Pixels], settings: dict[str, str]
) -> None:
    client = serve(**settings)

    def sent(place: int, client: TestClient = client) -> Any:
        one = {"pixels": digits[0][place].tolist(), "label": int(digits[1][place])}
        return client.post("/samples", json=one)

    assert [sent(place).status_code for place in (0, 1, 2, 1)] == [201, 201, 201, 200]
    assert_problem(sent(3), 429, "one address")
    assert sent(2).status_code == 200  # it takes nothing
    assert count(client) == 3
    with TestClient(client.app, "http://localhost", client=("192.0.2.7", 1)) as another:
        assert sent(3, another).status_code == 201


def test_where_they_are_off_every_call_says_so(serve: Serve, sample: dict[str, Any]) -> None:
    client = serve(samples="off")
    calls = [
        client.get("/samples"),
        client.get("/samples?format=npz"),
        client.get("/samples/x"),
        client.post("/samples", json=sample),
        client.post("/samples", content=b"", headers=OCTETS),
        client.delete("/samples/x"),
        client.delete("/samples"),
        client.post("/train", json={"samples": True}),
        client.post("/train/sweep", json={"samples": True, "values": {"seed": [1]}}),
    ]
    for answer in calls:
        problem = assert_problem(answer, 403, "BYHAND_SAMPLES=off")
        assert problem["code"] == "samples.off"


def test_with_a_key_only_its_holders_change_anything(serve: Serve, sample: dict[str, Any]) -> None:
    client = serve(api_key="a key of some length")
    assert_problem(client.post("/samples", json=sample), 401)
    assert_problem(client.delete("/samples"), 401)
    assert count(client) == 0
    headers = {"X-API-Key": "a key of some length"}
    assert client.post("/samples", json=sample, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "format=csv", f"cursor={'x' * 65}"]
)
def test_odd_queries_are_told(client: TestClient, query: str) -> None:
    assert_problem(client.get(f"/samples?{query}"), 422, query.partition("=")[0])


@pytest.mark.parametrize("cursor", ["", "zzz", "%00", "%ED%A0%80", "'"])
def test_an_odd_cursor_is_a_place_like_any(
    fresh: TestClient, sample: dict[str, Any], cursor: str
) -> None:
    fresh.post("/samples", json=sample)
    assert fresh.get(f"/samples?cursor={cursor}").status_code == 200


def full(samples: int, seed: int = 0) -> bytes:
    """A file of so many samples with as many points as they may have."""
    rng = np.random.default_rng(seed)
    images = rng.integers(2, 255, (samples, 784), np.uint8)
    points = rng.random((MOST_POINTS, 2), np.float32)
    strokes = tuple([points] for _ in range(samples))
    return dump_samples(Samples(images, np.ones(samples, np.uint8), strokes))


def test_the_largest_files_and_answers_are_bounded(tmp_path: Path) -> None:
    post = [Call("/samples", full(500, seed), OCTETS["Content-Type"]) for seed in (1, 2)]
    warm = [Call("/samples", full(1), OCTETS["Content-Type"])]
    train = b'{"samples": true, "epochs": 1, "train_examples": 100}'
    calls = {
        "train": cost_of(tmp_path / "d", Call("/train", train), warm=post),
        "post": cost_of(tmp_path / "a", post[0], warm=warm),
        "npz": cost_of(
            tmp_path / "b", Call("/samples", query="format=npz", method="GET"), warm=post
        ),
        "page": cost_of(
            tmp_path / "c", Call("/samples", query="limit=200", method="GET"), warm=post
        ),
    }
    for name, cost in calls.items():
        assert cost.status in (200, 201, 202), (name, cost)
        assert cost.grown < MOST_GROWTH, (name, cost)
        assert cost.pause < MOST_PAUSE, (name, cost)
        assert max(map(len, cost.answers)) < MOST_ANSWER, (name, cost)
