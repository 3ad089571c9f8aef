"""Pictures of the page: a few for the README (docs/images), or every view at every size and theme.

    python -m scripts.screenshots                  # docs/images/*.png
    python -m scripts.screenshots --every DIR      # DIR/SIZE-THEME-VIEW.png, to be looked at
    python -m scripts.screenshots --every DIR --size 4k --theme dark

Needs the tests' browser and Pillow.
"""

import argparse
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from model.exercises import exercise, mistake, right_gradients, wrong_gradients
from tests.browser.conftest import PATIENCE, QUIET, find_browser
from tests.browser.pen import DIGITS, draw
from tests.conftest import serving

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZES = {
    "phone320": (320, 640),
    "phone360": (360, 740),
    "laptop": (1366, 768),
    "projector": (1920, 1080),
    "4k": (3840, 2160),
}
THEMES = ("light", "dark")
SECONDS = 1000


class Camera:
    """Takes pictures of a page's window into a directory."""

    def __init__(self, page: Page, directory: Path, prefix: str = "") -> None:
        self.page = page
        self.directory = directory
        self.prefix = prefix

    def take(self, name: str) -> None:
        """The window, in 256 colours: few are needed, but rare ones count."""
        picture = Image.open(io.BytesIO(self.page.screenshot(animations="disabled")))
        few = picture.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        target = self.directory / f"{self.prefix}{name}.png"
        few.save(target, optimize=True)
        print(f"{target.name}: {target.stat().st_size:,} bytes")

    def take_part(self, name: str, selector: str) -> None:
        """The window with an element at its top."""
        show(self.page, selector)
        self.take(name)


def show(page: Page, selector: str) -> None:
    """Scroll to an element, without the time that a smooth scroll takes."""
    page.locator(selector).evaluate(
        "part => part.scrollIntoView({ behavior: 'instant', block: 'start' })"
    )
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def age_views(camera: Camera) -> None:
    """One digit at five ages, with the weights that grow out of noise, and the backward pass."""
    page = camera.page
    expect(page.locator("#inside .figure")).to_be_visible()
    last = int(page.locator("#age").get_attribute("max") or 0)
    for index in (0, 3, 4, 6, last):
        page.locator("#age").fill(str(index))
        expect(page.locator("#age")).to_have_value(str(index))
        page.wait_for_load_state("networkidle")
        camera.take_part(f"age{index}", "#inside .flow")
        camera.take_part(f"age{index}-weights", "#all-weights")


def watch_views(camera: Camera) -> None:
    """A run that is watched while it learns, and paused."""
    page = camera.page
    train(page, "a run", epochs="200")
    expect(page.locator("#watch-say")).to_contain_text("epoch")
    page.click("#watch-pause")
    expect(page.locator("#watch-epoch")).to_be_visible()
    camera.take_part("watch", "#watch")
    page.click("#watch-stop")
    expect(page.locator("#watch-over")).not_to_be_empty()


def draw_views(camera: Camera) -> None:
    """The empty pad, a sure and an unsure answer."""
    page = camera.page
    camera.take("draw-empty")
    camera.take_part("inside-empty", "#inside")
    draw(page, DIGITS[5])
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#verdict")).not_to_be_empty()
    camera.take("draw")


def inside_views(camera: Camera) -> None:
    """The network at rest and with an output pointed at."""
    page = camera.page
    expect(page.locator("#inside .figure")).to_be_visible()
    camera.take_part("inside", "#inside")
    page.locator("#inside-outputs [data-digit='5']").focus()
    expect(page.locator("#inside-say")).to_contain_text("Output 5")
    camera.take_part("inside-output", "#inside .flow")
    camera.take_part("inside-unit", "#unit-card")
    camera.take_part("inside-weights", "#all-weights")


def backward_views(camera: Camera, stages: int = 6) -> None:
    """Each stage of the backward pass, and a step downhill."""
    page = camera.page
    camera.take_part("learn", "#learn")
    expect(page.locator("#learn .figure")).to_be_visible()
    page.locator("#label-3").check()
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    for stage in range(1, stages + 1):
        camera.take_part(f"learn-stage{stage}", "#labels" if stage == 1 else ".stepper")
        if stage < stages:
            page.click("#stage-forward")
    page.click("#step-take")
    expect(page.locator("#loss-after")).not_to_have_text("–")
    camera.take_part("learn-step", "#step")


def training_views(camera: Camera) -> None:
    """Form, runs, curves, the table, networks, mistakes."""
    page = camera.page
    camera.take_part("train", "#train")
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    camera.take_part("train-form", "#train-form details")
    page.locator("#train-form details").evaluate("details => { details.open = false; }")
    camera.take_part("train-curves", "#jobs-title")
    camera.take_part("train-norms", "#chart-norms")
    camera.take_part("train-compared", "#runs-table")
    camera.take_part("train-networks", "#models")
    page.locator("[data-model]").get_by_role("button", name="Mistakes").first.click()
    expect(page.locator("#mistakes li").first).to_be_visible()
    camera.take_part("train-mistakes", "#examination")


def derivation_views(camera: Camera, address: str) -> None:
    """The top of the derivation, an equation, the errata."""
    page = camera.page
    page.goto(f"{address}/derivation")
    camera.take("derivation")
    camera.take_part("derivation-equation", ".equation >> nth=3")
    camera.take_part("derivation-errata", ".errata")


def exercise_views(camera: Camera, address: str) -> None:
    """An exercise failed with σ′ forgotten, hinted at, and passed; a planted bug."""
    page = camera.page
    page.goto(f"{address}/exercises#level=3&seed=5")
    task = exercise(3, 5)
    wrong = wrong_gradients(task.parameters, task.X, task.targets, mistake(30))
    for name, grads in (("failed", wrong), ("passed", right_gradients(task))):
        for array, g in grads.items():
            for at, value in enumerate(g.ravel()):
                page.locator(f"[data-grid={array}] input").nth(at).fill(f"{value:.4f}")
        with page.expect_response("**/check*"):
            page.click("#check")
        expect(page.locator("#result-title")).to_be_visible()
        camera.take_part(f"exercises-{name}", "#yours")
        if grads is wrong:
            page.click("#more")
            page.click("#more")
            camera.take_part("exercises-hinted", "#result")
    show(page, "#bug")
    page.locator("#hunt button").nth(3).click()
    camera.take_part("exercises-bug", "#bug")


def lesson_views(browser: Browser, address: str) -> None:
    """Every lesson with its curves and its diagnosis, two beside each other, in one picture."""
    page = browser.new_page(viewport={"width": 660, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/#view=train")
    show(page, "#train")
    expect(page.locator("#lesson-row input").first).to_be_visible()
    shots: list[Image.Image] = []
    for radio in page.locator("#lesson-row input").all():
        radio.check()
        page.click("#lesson-train")
        expect(page.locator("#lesson-state")).to_contain_text("as it went wrong,", timeout=PATIENCE)
        taken = page.locator("#lessons .card").screenshot(animations="disabled")
        shots.append(Image.open(io.BytesIO(taken)).convert("RGB"))
    rows = [shots[first : first + 2] for first in range(0, len(shots), 2)]
    heights = [max(shot.height for shot in row) for row in rows]
    whole = Image.new("RGB", (2 * shots[0].width, sum(heights)), "white")
    for number, row in enumerate(rows):
        for column, shot in enumerate(row):
            whole.paste(shot, (column * shot.width, sum(heights[:number])))
    few = whole.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(IMAGES / "lessons.png", optimize=True)
    page.close()


def train(page: Page, name: str, **fields: str) -> None:
    """Fill the form and start a run."""
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    for field, value in {"name": name, **fields}.items():
        page.fill(f"[name={field}]", value)
    page.click("#train-form [type=submit]")


def train_two(page: Page) -> None:
    """Two runs that are told apart by their curves."""
    for name, momentum in (("with momentum", "0.9"), ("without", "0")):
        train(page, name, epochs="5", momentum=momentum)
        run = page.locator("#jobs [data-state=succeeded]", has_text=name)
        expect(run).to_be_visible(timeout=120 * SECONDS)
    page.locator("#train-form details").evaluate("details => { details.open = false; }")


def every_view(
    browser: Browser, address: str, directory: Path, sizes: list[str], themes: list[str]
) -> None:
    """Every view at these sizes in these themes."""
    directory.mkdir(parents=True, exist_ok=True)
    starter = browser.new_page()
    starter.goto(address)
    train_two(starter)
    train(starter, "under way", epochs="5000", train_examples="300", learning_rate="5")
    expect(starter.locator("#jobs [data-state=running]")).to_be_visible()
    for size in sizes:
        width, height = SIZES[size]
        for theme in themes:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=theme,  # type: ignore[arg-type]
                has_touch=size.startswith("phone"),
            )
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            camera = Camera(page, directory, f"{size}-{theme}-")
            draw_views(camera)
            inside_views(camera)
            age_views(camera)
            backward_views(camera)
            training_views(camera)
            watch_views(camera)
            derivation_views(camera, address)
            exercise_views(camera, address)
            page.close()
    starter.locator("#jobs [data-state=running]").get_by_role("button", name="Cancel").click()


def readme_views(browser: Browser, address: str) -> None:
    """The few that the README and the decisions show."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    camera = Camera(page, IMAGES)
    draw(page, DIGITS[5])
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#verdict")).not_to_be_empty()
    camera.take("page")
    page.locator("#inside-outputs [data-digit='5']").focus()
    expect(page.locator("#inside-say")).to_contain_text("Output 5")
    camera.take_part("inside", "#inside")
    page.locator("#age").fill("4")
    page.wait_for_load_state("networkidle")
    camera.take_part("ages", "#all-weights")
    page.select_option("#network", "pretrained")
    page.select_option("#network", "pixels")
    show(page, "#learn")
    expect(page.locator("#learn-say")).not_to_be_empty()
    for _ in range(4):
        page.click("#stage-forward")
    expect(page.locator("#check")).to_have_attribute("data-check", "agrees")
    camera.take_part("backpropagation", "#learn")
    page.locator("#step-rate").fill("30")
    for steps in range(1, 4):
        page.click("#step-take")
        expect(page.locator("#step-trail")).to_contain_text(f"After {steps} step")
    page.wait_for_function(  # the whole curve, from α = 0.001 to 10
        "() => document.querySelector('.fall-real').getAttribute('d').split('L').length >= 17"
    )
    camera.take_part("step", "#step")
    train_two(page)
    page.set_viewport_size({"width": 1280, "height": 1000})
    camera.take_part("train", "#train")
    page.set_viewport_size({"width": 1280, "height": 800})
    camera.take_part("mistakes", "#examination")
    watch_views(camera)
    exercise_views(camera, address)
    lesson_views(browser, address)
    phone = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    phone.goto(address)
    draw(phone, DIGITS[8])
    expect(phone.locator("#verdict")).not_to_be_empty()
    Camera(phone, IMAGES).take("phone-dark")


@contextmanager
def a_browser_and_a_server() -> Iterator[tuple[Browser, str]]:
    """Chromium, and byhand with an empty store."""
    with (
        tempfile.TemporaryDirectory() as directory,
        serving(Path(directory)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=QUIET)
        yield browser, address
        browser.close()


def main() -> None:
    """Read the command line, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=Path, metavar="DIR", help="every view, into DIR")
    parser.add_argument("--size", action="append", choices=SIZES, help="only this; repeatable")
    parser.add_argument("--theme", action="append", choices=THEMES, help="only this")
    wanted = parser.parse_args()
    with a_browser_and_a_server() as (browser, address):
        if wanted.every:
            sizes, themes = wanted.size or list(SIZES), wanted.theme or list(THEMES)
            every_view(browser, address, wanted.every, sizes, themes)
        else:
            readme_views(browser, address)


if __name__ == "__main__":
    main()
