"""Which network reads is this reader's choice: kept in the link and the tab, whatever others do."""

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page, expect

from model.data.idx import load_mnist_part
from model.serialization.checkpoint import bundled
from tests.browser.conftest import Watch
from tests.browser.pen import DIGITS, draw
from tests.browser.test_training import row

SMALL = {"epochs": 1, "train_examples": 300, "hidden_layers": [6]}


def a_digit(digit: int) -> str:
    """With its article: "a 7", "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def trained(page: Page, address: str, name: str) -> str:
    """The id of a small network, trained by the service."""
    job = page.request.post(f"{address}/train", data={**SMALL, "name": name}).json()["id"]
    page.goto(address)
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    model: str = page.request.get(f"{address}/train/{job}").json()["model"]
    expect(page.locator(f"#network option[value='{model}']")).to_be_attached()
    return model


def test_the_page_reads_with_pixels_and_the_service_with_edges(
    page: Page, live_server: str
) -> None:
    expect(page.locator("#network")).to_have_value("pixels")
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#inside-input")).to_have_js_property("width", 28 * 8)
    pixels = load_mnist_part("test")[0][0].tolist()
    answer = page.request.post(f"{live_server}/predict", data={"pixels": pixels})
    assert answer.json()["model"] == "pretrained"


def test_the_words_are_about_the_chosen_network_before_the_first_stroke(page: Page) -> None:
    expect(page.locator("#inside [data-features=pixels]").first).to_be_visible()
    page.select_option("#network", "pretrained")
    expect(page.locator("#inside [data-features=edges]").first).to_be_visible()
    expect(page.locator("#inside [data-features=pixels]").first).to_be_hidden()


def test_the_other_bundled_network_says_when_it_disagrees(page: Page, live_server: str) -> None:
    images, _ = load_mnist_part("test")
    read = [bundled(name).probabilities(images).argmax(axis=1) for name in ("pixels", "pretrained")]
    index = int(np.flatnonzero(read[0] != read[1])[0])
    page.goto(f"{live_server}/#ink=m{index}")
    expect(page.locator("#digit")).to_have_text(str(read[0][index]))
    expect(page.locator("#second")).to_contain_text(f"edges reads {a_digit(read[1][index])}")
    page.select_option("#network", "pretrained")
    expect(page.locator("#digit")).to_have_text(str(read[1][index]))
    expect(page.locator("#second")).to_contain_text(f"pixels reads {a_digit(read[0][index])}")
    page.click("#clear")
    expect(page.locator("#second")).to_be_empty()


def test_what_another_tab_activates_or_deletes_does_not_change_what_is_read_unsaid(
    page: Page, live_server: str, watch: Watch
) -> None:
    mine = trained(page, live_server, "to be deleted")
    page.select_option("#network", mine)
    draw(page, DIGITS[1])
    expect(page.locator("#hidden-1")).to_have_js_property("width", 4 * 24)
    other = trained(page, live_server, "everybody's")
    page.request.put(f"{live_server}/models/active", data={"model": other})
    page.select_option("#network", mine)
    draw(page, DIGITS[1])
    expect(page.locator("#digit")).not_to_be_empty()
    expect(page.locator("#network")).to_have_value(mine)
    page.request.put(f"{live_server}/models/active", data={"model": "pretrained"})
    page.request.delete(f"{live_server}/models/{mine}")
    draw(page, DIGITS[7])
    expect(page.locator("#network-say")).to_contain_text("no longer here")
    expect(page.locator("#network")).to_have_value("pixels")
    page.click("#clear")
    draw(page, DIGITS[7])
    expect(page.locator("#digit")).to_have_text("7")
    watch.complaints = [said for said in watch.complaints if "404" not in said]


def test_making_it_everybodys_is_another_button(page: Page, live_server: str) -> None:
    mine = trained(page, live_server, "for everybody")
    rows = page.locator(f"[data-model='{mine}']")
    rows.get_by_role("button", name="Read with it").click()
    expect(page.locator("#network")).to_have_value(mine)
    active = page.request.get(f"{live_server}/models/pretrained").json()["active"]
    assert active is True
    rows.get_by_role("button", name="Use for everybody").click()
    expect(rows).to_have_attribute("data-active", "true")
    edges = page.locator("[data-model=pretrained]")
    edges.get_by_role("button", name="Use for everybody").click()
    expect(edges).to_have_attribute("data-active", "true")
    expect(page.locator("#network")).to_have_value(mine)


def test_a_mistake_is_read_by_the_network_that_made_it(page: Page, live_server: str) -> None:
    mine = trained(page, live_server, "mistaken")
    page.locator(f"[data-model='{mine}']").get_by_role("button", name="Mistakes").click()
    expect(page.locator("#mistakes-say")).to_contain_text("mistaken reads")
    worst = page.locator("#mistakes button").first
    label, digit = worst.inner_text().split(",")[0].split(" read as ")
    worst.click()
    expect(page.locator("#network")).to_have_value(mine)
    expect(page.locator("#digit")).to_have_text(digit)
    expect(page.locator("#truth")).to_contain_text(label)


def test_own_runs_stand_before_others(
    page: Page, new_page: Callable[..., Page], live_server: str
) -> None:
    others = trained(page, live_server, "of somebody else")
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    for field, value in (("name", "my own"), ("epochs", "1"), ("train_examples", "300")):
        page.fill(f"#train-form [name={field}]", value)
    page.press("#train-form [type=submit]", "Enter")
    own = page.locator("#network optgroup").first
    expect(own).to_have_attribute("label", "your runs")
    expect(own).to_contain_text("my own")
    elsewhere = page.locator("#network optgroup").last
    expect(elsewhere.locator(f"option[value='{others}']")).to_be_attached()
