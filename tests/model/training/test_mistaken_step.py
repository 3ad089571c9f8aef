"""Training with a mistake: the gradients are those of the mistake, and many still learn."""

from typing import Any

import numpy as np
import pytest

from model.data.idx import load_mnist, split
from model.errors import DivergenceError, RecipeError
from model.exercises import mistake, wrong_gradients
from model.exercises.mistakes import KINDS
from model.exercises.steps import RIGHT
from model.network import cross_entropy, forward_to_logits, initialize, one_hot
from model.optimizer import OPTIMIZERS
from model.training.loop import train
from model.training.mistaken_step import ACCUMULATED, MistakenStep
from model.training.recipe import Recipe, recipe

DATA = split(load_mnist(), train_examples=1500)


def ended(**fields: Any) -> Any:
    made = recipe("fast", **{"hidden_layers": (24,), "epochs": 2} | fields)
    *_, last = train(made, DATA)
    return last


@pytest.mark.parametrize("number", sorted({*range(1, KINDS + 1)} - {ACCUMULATED}))
def test_a_step_is_the_mistakes_own(number: int) -> None:
    rng = np.random.default_rng(number)
    parameters = initialize((784, 12, 10), "sigmoid", rng)
    images = DATA.train_images[:8]
    y = one_hot(DATA.train_labels[:8])
    optimizer = OPTIMIZERS["sgd"].create(OPTIMIZERS["sgd"].initial_state(parameters), Recipe())
    step = MistakenStep(parameters.copy(), optimizer, number)
    logits = step.step(images, y, 0.25)
    x = (images / 255).astype(np.float32)
    wrong = wrong_gradients(parameters, x, y, mistake(number))
    for name, before in parameters.arrays().items():
        moved = before - step.parameters.arrays()[name]
        expected = 0.25 * wrong[f"d{name}"]
        assert np.allclose(moved, expected, rtol=1e-3, atol=1e-6), name
    assert np.isclose(
        cross_entropy(logits, y), cross_entropy(forward_to_logits(parameters, x).z[-1], y)
    )


def test_gradients_that_are_never_zeroed_add_up_over_all_calls() -> None:
    parameters = initialize((784, 12, 10), "sigmoid", np.random.default_rng(1))
    images, y = DATA.train_images[:8], one_hot(DATA.train_labels[:8])
    optimizer = OPTIMIZERS["sgd"].create(OPTIMIZERS["sgd"].initial_state(parameters), Recipe())
    step = MistakenStep(parameters.copy(), optimizer, ACCUMULATED)
    x = (images / 255).astype(np.float32)
    added = {name: np.zeros_like(array) for name, array in parameters.arrays().items()}
    for _ in range(3):
        before = step.parameters.copy()
        step.step(images, y, 0.25)
        for name, g in RIGHT.run(before, x, y).grads.items():
            added[name[1:]] += g
        for name, array in before.arrays().items():
            moved = array - step.parameters.arrays()[name]
            assert np.allclose(moved, 0.25 * added[name], rtol=1e-3, atol=1e-6), name


def test_a_small_mistake_still_learns_and_a_sign_does_not() -> None:
    right, wrong = ended().metrics, ended(mistake=27).metrics
    assert right.validation_accuracy > 0.75
    assert wrong.validation_accuracy > 0.7
    assert right.validation_accuracy != wrong.validation_accuracy
    try:
        upside_down = ended(mistake=6).metrics.validation_accuracy
    except DivergenceError:
        return
    assert upside_down < 0.3


@pytest.mark.parametrize("number", [ACCUMULATED, 30])
def test_the_same_seed_gives_the_same_bits_and_resumes_to_them(number: int) -> None:
    one, again = ended(mistake=number), ended(mistake=number)
    assert np.array_equal(one.state.parameters.vector, again.state.parameters.vector)
    made = recipe("fast", hidden_layers=(24,), epochs=2, mistake=number)
    state = None
    for progress in train(made, DATA):
        if progress.state is not None:
            state = progress.state
            break
    *_, last = train(made, DATA, state)
    assert np.array_equal(one.state.parameters.vector, last.state.parameters.vector)


@pytest.mark.parametrize("fields", [{"hidden_layers": (8, 8)}, {"activation": "tanh"}])
def test_other_networks_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="one hidden layer of sigmoids"):
        recipe("fast", mistake=30, **fields)
