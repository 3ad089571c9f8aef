"""Make docs/images/*.png: the page as the README shows it. Needs the tests' browser and Pillow."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import QUIET, find_browser
from tests.browser.pen import DIGITS, draw
from tests.conftest import serving

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


def save(page: Page, name: str) -> None:
    """A picture of the window, in 256 colours: few are needed, but rare ones count."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    IMAGES.mkdir(parents=True, exist_ok=True)
    target = IMAGES / f"{name}.png"
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size:,} bytes")


def show(page: Page, part: str) -> None:
    """Scroll to a part of the page, without the time that a smooth scroll takes."""
    page.locator(f"#{part}").evaluate("part => part.scrollIntoView({ behavior: 'instant' })")


def study(page: Page) -> None:
    """Draw, look inside, go back through the stages."""
    draw(page, DIGITS[5])
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#verdict")).not_to_be_empty()
    save(page, "page")
    show(page, "inside")
    page.locator("#inside-outputs [data-digit='5']").hover()
    expect(page.locator("#inside-say")).to_contain_text("Output 5")
    save(page, "inside")
    page.mouse.move(2, 400)
    show(page, "learn")
    expect(page.locator("#learn .figure")).to_be_visible()
    page.locator("#label-3").check()
    for _ in range(4):
        page.click("#stage-forward")
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    save(page, "backpropagation")


def train(page: Page) -> None:
    """Two runs, their curves and a table."""
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    for name, momentum in (("with momentum", "0.9"), ("without", "0")):
        page.fill("[name=name]", name)
        page.fill("[name=epochs]", "5")
        page.fill("[name=momentum]", momentum)
        page.click("#train-form [type=submit]")
        run = page.locator("#jobs [data-state=succeeded]", has_text=name)
        expect(run).to_be_visible(timeout=120_000)
    page.locator("#train-form details").evaluate("details => { details.open = false; }")
    show(page, "train")
    page.wait_for_timeout(500)
    save(page, "train")


def main() -> None:
    """Every picture, from a server with an empty store."""
    with tempfile.TemporaryDirectory() as directory, serving(Path(directory)) as address:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_browser(playwright), args=QUIET
            )
            laptop = browser.new_page(viewport=LAPTOP)
            laptop.goto(address)
            study(laptop)
            train(laptop)
            phone = browser.new_page(viewport=PHONE, color_scheme="dark")
            phone.goto(address)
            draw(phone, DIGITS[8])
            expect(phone.locator("#verdict")).not_to_be_empty()
            save(phone, "phone-dark")
            browser.close()


if __name__ == "__main__":
    main()
