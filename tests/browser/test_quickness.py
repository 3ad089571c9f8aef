"""How much is loaded. How soon the bars move is measured by benchmarks/page.py."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pen import DIGITS, draw
from tests.conftest import serving

MOST_BYTES = 200_000


def test_the_first_load_is_light(new_page: Callable[..., Page], tmp_path: Path) -> None:
    """On a server of its own: another test's runs would be in the list that the page loads."""
    page = new_page()
    sizes: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    with serving(tmp_path) as address:
        page.goto(address, wait_until="networkidle")
    print(f"\nfirst load: {sum(sizes):,.0f} bytes in {len(sizes)} requests")
    assert sum(sizes) < MOST_BYTES


def test_the_page_times_its_answers(page: Page) -> None:
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    assert page.evaluate("performance.getEntriesByName('pointer to bars').length") > 0
