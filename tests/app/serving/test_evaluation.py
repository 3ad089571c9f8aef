import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.serving import evaluation
from app.serving.evaluation import Evaluation, Evaluator, evaluate
from app.serving.inference import LoadedModel
from model.classifier import Classifier
from model.network import Parameters, initialize


def reads_the_first_pixels(sure: float = 1.0) -> Classifier:
    """A network that reads digit k where pixel k has ink, by logits of 0 or about `sure`."""
    parameters = Parameters((784, 10, 10), "relu")
    parameters.vector[:] = 0
    parameters.weights[0][range(10), range(10)] = sure
    parameters.weights[1][range(10), range(10)] = 1
    return Classifier(parameters)


def images_of(digits: list[int], ink: int = 255) -> Any:
    images = np.zeros((len(digits), 784), np.uint8)
    images[range(len(digits)), digits] = ink
    return images


def test_mistakes_are_counted_by_label_and_digit() -> None:
    labels = np.array([3, 3, 3, 8], np.uint8)
    result = evaluate(reads_the_first_pixels(), images_of([3, 5, 3, 8]), labels)
    assert result.accuracy == 0.75
    assert result.confusion[3, 3] == 2
    assert result.confusion[3, 5] == 1
    assert result.confusion.sum() == 4
    assert result.mistakes().tolist() == [1]
    assert result.read.tolist() == [3, 5, 3, 8]


def test_the_worst_mistake_comes_first() -> None:
    images = images_of([1, 2, 4])
    images[0] //= 5
    images[2] //= 2
    result = evaluate(reads_the_first_pixels(9), images, np.zeros(3, np.uint8))
    assert result.mistakes().tolist() == [1, 2, 0]
    assert np.all(np.diff(result.label_probability[[1, 2, 0]]) > 0)
    assert np.all(result.confidence > result.label_probability)


def test_mistakes_are_found_by_what_they_are_and_what_they_were_read_as() -> None:
    labels = np.array([3, 3, 8, 8, 5], np.uint8)
    result = evaluate(reads_the_first_pixels(), images_of([5, 3, 5, 3, 5]), labels)
    assert result.mistakes(label=3).tolist() == [0]
    assert result.mistakes(digit=5).tolist() == [0, 2]
    assert result.mistakes(label=8, digit=3).tolist() == [3]
    assert result.mistakes(label=0, digit=5).tolist() == []


def test_on_the_diagonal_are_the_digits_read_right_the_least_sure_first() -> None:
    images = images_of([4, 4, 4, 7])
    images[1] //= 3
    result = evaluate(reads_the_first_pixels(4), images, np.array([4, 4, 4, 4], np.uint8))
    assert result.mistakes(label=4, digit=4).tolist() == [1, 0, 2]


def test_the_loss_is_that_of_the_probabilities_it_gives() -> None:
    labels = np.array([1, 2], np.uint8)
    warm = replace(reads_the_first_pixels(4), temperature=2.0)
    result = evaluate(warm, images_of([1, 3]), labels)
    given = warm.probabilities(images_of([1, 3]))[[0, 1], labels]
    assert result.loss == pytest.approx(-np.log(given).mean(), rel=1e-5)


def test_more_images_than_a_chunk_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = [digit % 10 for digit in range(25)]
    labels = np.array(digits, np.uint8)
    whole = evaluate(reads_the_first_pixels(), images_of(digits), labels)
    monkeypatch.setattr(evaluation, "CHUNK", 7)
    parts = evaluate(reads_the_first_pixels(), images_of(digits), labels)
    assert parts.confusion.trace() == 25
    assert parts.loss == pytest.approx(whole.loss)


def loaded(sha256: str) -> LoadedModel:
    return LoadedModel(
        "x",
        sha256,
        Classifier(initialize((784, 2, 10), "relu", np.random.default_rng(1)), name=sha256),
    )


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that were evaluated, by their sha256."""
    models: list[str] = []

    def count(model: Classifier, *test: Any) -> Evaluation:
        models.append(model.name)
        return Evaluation(0.0, 0.0, *[np.zeros(0)] * 5)

    monkeypatch.setattr(evaluation, "evaluate", count)
    return models


def test_a_model_is_evaluated_once_however_many_ask(evaluated: list[str]) -> None:
    async def ask() -> None:
        evaluator = Evaluator()
        await asyncio.gather(*(evaluator.of(loaded(sha)) for sha in "aabab"))

    asyncio.run(ask())
    assert sorted(evaluated) == ["a", "b"]


def test_only_the_last_few_are_remembered(
    evaluated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "MOST_KEPT", 2)

    async def ask() -> None:
        evaluator = Evaluator()
        for sha in "abcba":
            await evaluator.of(loaded(sha))

    asyncio.run(ask())
    assert evaluated == ["a", "b", "c", "a"]
