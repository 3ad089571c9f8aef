"""Training by the form: watch, compare, cancel, use; all is there again after a reload."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, Response, Route, expect

from app.schemas.training import TrainRequest
from model.training.recipe import PRESETS
from tests.browser.conftest import Watch
from tests.browser.pen import DIGITS, draw

LONG = {"epochs": "5000", "train_examples": "500"}


def start(page: Page, name: str, **fields: str) -> str:
    """Fill the form and press Train; the new job's id."""
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    filled = {"name": name, "epochs": "2", "train_examples": "500"} | fields
    for field, value in filled.items():
        page.fill(f"#train-form [name={field}]", value)
    with page.expect_response(is_accepted) as accepted:
        # By the keyboard: under a pointer the page may move between press and release.
        page.press("#train-form [type=submit]", "Enter")
    job: str = accepted.value.json()[
        "id"
    ]  # not by its name: "stopped" is what others' rows say too
    expect(page.locator(row(job))).to_be_visible()
    return job


def is_accepted(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/train")


def row(job: str, state: str = "") -> str:
    return f"#jobs [data-job='{job}']" + (f"[data-state='{state}']" if state else "")


def test_a_run_is_watched_to_its_end_examined_and_used(page: Page) -> None:
    job = start(page, "watched", epochs="3")
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    expect(page.locator(row(job))).to_contain_text("test")
    assert page.locator("#chart-loss path.chart-line").count() >= 1
    assert page.locator("#chart-accuracy path.chart-line").count() >= 1
    expect(page.locator("#mistakes-say")).to_contain_text("watched reads")
    expect(page.locator("#mistakes-say")).to_contain_text("of 10,000 test digits")
    counts = page.locator("#confusion td").all_inner_texts()
    assert len(counts) == 100
    assert sum(int(text) for text in counts if text != "·") == 10_000
    worst = page.locator("#mistakes button").first
    label = worst.inner_text().strip()[0]
    worst.click()
    expect(page.locator("#digit")).not_to_be_empty()
    expect(page.locator("#labels input:checked")).to_have_value(label)
    # Watched, it reads on the pad already.
    expect(page.locator(row(job)).get_by_role("button", name="It reads")).to_be_disabled()
    page.select_option("#network", "pixels")
    page.locator(row(job)).get_by_role("button", name="Read with it").click()
    expect(page.locator(row(job)).get_by_role("button", name="It reads")).to_be_disabled()
    expect(page.locator(row(job)).get_by_role("link", name="Download")).to_be_focused()


def test_a_cell_of_the_matrix_shows_its_digits(page: Page) -> None:
    page.locator("[data-model=pretrained]").get_by_role("button", name="Mistakes").click()
    gallery, title = page.locator("#mistakes li"), page.locator("#mistakes-title")
    expect(gallery).to_have_count(24)
    expect(title).to_contain_text("the worst 24")
    most = max(page.locator("#confusion td.wrong").all_inner_texts(), key=int)
    cell = page.locator("#confusion td.wrong button", has_text=re.compile(f"^{most}$")).first
    label, digit = (cell.get_attribute("data-pick") or "").split()
    cell.click()
    expect(title).to_contain_text(f"{label} read as {digit}: {most} digits")
    expect(gallery).to_have_text([re.compile(f"^{label} read as {digit}, ")] * int(most))
    expect(cell).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Back to all mistakes").click()
    expect(gallery).to_have_count(24)
    expect(cell).to_be_focused()
    page.locator(f"#confusion [data-pick='{label} {label}']").click()
    expect(title).to_contain_text(f"{label} read right")
    page.click("#mistakes-more")
    expect(gallery).to_have_count(84)
    expect(gallery.nth(24).locator("button")).to_be_focused()


def test_the_matrix_is_walked_through_by_arrow_keys(page: Page) -> None:
    page.locator("[data-model=pretrained]").get_by_role("button", name="Mistakes").click()
    page.locator("#confusion [data-pick='3 null']").focus()
    page.keyboard.press("ArrowRight")  # past the pairs that were never mistaken
    first = page.locator("#confusion tbody tr:nth-child(4) td button").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#mistakes-title")).to_contain_text("3 read ")
    assert page.locator("#confusion [tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    expect(page.locator("#mistakes-all")).to_be_focused()


def test_a_run_is_cancelled(page: Page) -> None:
    job = start(page, "stopped", **LONG)
    expect(page.locator(row(job, "running"))).to_be_visible()
    expect(page.locator(row(job)).locator("progress")).to_be_visible()
    page.locator(row(job)).get_by_role("button", name="Cancel").click()
    expect(page.locator(row(job, "cancelled"))).to_be_visible()
    expect(page.locator(row(job)).locator("input")).to_be_focused()


def test_a_reload_in_the_middle_loses_nothing(page: Page, live_server: str) -> None:
    job = start(page, "reloaded", **LONG)
    expect(page.locator("#chart-accuracy path.chart-line")).not_to_have_count(0)
    page.reload()
    expect(page.locator(row(job, "running"))).to_be_visible()
    expect(page.locator("#chart-loss path.chart-line")).not_to_have_count(0)
    page.locator(row(job)).get_by_role("button", name="Cancel").click()
    expect(page.locator(row(job, "cancelled"))).to_be_visible()


def test_what_the_form_refuses_is_said_beside_the_field(page: Page, watch: Watch) -> None:
    page.fill("[name=learning_rate]", "-1")
    page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#error-learning_rate")).to_contain_text("must be 1e-09 or more, found -1")
    expect(page.locator("[name=learning_rate]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=learning_rate]")).to_be_focused()
    watch.complaints = [said for said in watch.complaints if "422" not in said]


def test_the_table_sorts_by_a_clicked_column(page: Page) -> None:
    for name, rate in (("slow", "0.01"), ("quick", "0.5")):
        expect(
            page.locator(row(start(page, name, learning_rate=rate), "succeeded"))
        ).to_be_visible()
    rates = page.locator("#runs-table tbody td:nth-child(6)")
    page.locator("#runs-table").get_by_role("button", name="α").click()
    falling = [float(text) for text in rates.all_inner_texts()]
    page.locator("#runs-table").get_by_role("button", name="α").click()
    assert [float(text) for text in rates.all_inner_texts()] == sorted(falling)
    assert falling == sorted(falling, reverse=True)


def test_what_a_network_sees_is_chosen_and_compared(page: Page, live_server: str) -> None:
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    for features in ("edges", "pixels"):
        page.select_option("[name=features]", features)
        job = start(page, f"sees {features}", epochs="1", train_examples="300")
        expect(page.locator(row(job, "succeeded"))).to_be_visible()
        assert (
            page.request.get(f"{live_server}/train/{job}").json()["request"]["features"] == features
        )
        run = page.locator("#runs-table tr", has_text=f"sees {features}")
        expect(run.get_by_role("cell", name=features, exact=True)).to_be_visible()


def test_what_goes_wrong_is_hinted_at_in_plain_words(page: Page) -> None:
    job = start(page, "too fast", learning_rate="20", epochs="3")
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    expect(page.locator(row(job)).locator(".run-hints")).to_contain_text("learning rate")


def test_overfitting_is_diagnosed_once_and_by_the_names_of_the_form(page: Page) -> None:
    fields = {"train_examples": "60", "epochs": "100", "momentum": "0.5", "batch_size": "10"}
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    page.select_option("[name=schedule]", "constant")
    job = start(page, "by heart", **fields)
    expect(page.locator(row(job, "succeeded"))).to_be_visible(timeout=120_000)  # 100 epochs
    hints = page.locator(row(job)).locator(".run-hints li", has_text="overfits")
    expect(hints).to_have_count(1)
    expect(hints).to_contain_text("Distortions")
    assert "augment" not in hints.inner_text()


def test_what_comes_with_byhand_offers_no_delete(page: Page) -> None:
    for bundled in ("pixels", "pretrained"):
        actions = page.locator(f"[data-model={bundled}]")
        expect(actions.get_by_role("button", name="Mistakes")).to_be_visible()
        expect(actions.get_by_role("button", name="Delete")).to_have_count(0)


def test_a_long_run_tells_the_time_left(page: Page) -> None:
    job = start(page, "long", **LONG)
    expect(page.locator(row(job)).locator(".run-words")).to_contain_text("left")
    page.locator(row(job)).get_by_role("button", name="Cancel").click()
    expect(page.locator(row(job, "cancelled"))).to_be_visible()


def test_the_table_leaves_out_what_all_runs_share(page: Page) -> None:
    def among_themselves(route: Route) -> None:
        answer = route.fetch()
        listed = answer.json()
        listed["items"] = [job for job in listed["items"] if "to compare" in (job["name"] or "")]
        route.fulfill(response=answer, json=listed)

    page.route("**/train?limit=*", among_themselves)
    page.reload()
    heads = page.locator("#runs-table thead")
    first = start(page, "first to compare")
    expect(page.locator(row(first, "succeeded"))).to_be_visible()
    expect(page.locator("#jobs [data-job]")).to_have_count(1)
    expect(heads).to_contain_text("α")
    expect(heads.get_by_text("Batch")).to_be_hidden()
    second = start(page, "second to compare", batch_size="32")
    expect(page.locator(row(second, "succeeded"))).to_be_visible()
    expect(heads.get_by_text("Batch")).to_be_visible()
    expect(heads.get_by_text("Seed")).to_be_hidden()


def test_a_mistake_is_trained_beside_the_right_gradient(page: Page) -> None:
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    expect(page.locator("#beside")).to_be_hidden()
    page.select_option("[name=mistake]", label="30. σ′ forgotten")
    expect(page.locator("#beside input")).to_be_checked()
    page.fill("#train-form [name=epochs]", "1")
    page.fill("#train-form [name=train_examples]", "300")
    page.press("#train-form [type=submit]", "Enter")
    runs = page.locator("#jobs [data-job][data-state=succeeded]", has_text="30. σ′ forgotten")
    expect(runs).to_have_count(2)
    expect(runs.filter(has_text="right, beside")).to_have_count(1)
    wrong = page.locator("#runs-table tr", has_text="30. σ′ forgotten").filter(
        has_not_text="right, beside"
    )
    expect(wrong.get_by_role("cell", name="30", exact=True)).to_be_visible()


def test_a_network_is_uploaded_tried_and_deleted(page: Page, tmp_path: Path, watch: Watch) -> None:
    with page.expect_download() as download:
        page.locator("[data-model=pretrained]").get_by_role("link", name="Download").click()
    file = tmp_path / "mine.npz"
    download.value.save_as(file)
    assert np.load(file)["W1"].shape == (784, 128)
    page.set_input_files("#upload", file)
    mine = page.locator("[data-model]", has_text="mine")
    expect(mine).to_be_visible()
    mine.get_by_role("button", name="Read with it").click()
    expect(mine).to_contain_text("reads here")
    draw(page, DIGITS[6])
    expect(page.locator("#digit")).to_have_text("6")
    page.on("dialog", lambda dialog: dialog.accept())
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)
    expect(page.locator("#models tbody button:focus")).to_have_count(1)
    bad = io.BytesIO()
    np.savez(bad, W1=np.zeros((3, 3), np.float32))
    upload = {"name": "bad.npz", "mimeType": "application/zip", "buffer": bad.getvalue()}
    page.set_input_files("#upload", upload)
    expect(page.locator("#models-say")).not_to_be_empty()
    watch.complaints = [said for said in watch.complaints if "422" not in said]


def test_two_pages_see_the_same_runs(
    page: Page, new_page: Callable[..., Page], live_server: str
) -> None:
    other = new_page()
    other.clock.install()
    other.goto(live_server)
    expect(other.locator("#models tbody tr")).not_to_have_count(0)
    job = start(page, "shared", **LONG)
    other.clock.fast_forward(5000)  # the list of runs is asked for now and then
    expect(other.locator(row(job))).to_be_visible()
    other.locator(row(job)).get_by_role("button", name="Cancel").click()
    expect(page.locator(row(job, "cancelled"))).to_be_visible()


def test_a_server_with_a_key_asks_for_it(new_page: Callable[..., Page], locked_server: str) -> None:
    page = new_page()
    page.goto(locked_server)
    page.fill("[name=epochs]", "1")
    page.locator("#train-form details").evaluate("details => { details.open = true; }")
    page.fill("[name=train_examples]", "200")
    page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#key-form")).to_be_visible()
    page.fill("#key-form input", "sesame")
    page.keyboard.press("Enter")
    expect(page.locator("#train-form [type=submit]")).to_be_focused()
    expect(page.locator("#jobs [data-state='succeeded']")).to_be_visible()


def test_the_form_shows_what_each_preset_fills_in(page: Page) -> None:
    for name, preset in PRESETS.items():
        page.locator(f"#presets [value={name}]").check()
        for field in ("epochs", "learning_rate", "momentum"):
            placeholder = page.locator(f"[name={field}]")
            expect(placeholder).to_have_attribute("placeholder", re.compile(r"\d"))
            assert float(placeholder.get_attribute("placeholder") or "") == getattr(preset, field)
        expect(page.locator("[name=schedule] option").first).to_have_text(
            f"{preset.schedule} (preset)"
        )


def test_the_form_has_every_field_and_preset_of_the_service(page: Page) -> None:
    expect(page.locator("[name=base_model]")).to_be_attached()
    fields = page.evaluate(
        """() => [...new Set([...document.querySelector("#train-form").elements]
             .map(({ name }) => name).filter(Boolean))]"""
    )
    assert set(fields) == TrainRequest.model_fields.keys()
    assert page.locator("#presets input").count() == len(PRESETS)


def test_a_hyperparameter_that_the_page_never_heard_of_is_a_field(page: Page, watch: Watch) -> None:
    new = {
        "name": "patience",
        "label": "Patience",
        "words": "How many epochs without a gain are borne.",
        "kind": "whole",
        "low": 1,
        "high": 9,
        "choices": None,
        "optional": True,
        "main": True,
    }

    def also(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=[*answer.json(), new])

    sent: list[dict[str, object]] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.post_data_json)
        errors = [{"field": "patience", "message": "have more"}]
        route.fulfill(status=400, json={"detail": "Not so.", "errors": errors})

    page.route("**/hyperparameters", also)
    page.route("**/train", refuse)
    page.reload()
    field = page.locator("#main-fields #field-patience")
    expect(field).to_have_attribute("type", "number")
    expect(field).to_have_attribute("max", "9")
    expect(field).to_have_attribute("aria-describedby", "help-patience error-patience")
    expect(page.locator("#help-patience")).to_have_text(str(new["words"]))
    field.fill("3")
    page.locator("#train-form [name=epochs]").fill("2")
    with page.expect_response("**/train"):
        page.press("#train-form [type=submit]", "Enter")
    expect(page.locator("#error-patience")).to_have_text("have more")
    assert sent == [{"preset": "fast", "epochs": 2, "patience": 3}]
    watch.complaints = [said for said in watch.complaints if "400" not in said]


def test_the_fields_come_when_the_service_is_back(page: Page, watch: Watch) -> None:
    page.route("**/hyperparameters", lambda route: route.fulfill(status=503, json={}), times=1)
    page.reload()
    expect(page.locator("#field-learning_rate")).to_be_visible()
    expect(page.locator("#field-learning_rate")).to_have_attribute("placeholder", re.compile(r"\d"))
    watch.complaints = [said for said in watch.complaints if "503" not in said]
