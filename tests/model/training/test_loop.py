import math
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.activations import ACTIVATIONS
from model.data.idx import Split
from model.data.samples import Samples
from model.errors import DivergenceError, RecipeError
from model.metrics import accuracy
from model.network import (
    Array,
    Parameters,
    backward,
    cross_entropy,
    forward,
    initialize,
    one_hot,
)
from model.optimizer import OPTIMIZERS
from model.preprocessing.deskew import FORMER_LEAST_SCALE, deskew
from model.serialization.checkpoint import dump_state, load_state
from model.training import loop, pipeline
from model.training.diagnostics import dead_units
from model.training.loop import classifier, start, train
from model.training.recipe import Recipe, going_on, recipe, stored_recipe
from model.training.state import Progress, TrainingState

#: Everything that draws random numbers or keeps state between epochs, on few images.
BUSY = recipe(
    "best",
    epochs=4,
    batch_size=32,
    hidden_layers=[12],
    learning_rate=0.05,
    weight_decay=1e-3,
    drawn_examples=20,
)


def finish(used: Recipe, data: Split, state: TrainingState | None = None) -> TrainingState:
    """The state at the end of a run."""
    *_, last = train(used, data, state)
    assert last.state is not None
    return last.state


def assert_same(one: TrainingState, other: TrainingState) -> None:
    """Bit for bit."""
    for name in ("parameters", "best"):
        first, second = getattr(one, name), getattr(other, name)
        assert (first.layers, first.activation) == (second.layers, second.activation)
        np.testing.assert_array_equal(first.vector, second.vector)
    assert one.optimizer == other.optimizer
    np.testing.assert_equal(one.optimizer_state, other.optimizer_state)
    assert (one.epoch, one.best_accuracy) == (other.epoch, other.best_accuracy)
    assert one.history == other.history


# --- what a run computes -------------------------------------------------------------------------


def the_texts_recipe(
    W1: Array, b1: Array, W2: Array, b2: Array, data: Split, epochs: int, seed: int
) -> tuple[list[Array], list[float]]:
    """The text's training loop, as plainly as it can be written, in float64.

    Only the bias gradients and the hidden layer's delta are added, which the text leaves out.
    """
    losses = []
    for epoch in range(1, epochs + 1):
        order = np.random.default_rng([seed, epoch]).permutation(len(data.train_images))
        loss = 0.0
        for first in range(0, len(order), 64):
            rows = order[first : first + 64]
            x = data.train_images[rows] / 255.0
            y = np.eye(10)[data.train_labels[rows]]
            z1 = x @ W1 + b1
            h = 1 / (1 + np.exp(-z1))
            z2 = h @ W2 + b2
            p = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
            loss += -np.sum(y * np.log(p))
            d2 = (p - y) / len(x)
            d1 = d2 @ W2.T * h * (1 - h)
            W2 = W2 - 0.01 * h.T @ d2
            b2 = b2 - 0.01 * d2.sum(axis=0)
            W1 = W1 - 0.01 * x.T @ d1
            b1 = b1 - 0.01 * d1.sum(axis=0)
        losses.append(loss / len(order))
    return [W1, b1, W2, b2], losses


def test_blog_stays_within_1e_5_of_a_naive_float64_transcription(digits: Split) -> None:
    blog = recipe("blog", epochs=2, seed=3)
    begin = start(blog).parameters.astype(np.float64)
    state = finish(blog, digits)
    expected, losses = the_texts_recipe(*begin.arrays().values(), digits, epochs=2, seed=3)
    for found, array, initial in zip(
        state.parameters.arrays().values(), expected, begin.arrays().values(), strict=True
    ):
        assert np.abs(array - initial).max() > 1e-3, "has not moved: nothing is compared"
        assert np.abs(found - array).max() <= 1e-5
    assert [metrics.train_loss for metrics in state.history] == pytest.approx(losses, abs=1e-5)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_momentum_decay_and_schedule_follow_the_rule_in_float64(
    activation: str, few: Split
) -> None:
    used = recipe(
        "fast",
        activation=activation,
        hidden_layers=[16, 8],
        epochs=3,
        learning_rate=0.02,
        momentum=0.8,
        weight_decay=1e-2,
        deskew=False,
    )
    theta = start(used).parameters.astype(np.float64)
    velocity = np.zeros_like(theta.vector)
    decayed = Parameters(theta.layers, activation, dtype=np.float64)
    for W in decayed.weights:
        W[:] = 1e-2  # weights decay, biases do not
    step = 0
    for epoch in (1, 2, 3):
        order = np.random.default_rng([used.seed, epoch]).permutation(150)
        for rows in (order[:64], order[64:128], order[128:]):
            x = few.train_images[rows] / 255.0
            y = one_hot(few.train_labels[rows], dtype=np.float64)
            grads = backward(theta, forward(theta, x), y)
            velocity = 0.8 * velocity + grads.vector + decayed.vector * theta.vector
            theta.vector -= 0.02 * 0.5 * (1 + math.cos(math.pi * step / 9)) * velocity
            step += 1
    assert np.abs(finish(used, few).parameters.vector - theta.vector).max() <= 1e-5


def test_an_epochs_metrics_are_those_of_its_parameters(few: Split) -> None:
    state = finish(recipe("fast", epochs=2, hidden_layers=[12, 8], deskew=False), few)
    metrics = state.history[-1]
    trace = forward(state.parameters, few.validation_images.astype(np.float32) / 255)
    y = one_hot(few.validation_labels)
    assert metrics.epoch == 2
    assert metrics.validation_loss == pytest.approx(cross_entropy(trace.z[-1], y), rel=1e-6)
    assert metrics.validation_accuracy == accuracy(trace.a[-1], few.validation_labels)
    assert len(metrics.gradient_norms) == 3
    assert len(metrics.saturation) == 2
    assert metrics.dead_units == dead_units(trace, "sigmoid")
    dW3 = backward(state.parameters, trace, y).weights[2]
    assert metrics.gradient_norms[2] >= float(np.linalg.norm(dW3)) * (1 - 1e-6)


def test_the_best_epochs_parameters_are_kept_the_last_of_equal_ones(
    few: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracies = [0.3, 0.5, 0.5, 0.4]
    script = iter(accuracies)
    monkeypatch.setattr(loop, "accuracy", lambda probabilities, labels: next(script))
    states = [progress.state for progress in train(BUSY, few) if progress.state]
    assert [metrics.validation_accuracy for metrics in states[-1].history] == accuracies
    assert [state.best_accuracy for state in states] == [0.3, 0.5, 0.5, 0.5]
    for state, best in zip(states, (0, 1, 2, 2), strict=True):
        np.testing.assert_array_equal(state.best.vector, states[best].parameters.vector)


def test_deskewing_trains_and_validates_on_straightened_images(few: Split) -> None:
    used = recipe("fast", epochs=2, deskew=True, hidden_layers=[12])
    straight = Split(
        np.rint(deskew(few.train_images, used.least_scale)).astype(np.uint8),
        few.train_labels,
        deskew(few.validation_images, used.least_scale),  # type: ignore[arg-type]
        few.validation_labels,
    )
    assert_same(finish(used, few), finish(replace(used, deskew=False), straight))


def test_a_run_that_is_resumed_keeps_the_deskewing_it_began_with(few: Split) -> None:
    """A state of before says 0.6, or nothing: the recipe of today must not look otherwise."""
    used = recipe("fast", epochs=3, deskew=True, hidden_layers=[12])
    before = going_on(used, FORMER_LEAST_SCALE)
    *_, first = (report.state for report in train(replace(before, epochs=2), few) if report.state)
    assert first.least_scale == FORMER_LEAST_SCALE != used.least_scale
    *_, resumed = (report.state for report in train(used, few, first) if report.state)
    *_, expected = (report.state for report in train(before, few, first) if report.state)
    assert resumed.least_scale == FORMER_LEAST_SCALE
    assert_same(resumed, expected)
    assert start(used).least_scale == used.least_scale


def test_only_training_images_are_distorted(few: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, str]] = []

    def spy(images: Array, kind: str, rng: np.random.Generator, strength: float) -> Array:
        seen.append((len(images), kind))
        return np.zeros_like(images)

    monkeypatch.setattr(pipeline, "augment", spy)
    used = recipe("fast", epochs=1, augment="affine", hidden_layers=[12])
    blank = finish(used, few)
    assert sum(count for count, _ in seen) == len(few.train_images)
    assert {kind for _, kind in seen} == {"affine"}
    # From blank images nothing can be learnt about a pixel, so W1 has but decayed by 1e-5.
    np.testing.assert_allclose(
        blank.parameters.weights[0], start(used).parameters.weights[0], rtol=1e-4
    )


def test_fast_learns_quickly(digits: Split) -> None:
    state = finish(recipe("fast", epochs=4), digits)
    assert state.best_accuracy > 0.9
    assert state.history[-1].train_loss < 0.3 < state.history[0].train_loss


# --- drawn digits and a teacher -------------------------------------------------------------------


def test_drawn_digits_are_learnt_beside_the_training_images(
    few: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.zeros((40, 784), np.uint8)
    images[:, 300] = 255
    drawn: list[int] = []

    def draw(count: int, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
        drawn.append(count)
        return images, np.full(40, 7, np.uint8)

    monkeypatch.setattr(pipeline, "draw_digits", draw)
    used = recipe("fast", epochs=30, drawn_examples=40, hidden_layers=[12])
    *_, last = train(used, few)
    assert drawn == [40] * 5
    assert last.steps == 30 * math.ceil((150 + 40) / 64)
    assert last.state is not None
    P = forward(last.state.parameters, images[:1].astype(np.float32) / 255).a[-1]
    assert P.argmax() == 7


# --- samples of one's own -------------------------------------------------------------------------


def with_samples(data: Split, count: int = 3) -> Split:
    """Samples of one pixel row that no training image has, said to be sevens."""
    images = np.zeros((count, 784), np.uint8)
    images[:, 14 * 28 + 4 : 14 * 28 + 24] = 255
    return replace(data, samples=Samples(images, np.full(count, 7, np.uint8)))


@pytest.mark.parametrize("augment", ["none", "full"])
def test_samples_are_learnt_and_counted_as_steps(augment: str, few: Split) -> None:
    given = with_samples(few)
    used = recipe("fast", epochs=40, augment=augment, hidden_layers=[12])
    assert given.samples is not None
    *_, last = train(used, given)
    assert last.state is not None
    assert last.steps == 40 * math.ceil(pipeline.examples_per_epoch(used, given) / 64)
    assert pipeline.examples_per_epoch(used, given) > len(few.train_labels)
    made = classifier(going_on(used, last.state.least_scale), last.state.best)
    assert (made.probabilities(given.samples.images).argmax(axis=1) == 7).all()


def test_no_samples_are_as_none_at_all(few: Split) -> None:
    empty = replace(few, samples=Samples(np.empty((0, 784), np.uint8), np.empty(0, np.uint8)))
    assert_same(finish(BUSY, empty), finish(BUSY, few))
    assert (finish(BUSY, with_samples(few)).best.vector != finish(BUSY, few).best.vector).any()


def test_the_latest_epoch_is_kept_where_samples_are_learnt(
    few: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    falling = iter([0.9, 0.5, 0.7])
    monkeypatch.setattr(loop, "accuracy", lambda *_: next(falling))
    state = finish(replace(BUSY, epochs=3), with_samples(few))
    np.testing.assert_array_equal(state.best.vector, state.parameters.vector)
    assert state.best_accuracy == 0.7


@pytest.mark.parametrize("augment", ["none", "affine", "full"])
def test_a_run_with_samples_resumed_at_any_epoch_gives_the_same_bits(
    augment: str, few: Split
) -> None:
    used, given = replace(BUSY, augment=augment), with_samples(few)
    states = [progress.state for progress in train(used, given) if progress.state]
    for state in [start(used), *states[:-1]]:
        assert_same(finish(used, given, load_state(dump_state(state))), states[-1])


def test_a_state_of_another_optimizer_is_refused(few: Split) -> None:
    state = replace(start(BUSY), optimizer="magic")
    with pytest.raises(RecipeError, match="optimizer: is sgd; the state to go on from is that of"):
        next(train(BUSY, few, state))


# --- bits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("augment", ["none", "affine", "full"])
def test_two_runs_give_the_same_bits(augment: str, few: Split) -> None:
    used = replace(BUSY, augment=augment, epochs=2)
    assert_same(finish(used, few), finish(used, few))


def test_another_seed_gives_another_run(few: Split) -> None:
    first, second = (finish(replace(BUSY, epochs=1, seed=seed), few) for seed in (0, 1))
    assert (first.parameters.vector != second.parameters.vector).any()


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("augment", ["none", "affine", "full"])
def test_a_run_resumed_at_any_epoch_gives_the_bits_of_one_never_stopped(
    augment: str, optimizer: str, few: Split
) -> None:
    used = replace(BUSY, augment=augment, optimizer=optimizer)
    states = [progress.state for progress in train(used, few) if progress.state]
    assert len(states) == used.epochs
    for state in [start(used), *states[:-1]]:
        assert_same(finish(used, few, load_state(dump_state(state))), states[-1])


def test_a_run_stopped_within_an_epoch_resumes_from_its_last_state(few: Split) -> None:
    used = replace(BUSY, batch_size=1, epochs=2)  # 170 steps an epoch, a report every 50
    last = None
    for progress in islice(train(used, few), 5):
        last = progress.state or last
    assert last is not None
    assert last.epoch == 1
    assert_same(finish(used, few, last), finish(used, few))


def test_a_state_stays_as_it_was_while_the_run_goes_on(few: Split) -> None:
    kept = [
        (progress.state, dump_state(progress.state))
        for progress in train(BUSY, few)
        if progress.state
    ]
    for state, dumped in kept:
        assert dump_state(state) == dumped


def test_a_finished_run_has_nothing_left_to_do(few: Split) -> None:
    used = replace(BUSY, epochs=1)
    assert list(train(used, few, finish(used, few))) == []


def test_a_run_can_be_made_longer(few: Split) -> None:
    short = recipe("blog", epochs=1, hidden_layers=[12])
    longer = replace(short, epochs=3)
    assert_same(finish(longer, few, finish(short, few)), finish(longer, few))


# --- starting points -----------------------------------------------------------------------------


def test_a_warm_start_goes_on_from_the_base_and_leaves_it_alone(few: Split) -> None:
    used = recipe("fast", epochs=1, hidden_layers=[12], learning_rate=1e-6, momentum=0.0)
    base = initialize((784, 12, 10), "sigmoid", np.random.default_rng(9))
    before = base.vector.copy()
    assert not np.shares_memory(start(used, base=base).parameters.vector, base.vector)
    *_, last = train(used, few, base=base)
    assert last.state is not None
    np.testing.assert_array_equal(base.vector, before)
    np.testing.assert_allclose(last.state.parameters.vector, before, atol=1e-5)
    assert (last.state.parameters.vector != before).any()


def test_a_warm_start_with_the_state_goes_on_from_the_state(few: Split) -> None:
    used = replace(BUSY, epochs=2)
    base = initialize((784, 12, 10), "sigmoid", np.random.default_rng(9))
    states = [progress.state for progress in train(used, few, base=base) if progress.state]
    *_, last = train(used, few, state=states[0], base=base)
    assert last.state is not None
    assert_same(last.state, states[-1])


@pytest.mark.parametrize(
    ("layers", "activation"), [((784, 16, 10), "sigmoid"), ((784, 12, 10), "relu")]
)
def test_a_base_of_another_kind_is_refused(
    layers: tuple[int, ...], activation: str, few: Split
) -> None:
    base = Parameters(layers, activation)
    with pytest.raises(RecipeError, match=r"base_model: is a \w+ network of layers") as refusal:
        next(train(recipe("fast", hidden_layers=[12]), few, base=base))
    assert refusal.value.field == "base_model"


# --- progress ------------------------------------------------------------------------------------


def test_progress_counts_the_steps_of_the_whole_run(digits: Split) -> None:
    used = recipe("fast", epochs=2, hidden_layers=[8])
    reports = list(train(used, digits))
    # 4,000 images are 63 batches of 64: a report after 50, one at the epoch's end
    assert [(p.epoch, p.step) for p in reports] == [(1, 50), (1, 63), (2, 113), (2, 126)]
    assert {(p.epochs, p.steps) for p in reports} == {(2, 126)}
    ends = [p for p in reports if p.state]
    assert [p.step for p in ends] == [63, 126]
    for number, end in enumerate(ends, start=1):
        assert end.state is not None
        assert (end.state.epoch, len(end.state.history)) == (number, number)
        assert end.metrics == end.state.history[-1]
    assert [p.metrics for p in reports if not p.state] == [None, None]


def test_the_dearer_a_step_the_more_often_a_run_reports(
    digits: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = recipe("fast", epochs=1, batch_size=1)
    every = len(list(train(small, digits)))
    assert every == math.ceil(len(digits.train_labels) / loop.BATCHES_PER_REPORT)
    monkeypatch.setattr(loop, "WORK_PER_REPORT", 1)
    assert len(list(train(small, digits))) == len(digits.train_labels)


def test_an_epochs_loss_is_the_mean_over_its_examples(digits: Split) -> None:
    first, second = islice(train(recipe("fast", epochs=1, hidden_layers=[8]), digits), 2)
    assert second.metrics is not None
    mean = (3200 * first.train_loss + 800 * second.train_loss) / 4000
    assert second.metrics.train_loss == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 7, 149, 150, 151, 60_000])
def test_every_batch_size_works(batch_size: int, few: Split) -> None:
    used = recipe("fast", epochs=1, batch_size=batch_size, hidden_layers=[5], learning_rate=0.01)
    *_, last = train(used, few)
    assert last.step == last.steps == math.ceil(150 / batch_size)
    assert last.metrics is not None
    assert math.isfinite(last.metrics.train_loss)


def test_training_prints_nothing(few: Split, capfd: pytest.CaptureFixture[str]) -> None:
    finish(replace(BUSY, epochs=1), few)
    assert capfd.readouterr() == ("", "")


# --- divergence ----------------------------------------------------------------------------------

WILD = recipe(
    "fast", activation="leaky_relu", learning_rate=100.0, hidden_layers=[32, 32], epochs=9
)


def run_wild(used: Recipe, data: Split) -> Progress:
    *_, last = train(used, data)
    return last


def test_a_run_that_diverges_says_so_and_what_to_do(few: Split) -> None:
    with pytest.raises(DivergenceError, match=r"epoch \d+.*Lower the learning rate \(it was 100\)"):
        run_wild(WILD, few)


def test_no_report_of_a_diverging_run_has_a_loss_that_is_no_number(few: Split) -> None:
    losses: list[float] = []
    reports = (losses.append(p.train_loss) for p in train(replace(WILD, batch_size=1), few))
    with pytest.raises(DivergenceError):
        list(reports)
    assert all(map(math.isfinite, losses))


def test_a_last_step_that_diverges_is_noticed(few: Split) -> None:
    # From such weights the loss is still finite; the one step it takes makes W1 overflow on images.
    base = Parameters((784, 2, 10), "tanh")
    base.weights[1][:] = 3e28 * (-1.0) ** np.arange(10)
    used = recipe(
        "fast", activation="tanh", hidden_layers=[2], epochs=1, batch_size=150, learning_rate=100
    )
    with pytest.raises(DivergenceError, match="epoch 1"):
        list(train(used, few, base=base))


@pytest.mark.parametrize("epochs", range(1, 9))
def test_a_run_never_ends_with_a_number_that_is_none(epochs: int, few: Split) -> None:
    # Stopped after each of its first epochs, the run has either diverged or is finite throughout:
    # a last step that blows up must not slip through because no later loss shows it.
    try:
        last = run_wild(replace(WILD, epochs=epochs, batch_size=150), few)
    except DivergenceError:
        return
    assert last.state is not None
    assert np.isfinite(last.state.parameters.vector).all()
    load_state(dump_state(last.state))


def test_what_a_run_made_knows_its_recipe(few: Split) -> None:
    state = finish(replace(BUSY, epochs=1), few)
    made = classifier(BUSY, state.best, name="busy")
    assert (made.deskew, made.name) == (True, "busy")
    assert made.parameters is state.best
    assert made.recipe == stored_recipe(BUSY)
