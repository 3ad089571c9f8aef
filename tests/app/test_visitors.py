"""What one visitor may add where no key is set."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import TooMany
from app.settings import Settings
from app.visitors import Visitors, address
from tests.app.conftest import assert_problem
from tests.app.routes.test_large_networks import network

Serve = Callable[..., TestClient]
KEY = "a key that nobody guesses"
QUICK = {"epochs": 1, "train_examples": 500, "hidden_layers": [8]}


def upload(client: TestClient, **headers: str) -> Any:
    weights = network((784, 2, 10))
    return client.post("/models", files={"weights": ("w.npz", weights)}, headers=headers)


@pytest.mark.parametrize(
    ("client", "who"),
    [
        (("192.0.2.7", 80), "192.0.2.7"),
        (("2001:db8:1:2::5", 80), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::", 80), "2001:db8:1:2::/64"),
        (("2001:db8:1:3::5", 80), "2001:db8:1:3::/64"),
        (("fe80::1%eth0", 80), "fe80::/64"),
        (("::ffff:192.0.2.7", 80), "192.0.2.7"),
        (("testclient", 50000), "testclient"),
        (None, "unknown"),
    ],
)
def test_an_address_is_what_its_owner_cannot_choose(
    client: tuple[str, int] | None, who: str
) -> None:
    assert address(client) == who


def test_jobs_of_one_visitor_are_limited_and_others_go_on(serve: Serve) -> None:
    client = serve(visitor_jobs="3/day")
    assert client.post("/train", json=QUICK | {"epochs": 0}).status_code == 422  # does not count
    first = client.post("/train", json=QUICK, headers={"Idempotency-Key": "a"})
    assert first.status_code == 202
    again = client.post("/train", json=QUICK, headers={"Idempotency-Key": "a"})
    assert again.json()["id"] == first.json()["id"]  # nor does this
    sweep = QUICK | {"values": {"seed": [1, 2, 3]}}
    refused = client.post("/train/sweep", json=sweep)
    assert_problem(refused, 429, "3 per 1 day jobs")
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    sweep["values"] = {"seed": [1, 2]}
    assert client.post("/train/sweep", json=sweep).status_code == 202
    assert_problem(client.post("/train", json=QUICK), 429)
    with TestClient(client.app, "http://localhost", client=("192.0.2.7", 1)) as another:
        assert another.post("/train", json=QUICK).status_code == 202


@pytest.mark.parametrize(
    "settings",
    [{"visitor_models": "2/day"}, {"visitor_bytes": f"{2 * len(network((784, 2, 10)))}/day"}],
)
def test_models_and_their_bytes_are_limited(serve: Serve, settings: dict[str, str]) -> None:
    client = serve(**settings)
    assert client.post("/models", files={"weights": ("w.npz", b"PK")}).status_code == 422
    assert [upload(client).status_code for _ in range(2)] == [201, 201]
    assert_problem(upload(client), 429, "one address")
    assert len(client.get("/models").json()["items"]) == 4  # two are the bundled ones
    job = client.post("/train", json=QUICK)  # whose model and checkpoints are bytes, too
    assert job.status_code == (202 if "visitor_models" in settings else 429)


def test_whoever_has_the_key_is_no_visitor(serve: Serve) -> None:
    client = serve(visitor_models="1/day", api_key=KEY)
    assert [upload(client, **{"X-API-Key": KEY}).status_code for _ in range(2)] == [201, 201]
    assert_problem(upload(client), 401)


def test_what_is_refused_counts_towards_no_quota() -> None:
    visitors = Visitors(Settings(visitor_models="5/day", visitor_bytes="100/day"))
    for _ in range(10):
        with pytest.raises(TooMany, match="bytes"):
            visitors.spend("a", {"models": 1, "bytes": 101})
    visitors.spend("a", {"models": 5, "bytes": 100})
    with pytest.raises(TooMany, match="5 per 1 day models"):
        visitors.spend("a", {"models": 1, "bytes": 0})
    visitors.spend("b", {"models": 1})


def test_many_at_once_get_no_more_than_the_quota() -> None:
    visitors = Visitors(Settings(visitor_jobs="50/day"))

    def spend(_: int) -> bool:
        try:
            visitors.spend("a", {"jobs": 1})
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(spend, range(200))) == 50
