"""No other page uses a visitor's browser: by its own name, by another's, or by one rebound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import Misdirected, ProblemError
from app.main import create_app
from app.origins import SAFE, Origins
from app.settings import Settings
from tests.app.conftest import assert_problem

Serve = Callable[..., TestClient]

REBOUND = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example@localhost",
    "localhost:80@evil.example",
    "localhost#.evil.example",
    "localhost localhost",
    "6.6.6.6",
    "[::2]:8000",
    "x" * 60_000,
]
OTHERS = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver:3000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver:3000"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "null"},
    {"Origin": "http://"},
    {"Origin": ""},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Origin": "https://TestServer"},  # a proxy speaks TLS
]


def operations() -> list[tuple[str, str]]:
    """Every method and path of the service."""
    paths = TestClient(create_app(Settings())).get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize("host", REBOUND)
def test_a_name_that_is_not_its_own_is_refused(client: TestClient, host: str) -> None:
    for method, path in (
        ("GET", "/models"),
        ("GET", "/"),
        ("POST", "/train"),
        ("POST", "/predict"),
    ):
        response = client.request(method, path, headers={"Host": host})
        assert_problem(response, 421, "BYHAND_ALLOWED_HOSTS")
        assert response.headers["x-content-type-options"] == "nosniff"


def test_every_path_asks_for_the_host(client: TestClient) -> None:
    for method, path in operations():
        response = client.request(method, path, headers={"Host": "evil.example"})
        assert response.status_code == 421, (method, path)


def test_two_hosts_are_none(client: TestClient) -> None:
    headers = [("Host", "testserver"), ("Host", "localhost")]
    assert_problem(client.get("/models", headers=headers), 421)


def test_no_redirection_leads_to_another_host(client: TestClient) -> None:
    response = client.get("/train/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert "location" not in response.headers


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8000", "127.0.0.1:8000", "[::1]:8000", "[0:0:0:0:0:0:0:1]"]
)
def test_this_machine_is_always_allowed(client: TestClient, host: str) -> None:
    assert client.get("/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("other", OTHERS)
def test_another_page_changes_nothing(client: TestClient, other: dict[str, str]) -> None:
    jobs = client.get("/train").json()
    for method, path in operations():
        if method not in SAFE:
            response = client.request(method, path.replace("{id}", "pixels"), headers=other)
            assert assert_problem(response, 403)["code"] == "security.other_page", path
    assert client.get("/train").json() == jobs
    assert client.get("/models/pixels").status_code == 200


@pytest.mark.parametrize("other", OTHERS)
def test_another_page_may_lead_here(client: TestClient, other: dict[str, str]) -> None:
    assert client.get("/", headers=other).status_code == 200


@pytest.mark.parametrize("own", OWN)
def test_the_page_itself_and_programs_go_on(client: TestClient, own: dict[str, str]) -> None:
    answer = client.put("/models/active", json={"model": "pretrained"}, headers=own)
    assert answer.status_code == 200


def check(settings: Settings, method: str = "GET", at: str = "192.168.0.5", **headers: str) -> int:
    """The status of a refusal, or 200."""
    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope: Any = {"method": method, "headers": pairs, "server": (at, 8000)}
    try:
        Origins(settings).check(scope, dict(pairs))
    except ProblemError as error:
        return error.status
    return 200


@pytest.mark.parametrize(
    ("at", "host", "status"),
    [
        ("192.168.0.5", "192.168.0.5:8000", 200),
        ("192.168.0.5", "192.168.0.6:8000", 421),
        ("::ffff:192.168.0.5", "192.168.0.5", 200),
        ("fd00::5", "[fd00:0::5]:8000", 200),
        ("192.168.0.5", "", 200),  # HTTP/1.0, which no browser speaks
    ],
)
def test_the_address_a_call_arrives_at_is_its_own(at: str, host: str, status: int) -> None:
    assert check(Settings(host="0.0.0.0"), at=at, host=host) == status


def test_a_server_for_every_network_answers_to_the_name_of_its_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Desk")
    for host in ("desk:8000", "desk.local:8000"):
        assert check(Settings(host="0.0.0.0"), host=host) == 200
        assert check(Settings(), host=host) == Misdirected.status


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("byhand.example.org", "byhand.example.org", 200),
        ("ByHand.example.org, other", "byhand.Example.org:443", 200),
        ("byhand.example.org", "example.org", 421),
        ("byhand.example.org", "x.byhand.example.org", 421),
        ("*.example.org", "a.b.example.org", 200),
        ("*.example.org", "example.org", 421),
        ("*.example.org", "evilexample.org", 421),
        ("10.0.0.1", "10.0.0.1:80", 200),
        ("*", "anything.at.all", 200),
    ],
)
def test_an_operator_allows_other_names(allowed: str, host: str, status: int) -> None:
    settings = Settings(allowed_hosts=allowed)
    assert check(settings, host=host) == status
    # Its page goes on as well, also where a proxy gives another Host than the browser's.
    for seen in (host, "localhost"):
        changes = check(settings, "POST", host=seen, origin=f"https://{host.lower()}")
        fine = status == 200 and (allowed != "*" or seen == host)
        assert (changes == 200) == fine


def test_a_name_that_is_allowed_makes_no_page_of_another_port_its_own() -> None:
    settings = Settings(allowed_hosts="byhand.example.org")
    for site in ("same-site", "cross-site"):
        headers = {"origin": "https://byhand.example.org:3000", "sec_fetch_site": site}
        assert check(settings, "POST", host="byhand.example.org", **headers) == 403


@pytest.mark.parametrize("wrong", ["http://x.org", "x.org:80", "a b", "x,*y", "*.*.org", "a;b"])
def test_a_setting_that_is_no_list_of_names_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="without http:// and port"):
        Settings(allowed_hosts=wrong)
