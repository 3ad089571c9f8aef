"""Measures in a real browser what the page loads, and how fast its answer follows the pointer.

    python -m benchmarks.page [--rounds 3]

One headless Chromium, one server on this machine. The page itself measures each answer, from the
pointer's move to the bars that are set; a round draws four digits after one that is not counted.
It needs the browser of the tests.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import QUIET, find_browser
from tests.browser.pen import DIGITS, draw
from tests.conftest import serving


def first_load(browser: Browser, address: str) -> tuple[int, int]:
    """The bytes of everything that the page asks for with an empty cache, and how many answers."""
    page = browser.new_page()
    sizes: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    page.close()
    return round(sum(sizes)), len(sizes)


def pointer_to_bars(page: Page) -> list[float]:
    """Milliseconds of each answer while four digits are drawn."""
    write(page, 7)
    page.evaluate("performance.clearMeasures()")
    for digit in (0, 3, 5, 8):
        write(page, digit)
    took = "performance.getEntriesByName('pointer to bars').map(({ duration }) => duration)"
    answers: list[float] = page.evaluate(took)
    return answers


def write(page: Page, digit: int) -> None:
    """Draw it on an empty pad, and wait until it is read."""
    page.click("#clear")
    draw(page, DIGITS[digit])
    expect(page.locator("#digit")).to_have_text(str(digit))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory, serving(Path(directory)) as address:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_browser(playwright), args=QUIET
            )
            size, answers = first_load(browser, address)
            print(f"first load: {size:,} bytes in {answers} requests")
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            for _ in range(rounds):
                took = pointer_to_bars(page)
                p95 = quantiles(took, n=20)[-1]
                print(
                    f"pointer to bars: median {median(took):.1f} ms, "
                    f"95th percentile {p95:.1f} ms of {len(took)} answers"
                )
            browser.close()


if __name__ == "__main__":
    main()
