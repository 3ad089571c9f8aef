import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import ShapeError
from model.metrics import accuracy, confusion_matrix

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=50)


def test_accuracy_is_the_share_of_right_answers() -> None:
    labels = np.array([3, 1, 4, 1])
    assert accuracy(np.array([3, 1, 4, 5]), labels) == 0.75
    assert accuracy(labels, labels) == 1
    assert accuracy(labels + 1, labels) == 0


def test_accuracy_of_probabilities_counts_the_largest_in_each_row() -> None:
    probabilities = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8]])
    assert accuracy(probabilities, np.array([1, 0, 1], np.uint8)) == pytest.approx(2 / 3)


def test_confusion_matrix_is_the_one_counted_by_hand() -> None:
    labels = np.array([0, 0, 1, 2, 2, 2], np.uint8)
    predicted = np.array([0, 1, 1, 0, 2, 2])
    np.testing.assert_array_equal(
        confusion_matrix(labels, predicted, classes=3), [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    )


@given(PAIRS)
def test_confusion_matrix_holds_the_accuracy_on_its_diagonal(pairs: list[tuple[int, int]]) -> None:
    labels, predicted = np.array(pairs).T
    counts = confusion_matrix(labels, predicted)
    assert counts.shape == (10, 10)
    assert counts.sum() == len(pairs)
    assert counts.trace() / counts.sum() == pytest.approx(accuracy(predicted, labels))
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(labels, minlength=10))
    np.testing.assert_array_equal(counts.T, confusion_matrix(predicted, labels))


def test_uint8_labels_do_not_wrap_around() -> None:
    nines = np.full(300, 9, np.uint8)  # 9·10 + 9 is fine in uint8, 26·10 would not be
    assert confusion_matrix(nines, nines)[9, 9] == 300
    assert confusion_matrix(nines * 2 + 7, nines, classes=26)[25, 9] == 300


@pytest.mark.parametrize(
    ("answers", "labels"), [([1, 2], [1]), ([], []), ([[[1]]], [1]), ([1], [[1]])]
)
def test_other_than_one_answer_a_label_is_refused(answers: list[int], labels: list[int]) -> None:
    for measure in (
        lambda: accuracy(np.array(answers), np.array(labels)),
        lambda: confusion_matrix(np.array(labels), np.array(answers)),
    ):
        with pytest.raises(ShapeError, match="one answer for each label"):
            measure()


@pytest.mark.parametrize("wrong", [-1, 10])
def test_a_class_that_does_not_exist_is_refused(wrong: int) -> None:
    with pytest.raises(ShapeError, match="from 0 to 9"):
        confusion_matrix(np.array([0, 1]), np.array([0, wrong]))
