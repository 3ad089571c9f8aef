"""The curves of runs: read, told apart, and the same after a reload."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_training import row, start


def alone(page: Page, address: str, name: str) -> None:
    """Show a finished run, and no other that this server may have had."""
    body = {"name": name, "epochs": 2, "train_examples": 500}
    job = page.request.post(f"{address}/train", data=body).json()["id"]
    page.goto(f"{address}/#view=train&runs={job}")
    expect(page.locator(row(job, "succeeded"))).to_be_visible()


def test_curves_are_read_by_arrow_keys(page: Page) -> None:
    expect(page.locator(row(start(page, "curve"), "succeeded"))).to_be_visible()
    page.locator("#chart-loss > svg").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chart-loss .chart-readout")).to_contain_text("epoch")


def test_curves_are_read_by_finger_and_by_pointer(
    new_page: Callable[..., Page], live_server: str
) -> None:
    page = new_page(360, 740, has_touch=True)
    alone(page, live_server, "fingered")
    for chart in ("#chart-accuracy", "#chart-norms"):
        plot = page.locator(f"{chart} > svg")
        plot.scroll_into_view_if_needed()
        readout = page.locator(f"{chart} .chart-readout")
        expect(readout).to_contain_text("fingered" if chart == "#chart-accuracy" else "layer")
        box = plot.bounding_box()
        assert box
        plot.tap(position={"x": box["width"] - 20, "y": box["height"] / 2})
        expect(readout).to_contain_text("epoch 2")
        plot.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
        expect(readout).to_contain_text("epoch 1")


def test_curves_have_axes_with_units(new_page: Callable[..., Page], live_server: str) -> None:
    page = new_page()
    alone(page, live_server, "axes")
    units = {"loss": "nats", "accuracy": "right, %", "norms": "norm", "saturation": "share, %"}
    for chart, unit in units.items():
        names = page.locator(f"#chart-{chart} .chart-name")
        expect(names.filter(has_text="epoch")).to_have_count(1)
        expect(names.filter(has_text=unit)).to_have_count(1)
        assert page.locator(f"#chart-{chart} .chart-grid").count() >= 2, chart


def test_test_digits_are_a_fine_line_that_says_what_it_is_for(page: Page, live_server: str) -> None:
    body = {"name": "seen", "preset": "blog", "epochs": 2, "train_examples": 500}
    job = page.request.post(f"{live_server}/train", data=body).json()["id"]
    page.goto(f"{live_server}/#view=train&runs={job}")
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    readout = page.locator("#chart-accuracy .chart-readout")
    expect(page.locator("#chart-accuracy path.chart-line")).to_have_count(2)
    expect(page.locator("#chart-accuracy path.chart-fine")).to_have_count(1)
    expect(readout).to_contain_text("test digits: for looking, never for choosing")
    page.locator("#chart-accuracy > svg").focus()
    page.keyboard.press("ArrowLeft")
    seen = page.request.get(f"{live_server}/train/{job}").json()["metrics"][-1]["test_accuracy"]
    expect(readout).to_contain_text(f"seen: test digits {100 * seen:#.3g} %")


def test_a_curve_is_the_same_after_a_reload(page: Page) -> None:
    job = start(page, "read again", epochs="40", train_examples="5000")
    expect(page.locator(row(job, "succeeded"))).to_be_visible()
    page.goto(page.url.split("#")[0] + f"#view=train&runs={job}")
    points = "document.querySelectorAll('#chart-loss path')[1]?.getAttribute('d').split('L').length"
    expect(page.locator("#chart-loss path.chart-line")).to_have_count(2)
    live = page.evaluate(points)
    assert live > 8
    page.reload()
    page.wait_for_function(f"(live) => {points} === live", arg=live)


def test_of_nine_runs_eight_are_drawn_in_colours_of_their_own(page: Page, live_server: str) -> None:
    jobs = []
    for number in range(9):
        body = {"name": f"ninth {number}", "epochs": 2, "train_examples": 200}
        jobs.append(page.request.post(f"{live_server}/train", data=body).json()["id"])
    page.goto(f"{live_server}/#runs={','.join(jobs[:8])}")
    page.reload()
    for job in jobs:
        expect(page.locator(row(job, "succeeded"))).to_be_visible()
    paths = "[...document.querySelectorAll('#chart-accuracy path')]"
    colours = f"{paths}.map((path) => path.getAttribute('stroke'))"
    page.wait_for_function(f"() => {colours}.length === 8")
    assert len(set(page.evaluate(colours))) == 8
    for chart in ("norms", "saturation"):  # runs and layers, not every layer of every run
        assert page.locator(f"#chart-{chart} .chart-entry").count() <= 8 + 2
    page.locator(row(jobs[8])).get_by_role("checkbox").check()
    expect(page.locator("#announce")).to_contain_text("At most 8 runs are drawn")
    expect(page.locator(row(jobs[0])).get_by_role("checkbox")).not_to_be_checked()
    assert len(set(page.evaluate(colours))) == 8


def test_a_logarithmic_axis_says_so(page: Page, live_server: str) -> None:
    alone(page, live_server, "logarithmic")
    for chart, log in (("loss", 1), ("norms", 1), ("accuracy", 0), ("saturation", 0)):
        names = page.locator(f"#chart-{chart} .chart-name", has_text="logarithmic")
        expect(names).to_have_count(log)
