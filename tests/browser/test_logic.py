"""The page's modules without a DOM, against numbers worked out elsewhere."""

import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from model.network import Parameters, backward, forward, one_hot
from tests.browser.conftest import Watch


@pytest.fixture
def page(new_page: Callable[..., Page], live_server: str, watch: Watch) -> Iterator[Page]:
    """A page where no module is at work but those that a test asks for: quick to load."""
    page = new_page()
    page.goto(f"{live_server}/derivation")
    yield page
    assert watch.complaints == []


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_is_read_stored_and_deflated(page: Page, save: type[np.savez]) -> None:
    rng = np.random.default_rng(1)
    arrays = {
        "W1": rng.normal(size=(7, 3)).astype(np.float32),
        "b1": rng.normal(size=3),
        "labels": np.arange(5, dtype=np.uint8),
    }
    file = io.BytesIO()
    save(file, meta=np.array("text is skipped"), **arrays)
    read = page.evaluate(
        """async (bytes) => {
          const { readNpz } = await import("/js/service/npz.js");
          const arrays = await readNpz(Uint8Array.from(bytes).buffer);
          return Object.fromEntries(
            Object.entries(arrays).map(([name, { data, shape }]) => [name, [[...data], shape]]),
          );
        }""",
        list(file.getvalue()),
    )
    assert read.keys() == arrays.keys()
    for name, (data, shape) in read.items():
        np.testing.assert_array_equal(np.reshape(data, shape), arrays[name])


def test_a_damaged_npz_is_an_error_in_words(page: Page) -> None:
    said = page.evaluate(
        """import("/js/service/npz.js").then(({ readNpz }) => readNpz(new ArrayBuffer(100)))
             .catch(({ message }) => message)"""
    )
    assert "no .npz file" in said


def test_every_number_of_the_backward_pass_agrees_with_the_model(page: Page) -> None:
    rng = np.random.default_rng(2)
    layers = (6, 5, 4, 10)
    parameters = Parameters(layers, "tanh", dtype=np.float64)
    parameters.vector[:] = rng.normal(size=parameters.count)
    x = rng.uniform(size=(1, 6))
    trace = forward(parameters, x)
    gradients = backward(parameters, trace, one_hot(np.array([3]), dtype=np.float64))
    answer = {
        "label": 3,
        "loss": 1.0,
        "input": x[0].tolist(),
        "probabilities": trace.a[-1][0].tolist(),
        "layers": [
            {"z": z[0].tolist(), "a": a[0].tolist()}
            for z, a in zip(trace.z, trace.a[1:], strict=True)
        ],
        "deltas": [delta[0].tolist() for delta in gradients.deltas],
        "norms": {name: float(np.linalg.norm(a)) for name, a in gradients.arrays().items()},
        "input_gradient": [0.0] * 6,
    }
    weights = {name: array.ravel().tolist() for name, array in parameters.arrays().items()}
    got = page.evaluate(
        """async ([answer, weights, layers]) => {
          const { Backward } = await import("/js/backprop/backward.js");
          const { Network } = await import("/js/network/network.js");
          const arrays = Object.fromEntries(
            Object.entries(weights)
              .map(([name, data]) => [name, { data: Float64Array.of(...data) }]),
          );
          const network = new Network({ id: "x", layers, activation: "tanh" }, arrays);
          const backward = new Backward(answer, network);
          return {
            dW2: layers.slice(1, 2).flatMap((n) =>
              [...Array(n).keys()].map((i) => [0, 1, 2, 3].map((j) => backward.dW(2, i, j)))),
            delta1: [...Array(5).keys()].map((j) => backward.arriving(1, j) * backward.slope(1, j)),
            norm: backward.squaredNorm(),
          };
        }""",
        [answer, weights, list(layers)],
    )
    np.testing.assert_allclose(got["dW2"], gradients.weights[1], rtol=1e-9)
    np.testing.assert_allclose(got["delta1"], gradients.deltas[0][0], rtol=1e-9)
    np.testing.assert_allclose(got["norm"], gradients.vector @ gradients.vector, rtol=1e-9)


def test_numbers_are_written_short_and_true(page: Page) -> None:
    written = page.evaluate(
        """async () => {
          const { number, percent, finePercent, signed, duration, subscript, chance } =
            await import("/js/ui/format.js");
          return [number(0), number(-1.23456), number(1234.5), number(4.2e-8), number(NaN),
                  number(Infinity), percent(0.5), percent(0.00001), percent(0.99999), percent(1),
                  signed(0.25), duration(75), duration(600), subscript(40), chance(0.99975),
                  finePercent(2.3e-7), finePercent(0.5), finePercent(0.999998), finePercent(0)];
        }"""
    )
    assert [text.replace("\u00a0", " ") for text in written] == [
        *("0", "−1.23", "1235", "4.20 × 10⁻⁸", "not a number", "∞", "50 %", "< 0.1 %"),
        *("> 99.9 %", "100.0 %", "+0.250", "75 s", "10 min", "₄₀", "0.99975"),
        *("0.000023 %", "50 %", "99.99980 %", "0.0 %"),
    ]


def test_ticks_are_round_and_cover_the_range(page: Page) -> None:
    ticks, wide, logs, fine, close, few = page.evaluate(
        """async () => {
          const { ticks, logTicks, nearest, thin } = await import("/js/ui/chart-scale.js");
          const many = Array.from({ length: 1000 }, (_, i) => [i, i]);
          const close = nearest([[0], [2], [5]], 3.4);
          return [
            ticks(0, 8, 4), ticks(5, 99, 4), logTicks(0.03, 20), logTicks(0.04, 0.6),
            close, thin(many, 10),
          ];
        }"""
    )
    assert ticks == [0, 2, 4, 6, 8]
    assert wide == [20, 40, 60, 80]
    assert logs == pytest.approx([0.1, 1, 10])
    assert fine == pytest.approx([0.05, 0.1, 0.2, 0.5])
    assert close == 1
    assert len(few) == 10
    assert few[-1] == [999, 999]


def test_only_the_newest_waits(page: Page) -> None:
    done = page.evaluate(
        """async () => {
          const { Latest } = await import("/js/service/latest.js");
          const done = [];
          const queue = new Latest(async (value, isNewest) => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            done.push([value, isNewest()]);
          });
          const first = queue.submit(1);
          for (const value of [2, 3, 4]) queue.submit(value);
          await first;
          return done;
        }"""
    )
    assert done == [[1, False], [4, True]]


def test_who_scrolls_away_and_back_keeps_the_steps_taken(page: Page) -> None:
    asked = page.evaluate(
        """async () => {
          const { Lesson } = await import("/js/backprop/lesson.js");
          const real = window.fetch;
          let asked = 0;
          window.fetch = (url, ...rest) => {
            if (String(url).includes("gradients")) asked++;
            return real(url, ...rest);
          };
          const lesson = new Lesson();
          const explained = () =>
            new Promise((done) => lesson.addEventListener("backward", done, { once: true }));
          const turn = () => new Promise((done) => setTimeout(done));
          lesson.watch(true);
          const first = explained();
          lesson.show(new Uint8Array(784).fill(255, 300, 320), "pretrained", 1, null);
          await first;
          const counts = [asked];
          lesson.watch(false);
          lesson.watch(true); // the same digit
          await turn();
          counts.push(asked);
          lesson.watch(false);
          lesson.choose(7);
          lesson.watch(true); // another label
          await turn();
          return [...counts, asked];
        }"""
    )
    assert asked == [1, 1, 2]


# Machado, Oliveira, Fernandes, 2009: what linear RGB becomes without one kind of cone.
COLOUR_BLINDNESS = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def lab(rgb: list[float], blindness: list[list[float]]) -> np.ndarray:
    """CIE L*a*b* of sRGB 0..255 as somebody without one kind of cone sees it."""
    linear = (np.array(rgb) / 255) ** 2.2
    seen = np.clip(np.array(blindness) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ seen / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_colour_blind_tell_positive_from_negative(page: Page) -> None:
    pairs = page.evaluate(
        """async () => {
          const { diverging } = await import("/js/ui/palette.js");
          return ["light", "dark"].flatMap((theme) =>
            [0.3, 0.6, 1].map((t) => [diverging(-t, theme), diverging(t, theme)]));
        }"""
    )
    for kind, blindness in COLOUR_BLINDNESS.items():
        for minus, plus in pairs:
            difference = np.linalg.norm(lab(minus, blindness) - lab(plus, blindness))
            assert difference > 20, (kind, minus, plus)  # 2.3 is just noticeable


def test_dead_units_are_a_dotted_line_of_their_own(page: Page) -> None:
    lines = page.evaluate(
        """async () => {
          const { saturationSeries } = await import("/js/train/curves.js");
          const metrics = [[0, 0], [16, 0]].map((dead_units, epoch) =>
            ({ epoch: epoch + 1, saturation: [0.5, 0.25], dead_units }));
          const request = { hidden_layers: [64, 32] };
          const earlier = { epoch: 1, saturation: [0.5] };
          const jobs = [
            { name: "a", request, metrics },
            { name: "b", request, metrics: [earlier] },
          ];
          return saturationSeries(jobs.map((job) => ({ job, colour: "red", losses: [] })))
            .map(({ name, dash, points }) => [name, dash, points]);
        }"""
    )
    assert [name for name, _, _ in lines] == [
        "a, hidden layer 1",
        "a, hidden layer 2",
        "b, hidden layer 1",
        "a, dead for good, layer 1",
    ]
    assert lines[0][2] == [[1, 50], [2, 50]]
    assert lines[3][1:] == ["1.5 4", [[1, 0], [2, 25]]]
