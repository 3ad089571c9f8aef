"""A slow, absent or returning server; old answers; no internet."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Watch
from tests.browser.pen import DIGITS, draw
from tests.conftest import BYHAND, wait_until_ready


@pytest.fixture
def held(page: Page) -> list[Route]:
    """The first question to /predict, which is not answered until the test does; `said` in the
    page lists what #digit shows."""
    held: list[Route] = []
    page.route("**/predict?*", lambda route: held.append(route), times=1)
    page.evaluate(
        """() => {
          window.said = [];
          const digit = document.querySelector("#digit");
          const listen = new MutationObserver(() => said.push(digit.textContent));
          listen.observe(digit, { childList: true });
        }"""
    )
    return held


def release(page: Page, held: list[Route]) -> None:
    """Answer the question that was held, and let the page take the answer in."""
    (route,) = held
    with page.expect_response("**/predict?*"):
        route.fulfill(response=route.fetch())
    page.evaluate(
        """async () => {
          await (await fetch("/healthz")).text();
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        }"""
    )


def test_an_old_answer_never_overwrites_a_newer_one(page: Page, held: list[Route]) -> None:
    draw(page, DIGITS[1])
    page.click("#clear")
    draw(page, DIGITS[3])
    release(page, held)
    expect(page.locator("#digit")).to_have_text("3")
    assert "1" not in page.evaluate("said")


def test_an_answer_that_comes_after_clearing_is_dropped(page: Page, held: list[Route]) -> None:
    draw(page, DIGITS[1])
    page.click("#clear")
    release(page, held)
    assert page.evaluate("said.filter(Boolean)") == []
    expect(page.locator("#digit")).to_be_empty()


def test_doubt_is_said_in_words(page: Page) -> None:
    def doubt(route: Route) -> None:
        answer = route.fetch()
        body = answer.json() | {"uncertain": True, "reason": "this looks like no digit"}
        route.fulfill(response=answer, json=body)

    page.route("**/predict?*", doubt)
    draw(page, DIGITS[1])
    expect(page.locator("#verdict")).to_have_text("This looks like no digit.")


@pytest.fixture
def server(tmp_path: Path) -> Iterator["Server"]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


class Server:
    """A byhand that can be killed and started again at the same address."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        environment = os.environ | {"BYHAND_DATA_DIR": str(self.directory / "data")}
        log = self.directory / "log"
        with log.open("a") as out:
            self.process = subprocess.Popen(
                [BYHAND, "serve", "--port", str(self.port)],
                env=environment,
                stdout=out,
                stderr=out,
                text=True,
            )
        wait_until_ready(self.address, self.process, log)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def test_a_killed_server_is_told_and_when_it_is_back_all_goes_on(
    new_page: Callable[..., Page], server: Server
) -> None:
    page = new_page()
    page.goto(server.address)
    draw(page, DIGITS[2])
    expect(page.locator("#digit")).to_have_text("2")
    server.stop()
    page.click("#clear")
    draw(page, DIGITS[5])
    expect(page.locator("#away")).to_contain_text("does not answer")
    expect(page.locator("#away")).to_contain_text("your drawing is kept")
    server.start()
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#away")).to_be_empty()


def test_without_the_internet_everything_works(page: Page, live_server: str, watch: Watch) -> None:
    for path in ("/", "/derivation", "/exercises", "/docs"):
        page.goto(live_server + path)
        page.wait_for_load_state("networkidle")
    assert watch.outside == []


def test_a_call_outside_would_be_noticed_and_reaches_nothing(
    new_page: Callable[..., Page], live_server: str, watch: Watch
) -> None:
    page = new_page(bypass_csp=True)  # the page's own policy would not even ask
    page.goto(live_server)
    for url in ("http://example.com/x", "http://192.0.2.1/x"):
        call = f"fetch('{url}', {{mode: 'no-cors'}}).then(() => 'reached', () => 'refused')"
        assert page.evaluate(call) == "refused"
    assert watch.outside == ["http://example.com/x", "http://192.0.2.1/x"]
