"""Own data, from a zip to its confusion matrix; what cannot be read is said."""

import gzip
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from model.data.idx import load_mnist_part
from model.data.orientation import transposed
from tests.browser.test_training import start
from tests.model.data.test_idx import idx_bytes
from tests.shapes import KINDS, shapes_zip


def choose(page: Page, *files: Path) -> None:
    page.locator("#own-data").evaluate("details => { details.open = true; }")
    page.set_input_files("#data-files", files)
    page.press("#data-form [type=submit]", "Enter")


def odd_file(folder: Path) -> Path:
    """One that is no data."""
    odd = folder / "notes.txt"
    odd.write_text("no data")
    return odd


def test_things_are_learnt_from_a_zip_and_their_mistakes_seen_by_name(
    page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "things.zip"
    file.write_bytes(shapes_zip())
    choose(page, file)
    expect(page.locator("#data-say")).to_contain_text(f"things: {', '.join(KINDS)}. 334 pictures")
    expect(page.locator("#data-notices")).to_contain_text("none was cropped")
    expect(page.locator("#data-pictures li")).to_have_count(30)
    expect(page.locator("#data-pictures")).to_contain_text("sweater")
    expect(page.locator("#field-dataset option:checked")).to_have_text("things")

    start(page, "of things", epochs="4", train_examples="")
    expect(page.locator("#mistakes-say")).to_contain_text("of 100 test pictures")
    heads = page.locator("#confusion tbody th").all_inner_texts()
    assert heads == list(KINDS)
    counts = page.locator("#confusion td").all_inner_texts()
    assert sum(int(text) for text in counts if text != "·") == 100
    right = page.locator("#confusion td.right button").first
    kind = (right.get_attribute("aria-label") or "").partition(" read right")[0]
    assert kind in KINDS
    right.click()
    expect(page.locator("#mistakes-title")).to_contain_text(f"{kind} read right")
    page.locator("#mistakes button").first.click()
    expect(page.locator("#digit")).to_have_text(kind)
    expect(page.locator("#probabilities")).to_contain_text("sweater")
    expect(page.locator("#probabilities li:visible")).to_have_count(len(KINDS))
    expect(page.locator("#hand")).to_contain_text("reads classes that are not digits")
    expect(page.locator("#hand label")).to_be_hidden()
    expect(page.locator("#meant-open")).to_be_hidden()
    page.click("#clear")
    expect(page.locator("#ink-hint")).to_be_hidden()
    page.select_option("#network", "pixels")
    expect(page.locator("#ink-hint")).to_be_visible()
    expect(page.locator("#hand")).not_to_contain_text("classes", use_inner_text=True)
    choose(page, odd_file(tmp_path))
    expect(page.locator("#data-error")).to_contain_text("notes.txt is neither")
    expect(page.locator("#data-say")).to_be_empty()
    expect(page.locator("#data-pictures li")).to_have_count(0)


def test_transposed_digits_are_found_in_idx_files_and_what_is_none_of_them_is_named(
    page: Page, tmp_path: Path
) -> None:
    images, labels = (part[:60] for part in load_mnist_part("test"))
    files = [tmp_path / f"emnist-train-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]
    files[0].write_bytes(gzip.compress(idx_bytes(transposed(images).reshape(-1, 28, 28))))
    files[1].write_bytes(gzip.compress(idx_bytes(np.asarray(labels))))
    choose(page, odd_file(tmp_path))
    expect(page.locator("#data-error")).to_contain_text("notes.txt is neither a zip nor")
    choose(page, *files)
    expect(page.locator("#data-notices")).to_contain_text("transposed, as EMNIST's are")
    expect(page.locator("#data-error")).to_be_empty()
    page.on("dialog", lambda dialog: dialog.accept())
    own = page.locator("#data-list li", has_text="emnist-train-images")
    own.get_by_role("button", name="Delete").click()
    expect(own).to_have_count(0)
    expect(page.locator("#own-data :focus")).to_have_count(1)
