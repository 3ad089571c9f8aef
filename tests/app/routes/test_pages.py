import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import settings
from app.routes import pages
from app.routes.pages import Files
from app.routes.template import fill, read_words
from app.settings import STATIC, words_file
from tests.app.conftest import assert_problem

TEMPLATES = ("index.html", "exercises.html")
AS_THEY_ARE = sorted(p.name for p in STATIC.glob("*.*") if p.name not in TEMPLATES)


def test_the_derivation_is_served_as_it_is(client: TestClient) -> None:
    response = client.get("/derivation")
    assert response.headers["content-type"].startswith("text/html")
    assert response.content == (STATIC / "derivation.html").read_bytes()


@pytest.mark.parametrize("path", ["/exercises", "/exercises.html", "/js/../exercises.html"])
def test_the_exercises_say_which_files_the_service_takes(
    serve: Callable[..., TestClient], path: str
) -> None:
    tags = []
    for run_code, takes in ((False, ".npz"), (True, ".npz,.py")):
        client = serve(run_code=run_code)
        response = client.get(path)
        assert f'data-takes="{takes}"' in response.text
        assert "{{" not in response.text
        again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
        tags.append(response.headers["etag"])
    assert tags[0] != tags[1]


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_the_main_page_is_its_template_filled_with_words(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["content-type"].startswith("text/html")
    assert '<html lang="en">' in response.text
    assert '<a class="skip" href="#ink">Skip to the drawing pad</a>' in response.text
    assert 'placeholder="my run"' in response.text
    assert "{{" not in response.text


def test_the_page_is_the_same_compressed_and_plain(client: TestClient) -> None:
    small = client.get("/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert small.content == plain.content
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "default-src 'none'" in small.headers["content-security-policy"]


def test_a_name_without_words_fails_loudly() -> None:
    assert (
        fill("<p>{{a.b}}</p>", {"a": {"b": "said <em>so</em>"}}, "en") == "<p>said <em>so</em></p>"
    )
    for unknown in ("a.c", "c", "a", "a.b.c"):
        with pytest.raises(KeyError, match=re.escape(f"{{{{{unknown}}}}}")):
            fill(f"<p>{{{{{unknown}}}}}</p>", {"a": {"b": "said"}}, "en")


def test_words_in_an_attribute_cannot_end_it() -> None:
    words = {"a": 'say "ink" & <wait>'}
    assert fill('<p title="{{a}}">', words, "en") == (
        '<p title="say &quot;ink&quot; &amp; &lt;wait&gt;">'
    )


def test_every_sentence_of_the_words_is_used_and_none_is_missing() -> None:
    scripts = "".join(file.read_text() for file in STATIC.glob("js/**/*.js"))
    template = (STATIC / "index.html").read_text()
    for part, sentences in read_words(words_file("en")).items():
        for name in sentences:
            in_template = f"{{{{{part}.{name}}}}}" in template
            assert in_template or re.search(rf"\b{name}\b", scripts), f"{part}.{name}"


def test_words_that_are_not_json_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "xx.js"
    file.write_text("export default {draw: 'no quotes'};")
    with pytest.raises(ValueError, match="property name"):
        read_words(file)


def test_a_change_of_the_words_is_seen_at_the_next_reload(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static = shutil.copytree(STATIC, tmp_path / "static")
    monkeypatch.setattr(settings, "STATIC", static)
    monkeypatch.setattr(pages, "files", Files(directory=static))
    before = client.get("/")
    file = static / "words" / "en.js"
    file.write_text(file.read_text().replace("Skip to the drawing pad", "Jump to the pad"))
    os.utime(file, (2e9, 2e9))  # clocks of files are coarse
    after = client.get("/", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "Jump to the pad" in after.text
    assert after.headers["etag"] != before.headers["etag"]
    assert client.get("/", headers={"If-None-Match": after.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("file", AS_THEY_ARE)
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


@pytest.mark.parametrize("refusal", ["gzip;q=0", "*;q=0", "gzip;q=0, *", "br;q=1.0, gzip; q=0.0"])
@pytest.mark.parametrize("path", ["/", "/derivation", "/css/style.css", "/js/main.js"])
def test_who_refuses_gzip_is_sent_none(client: TestClient, path: str, refusal: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": refusal})
    assert response.status_code == 200
    assert "content-encoding" not in response.headers


def test_the_template_is_never_served_unfilled(client: TestClient) -> None:
    for path in ("/./index.html", "/js/../index.html", "/%2e/index.html", "/css/..//index.html"):
        assert "{{" not in client.get(path).text


@pytest.mark.parametrize("path", ["/derivation.html", "/docs-assets/favicon.png"])
@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("nonsense", 400, "request.range"),
        ("lines=0-9", 400, "request.range"),
        ("bytes=9-2", 400, "request.range"),
        ("bytes=99999999-", 416, "request.range_beyond"),
    ],
)
def test_a_range_that_cannot_be_served_is_a_problem_document(
    client: TestClient, path: str, asked: str, status: int, code: str
) -> None:
    answer = client.get(path, headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["code"] == code
    assert asked in answer.json()["detail"]
    whole = client.get(path)
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(whole.content)}"
    head = client.head(path, headers={"Range": asked})
    assert (head.status_code, head.content) == (status, b"")
    part = client.get(path, headers={"Range": "bytes=1-4"})
    assert (part.status_code, part.content) == (206, whole.content[1:5])
