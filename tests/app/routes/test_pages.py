import re

import pytest
from fastapi.testclient import TestClient

from app.routes.pages import STATIC
from tests.app.conftest import assert_problem


@pytest.mark.parametrize(("path", "file"), [("/", "index"), ("/derivation", "derivation")])
def test_the_pages_are_served(client: TestClient, path: str, file: str) -> None:
    response = client.get(path)
    assert response.headers["content-type"].startswith("text/html")
    assert response.content == (STATIC / f"{file}.html").read_bytes()


@pytest.mark.parametrize("file", sorted(p.name for p in STATIC.glob("*.*")))
def test_every_file_of_the_page_is_served_with_its_type(client: TestClient, file: str) -> None:
    response = client.get(f"/{file}")
    assert response.content == (STATIC / file).read_bytes()
    kinds = {"js": "text/javascript", "css": "text/css", "html": "text/html", "svg": "image/svg"}
    assert response.headers["content-type"].startswith(kinds.get(file.rpartition(".")[2], ""))


def test_the_browser_asks_each_time_and_is_told_when_nothing_changed(client: TestClient) -> None:
    first = client.get("/")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_head_is_answered_without_a_body(client: TestClient) -> None:
    response = client.head("/")
    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/../pyproject.html", "/%2e%2e/app/main.html", "/a/../../x.js"]
)
def test_what_is_not_in_the_directory_is_not_served(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404)


def test_an_api_path_keeps_its_405(client: TestClient) -> None:
    assert_problem(client.get("/predict"), 405, "POST")


def test_the_api_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    html = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(links) >= 3
    for link in links:
        assert link.startswith("/")
        assert client.get(link).status_code == 200


def test_text_is_compressed_for_those_who_accept_it(client: TestClient) -> None:
    small = client.get("/css/style.css", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/css/style.css", headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert small.content == plain.content
