"""A worksheet on paper: one A4 page, and a code that a phone reads."""

import re
from collections.abc import Callable

import cv2
import numpy as np
from playwright.sync_api import Page


def pages(page: Page) -> int:
    printed = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[0 0 59[4-6][.\d]* 84[1-3][.\d]*\]", printed)  # A4
    return len(re.findall(rb"/Type /Page\b(?!s)", printed))


def test_each_sheet_is_one_page_and_each_solution_another(page: Page, live_server: str) -> None:
    for level in (1, 2, 3):
        page.goto(f"{live_server}/worksheet?seed=5&level={level}")
        assert pages(page) == 1
    page.goto(f"{live_server}/worksheet?seed=5&solution=true")
    assert pages(page) == 2
    page.goto(f"{live_server}/worksheet?seed=5&sheets=3")
    assert pages(page) == 3


def test_the_code_leads_to_the_check(new_page: Callable[..., Page], live_server: str) -> None:
    page = new_page(device_scale_factor=4)
    page.goto(f"{live_server}/worksheet?seed=41&level=2")
    shot = np.frombuffer(page.locator(".code").screenshot(), np.uint8)
    grey = cv2.imdecode(shot, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    framed = cv2.copyMakeBorder(grey, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    read, *_ = cv2.QRCodeDetector().detectAndDecode(framed)
    assert read == f"{live_server}/exercises#level=2&seed=41"
    page.goto(read)
    page.get_by_text("Exercise 2-41").wait_for()


def test_a_class_set_with_its_key_is_asked_for_in_a_form(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/exercises")
    form = page.locator("#paper form")
    form.locator("[name=sheets]").fill("3")
    form.locator("[name=seed]").fill("20")
    form.locator("[name=solution]").check()
    form.locator("button").click()
    page.wait_for_url("**/worksheet?**")
    made = page.locator(".sheet").evaluate_all("sheets => sheets.map(s => s.dataset.exercise)")
    assert made == ["3-20", "3-21", "3-22"]
    assert page.locator(".key section").count() == 3
    assert pages(page) == 4


def test_a_phone_shows_it_without_scrolling_sideways(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(width=360)
    page.goto(f"{live_server}/worksheet?seed=5&solution=true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
