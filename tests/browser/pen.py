"""A hand: ten digits as pen strokes in the 280x280 pad, drawn with a real pointer."""

import math
from collections.abc import Iterable

from playwright.sync_api import Page, expect

Point = tuple[float, float]
Strokes = list[list[Point]]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """Part of an ellipse; angles in degrees, clockwise from three o'clock."""
    steps = max(4, int(abs(end - start) / 18))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(t), y + ry * math.sin(t)) for t in angles]


DIGITS: dict[int, Strokes] = {
    0: [arc(140, 140, 60, 95, -90, 270)],
    1: [[(150, 40), (142, 140), (136, 240)]],
    2: [[*arc(140, 95, 55, 55, -170, 30), (90, 230), (205, 230)]],
    3: [[*arc(130, 90, 50, 45, -150, 90), *arc(130, 185, 60, 52, -90, 150)]],
    4: [[(110, 45), (75, 150), (205, 150)], [(170, 45), (165, 240)]],
    5: [[(190, 50), (105, 50), (98, 125), *arc(130, 175, 62, 58, -110, 150)]],
    6: [[(170, 40), (110, 120), *arc(140, 185, 52, 50, -170, 190)]],
    7: [[(70, 60), (205, 60), (165, 140), (130, 240)]],
    8: [[*arc(140, 90, 45, 45, 90, -270), *arc(140, 190, 55, 52, -90, 270)]],
    9: [[*arc(140, 95, 50, 50, 0, -360), (185, 160), (170, 240)]],
}


def draw(page: Page, strokes: Iterable[list[Point]], steps: int = 1) -> None:
    """Draw with the mouse, as a person would: press, move, release."""
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    box = page.locator("#ink").bounding_box()
    assert box is not None
    scale = box["width"] / 280
    for stroke in strokes:
        points = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=steps)
        page.mouse.up()


def to_the_lesson(page: Page) -> None:
    """Scroll to the backward pass once the figure above it is filled, which pushes it down."""
    expect(page.locator("#inside")).to_have_attribute("data-empty", "false")
    page.locator("#learn").scroll_into_view_if_needed()


def press(page: Page, selector: str) -> None:
    """Click where a thing is. Playwright's own click may scroll the page by half a window first."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
