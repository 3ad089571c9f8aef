"""A real browser before a real server: no complaint in its console, no call out of here."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.conftest import serving

# The shell has no browser's window of its own to draw: a page opens in half the time.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing outside is ever reached. Asking the test about each request would slow down all.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
ACTIVE = ("queued", "running", "paused")
HERE = {"127.0.0.1", "localhost"}
PATIENCE = 90_000  # milliseconds: a busy machine trains slowly

expect.set_options(timeout=PATIENCE)


def find_browser(playwright: Playwright) -> str | None:
    """Playwright's own Chromium, or one of the system's."""
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browsers_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for the browser alone: no other test's jobs are in its lists and its queue."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def live_server(browsers_server: str) -> Iterator[str]:
    """Its address; a run that a failed test left behind is not in the next one's way."""
    yield browsers_server
    for state in ACTIVE:
        left = httpx.get(f"{browsers_server}/train", params={"state": state, "limit": 200})
        for job in left.json()["items"]:
            httpx.delete(f"{browsers_server}/train/{job['id']}")


@pytest.fixture(scope="session")
def locked_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that trains only for whoever has the key "sesame"."""
    with serving(tmp_path_factory.mktemp("locked"), BYHAND_API_KEY="sesame") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: Playwright keeps an event loop running, and other tests run their own."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            pytest.skip(
                "no Chromium found: `playwright install chromium` or `apt install chromium`"
            )
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


class Watch:
    """What a page said and asked for while it was open."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.outside: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._note)
        context.on("console", lambda said: self._hear(said.type, said.text))
        context.on("weberror", lambda error: self._hear("error", str(error.error)))

    def _note(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme.startswith(("http", "ws")) and url.hostname not in HERE:
            self.outside.append(request.url)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`new_page(width=360, …)`: a page in a context of its own, watched."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        watch.over(context)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    yield make
    for context in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # an answer may still be on its way
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page], live_server: str, watch: Watch) -> Iterator[Page]:
    """The page, open; in the end nothing may have complained or called out."""
    page = new_page()
    page.goto(live_server)
    yield page
    assert watch.complaints == []
    assert watch.outside == []


@pytest.fixture
def open_at(new_page: Callable[..., Page], live_server: str) -> Callable[..., Page]:
    """`open_at(3, 7, width=320)`: a page with exercise 3-7 open."""

    def opened(level: int, seed: int = 1, **options: Any) -> Page:
        page = new_page(**{"reduced_motion": "reduce", **options})
        page.goto(f"{live_server}/exercises#level={level}&seed={seed}")
        expect(page.locator("#answer")).to_be_visible()
        return page

    return opened
