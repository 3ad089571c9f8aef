from dataclasses import replace

import numpy as np
import pytest

from model.data.idx import Dataset, load_mnist, split
from model.metrics import accuracy
from model.training import onlooker
from model.training.loop import classifier, train
from model.training.onlooker import Onlooker
from model.training.recipe import PRESETS, Recipe, recipe
from model.training.state import TrainingState

SHORT = {"epochs": 3, "train_examples": 300, "hidden_layers": [12]}


@pytest.fixture(scope="module")
def data() -> Dataset:
    """MNIST with the first 500 of its test images."""
    whole = load_mnist()
    return replace(whole, test_images=whole.test_images[:500], test_labels=whole.test_labels[:500])


def states(used: Recipe, data: Dataset) -> list[TrainingState]:
    digits = split(data, train_examples=used.train_examples)
    return [progress.state for progress in train(used, digits) if progress.state]


def test_it_sees_what_the_classifier_of_each_epoch_reads(data: Dataset) -> None:
    used = recipe("blog", **SHORT, learning_rate=0.5)
    looks = Onlooker(used, data)
    seen = []
    for state in states(used, data):
        made = classifier(used, state.parameters)
        seen.append(looks.test_accuracy(state))
        assert seen[-1] == accuracy(made.probabilities(data.test_images), data.test_labels)
    assert len(set(seen)) == 3  # or this would prove little


def test_it_looks_at_the_images_as_the_run_does(data: Dataset) -> None:
    """Deskewed and of edges; and a run that is gone on from keeps its own least_scale."""
    used = recipe("fast", **SHORT, features="edges", test_each_epoch=True)
    last = replace(states(used, data)[-1], least_scale=0.6)
    made = replace(classifier(used, last.parameters), least_scale=0.6)
    right = accuracy(made.probabilities(data.test_images), data.test_labels)
    assert Onlooker(used, data).test_accuracy(last) == right


def test_it_shows_the_latest_epoch_not_the_best(data: Dataset) -> None:
    used = recipe("blog", **SHORT, learning_rate=0.5)
    first, *_, last = states(used, data)
    older = replace(last, best=first.parameters)
    looks = Onlooker(used, data)
    assert looks.test_accuracy(older) == looks.test_accuracy(last) != looks.test_accuracy(first)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_only_blog_looks_unless_it_is_asked_for(preset: str, data: Dataset) -> None:
    used = recipe(preset, **SHORT)
    state = states(replace(used, epochs=1, augment="none", drawn_examples=0), data)[-1]
    assert (Onlooker(used, data).test_accuracy(state) is not None) == (preset == "blog")
    other = replace(used, test_each_epoch=preset != "blog")
    assert (Onlooker(other, data).test_accuracy(state) is None) == (preset == "blog")


def test_without_test_images_there_is_nothing_to_see(data: Dataset) -> None:
    used = recipe("blog", **SHORT)
    bare = replace(data, test_images=data.test_images[:0], test_labels=data.test_labels[:0])
    assert Onlooker(used, bare).test_accuracy(states(used, data)[0]) is None


def test_whether_it_looks_changes_no_bit_and_no_choice(data: Dataset) -> None:
    used = recipe("blog", **SHORT, momentum=0.5)
    looks = Onlooker(used, data)
    watched, alone = [], states(replace(used, test_each_epoch=False), data)
    for progress in train(used, split(data, train_examples=used.train_examples)):
        if progress.state:
            looks.test_accuracy(progress.state)
            watched.append(progress.state)
    for one, other in zip(watched, alone, strict=True):
        np.testing.assert_array_equal(one.parameters.vector, other.parameters.vector)
        np.testing.assert_array_equal(one.best.vector, other.best.vector)
        np.testing.assert_equal(one.optimizer_state, other.optimizer_state)
        assert (one.best_accuracy, one.history) == (other.best_accuracy, other.history)


def test_the_images_are_prepared_once_for_all_epochs(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = onlooker.prepare

    def counted(used: Recipe, images: np.ndarray) -> np.ndarray:
        calls.append(len(images))
        return real(used, images)

    monkeypatch.setattr(onlooker, "prepare", counted)
    used = recipe("blog", **SHORT)
    looks = Onlooker(used, data)
    for state in states(used, data):
        looks.test_accuracy(state)
    assert calls == [500]
