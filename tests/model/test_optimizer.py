import math

import numpy as np
import pytest

from model.network import Gradients, Parameters
from model.optimizer import OPTIMIZERS, RESERVED, SCHEDULES, SGD, Optimizer
from model.training.recipe import recipe


def one_unit(weight: float, bias: float) -> Parameters:
    """A 1-1 network: W1 and b1 are a single number each."""
    return Parameters((1, 1), vector=np.array([weight, bias]))


def pull(parameters: Parameters, dW: float, db: float) -> Gradients:
    gradients = Gradients(parameters, examples=1)
    gradients.vector[:] = dW, db
    return gradients


def test_plain_descent_is_the_one_worked_by_hand() -> None:
    parameters = one_unit(1.0, 2.0)
    optimizer = SGD(np.zeros(2))
    # θ ← θ − α dL/dθ: 1 − 0.1·3 and 2 + 0.1·4
    grads = pull(parameters, 3.0, -4.0)
    optimizer.step(parameters, grads, 0.1)
    np.testing.assert_allclose(parameters.vector, [0.7, 2.4], rtol=1e-15)
    np.testing.assert_allclose(grads.vector, [0.3, -0.4], rtol=1e-15)  # scratch memory by now
    optimizer.step(parameters, pull(parameters, 3.0, -4.0), 0.1)
    np.testing.assert_allclose(parameters.vector, [0.4, 2.8], rtol=1e-15)
    assert not optimizer.velocity.any()


def test_a_new_rule_is_taken_to_move_everything_unless_it_says_otherwise() -> None:
    """Or training would skip the weights of blank inputs, which most rules move all the same."""

    class Restless(Optimizer):
        def step(self, parameters: Parameters, grads: Gradients, learning_rate: float) -> None:
            parameters.vector += 1

    assert not Restless().ignores_zero_gradients
    assert SGD(np.zeros(2)).ignores_zero_gradients
    assert not SGD(np.zeros(2), momentum=0.5).ignores_zero_gradients
    assert not SGD(np.zeros(2), weight_decay=0.5).ignores_zero_gradients


def test_momentum_is_the_one_worked_by_hand() -> None:
    parameters = one_unit(1.0, 2.0)
    optimizer = SGD(np.zeros(2), momentum=0.5)
    # v = 3, −4: as plain descent
    optimizer.step(parameters, pull(parameters, 3.0, -4.0), 0.1)
    np.testing.assert_allclose(parameters.vector, [0.7, 2.4], rtol=1e-15)
    # v = 0.5·3 + 1, 0.5·(−4) + 0 = 2.5, −2
    optimizer.step(parameters, pull(parameters, 1.0, 0.0), 0.1)
    np.testing.assert_allclose(optimizer.velocity, [2.5, -2.0], rtol=1e-15)
    np.testing.assert_allclose(parameters.vector, [0.45, 2.6], rtol=1e-15)


def test_weight_decay_acts_on_weights_and_not_on_biases() -> None:
    parameters = one_unit(1.0, 2.0)
    SGD(np.zeros(2), weight_decay=0.01).step(parameters, pull(parameters, 0.0, 0.0), 0.1)
    # W ← 1 − 0.1·(0 + 0.01·1)
    np.testing.assert_allclose(parameters.vector, [0.999, 2.0], rtol=1e-15)


def test_weight_decay_goes_through_momentum_as_in_pytorch() -> None:
    parameters = one_unit(1.0, 2.0)
    optimizer = SGD(np.zeros(2), momentum=0.5, weight_decay=0.01)
    # v = 3 + 0.01·1 = 3.01, W = 1 − 0.301; then v = 0.5·3.01 + 0.01·0.699 = 1.51199
    optimizer.step(parameters, pull(parameters, 3.0, 0.0), 0.1)
    optimizer.step(parameters, pull(parameters, 0.0, 0.0), 0.1)
    np.testing.assert_allclose(optimizer.velocity, [1.51199, 0.0], rtol=1e-14)
    np.testing.assert_allclose(parameters.vector, [0.699 - 0.151199, 2.0], rtol=1e-14)


def test_a_step_leaves_the_array_of_parameters_in_place() -> None:
    parameters = one_unit(1.0, 2.0)
    vector = parameters.vector
    SGD(np.zeros(2), momentum=0.9).step(parameters, pull(parameters, 1.0, 1.0), 0.1)
    assert parameters.vector is vector
    assert parameters.weights[0][0, 0] == vector[0] == pytest.approx(0.9)


def test_velocity_is_all_there_is_to_hand_over() -> None:
    unbroken, resumed = one_unit(1.0, 2.0), one_unit(1.0, 2.0)
    first = SGD(np.zeros(2), momentum=0.9, weight_decay=0.1)
    second = SGD(np.zeros(2), momentum=0.9, weight_decay=0.1)
    for dW in (1.0, -2.0, 0.3):
        first.step(unbroken, pull(unbroken, dW, 1.0), 0.1)
        second.step(resumed, pull(resumed, dW, 1.0), 0.1)
        second = SGD(second.velocity.copy(), 0.9, 0.1)
    np.testing.assert_array_equal(unbroken.vector, resumed.vector)


def test_constant_schedule_is_constant() -> None:
    assert [SCHEDULES["constant"](share) for share in (0, 0.3, 1)] == [1, 1, 1]


def test_cosine_schedule_falls_from_1_to_0_along_half_a_cosine() -> None:
    cosine = SCHEDULES["cosine"]
    assert [cosine(share) for share in (0, 1 / 3, 1 / 2, 2 / 3, 1)] == pytest.approx(
        [1, 3 / 4, 1 / 2, 1 / 4, 0], abs=1e-15
    )
    shares = [cosine(step / 100) for step in range(101)]
    assert shares == sorted(shares, reverse=True)
    assert all(math.isfinite(share) and 0 <= share <= 1 for share in shares)


def test_a_rule_is_made_from_a_state_and_a_recipe_and_shares_no_memory() -> None:
    class Recipe:
        momentum, weight_decay, epochs = 0.5, 0.1, 3

    parameters = one_unit(1.0, 2.0)
    state = SGD.initial_state(parameters)
    assert {name: array.tolist() for name, array in state.items()} == {"velocity": [0, 0]}
    rule = SGD.create(state, Recipe())
    assert (rule.momentum, rule.weight_decay) == (0.5, 0.1)
    rule.step(parameters, pull(parameters, 1.0, 1.0), 0.1)
    assert rule.velocity.all()
    assert not state["velocity"].any()
    kept = rule.state
    rule.step(parameters, pull(parameters, 1.0, 1.0), 0.1)
    assert (kept["velocity"] != rule.velocity).all()


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_a_rule_that_ignores_zero_gradients_leaves_the_parameter_alone(name: str) -> None:
    parameters = one_unit(1.0, 2.0)
    blog = recipe("blog", optimizer=name)
    rule = OPTIMIZERS[name].create(OPTIMIZERS[name].initial_state(parameters), blog)
    rule.step(parameters, pull(parameters, 3.0, 0.0), 0.1)
    rule.step(parameters, pull(parameters, 0.0, 0.0), 0.1)
    assert not rule.ignores_zero_gradients or parameters.vector[1] == 2.0


@pytest.mark.parametrize("change", [{"momentum": 0.5}, {"weight_decay": 0.1}])
def test_momentum_and_weight_decay_move_what_has_no_gradient(change: dict[str, float]) -> None:
    assert SGD(np.zeros(2)).ignores_zero_gradients
    assert not SGD(np.zeros(2), **change).ignores_zero_gradients


@pytest.mark.parametrize("name", RESERVED)
def test_a_rule_may_not_take_a_name_that_a_checkpoint_needs(name: str) -> None:
    with pytest.raises(TypeError, match=f"a training state has its own {name}"):
        type("Careless", (SGD,), {"STATE": (name,)})


def test_all_names_that_a_rule_may_not_take_are_said() -> None:
    with pytest.raises(TypeError, match=r"has its own best, meta$"):
        type("Careless", (SGD,), {"STATE": ("velocity", "meta", "best")})
