from typing import Any

import numpy as np
import pytest

from model.data.idx import Dataset, load_mnist_part, split
from model.data.own import OwnData, class_names, make_ready
from model.errors import DatasetError
from model.serialization.checkpoint import pretrained
from tests.shapes import KINDS, shapes_and_labels

Images = np.ndarray[Any, Any]


def digits(count: int = 200, first: int = 0) -> tuple[Images, Images]:
    images, labels = load_mnist_part("test")
    return images[first : first + count], labels[first : first + count]


def ready(train: Any, test: Any = None, **options: Any) -> OwnData:
    return make_ready(train, test, pretrained(), **options)


def codes(own: OwnData) -> list[str]:
    for notice in own.notices:
        assert str(notice)[-1] == "."
    return [notice.code for notice in own.notices]


def test_what_is_as_mnist_is_taken_without_a_word() -> None:
    own = ready(digits(), digits(50, 200))
    assert own.orientation == "upright"
    assert own.notices == ()
    assert (own.dataset.train_images == digits()[0]).all()
    assert own.dataset.classes == ()


def test_pixels_of_0_and_1_are_scaled_in_both_parts() -> None:
    (images, labels), (test, test_labels) = digits(), digits(50, 200)
    own = ready(
        ((images > 127).astype(np.uint8), labels), ((test > 127).astype(np.uint8), test_labels)
    )
    assert codes(own) == ["dataset.scaled"]
    assert np.unique(own.dataset.train_images).tolist() == [0, 255]
    assert np.unique(own.dataset.test_images).tolist() == [0, 255]


def test_dark_on_light_is_inverted_in_both_parts() -> None:
    (images, labels), (test, test_labels) = digits(), digits(50, 200)
    own = ready((255 - images, labels), (255 - test, test_labels))
    assert codes(own) == ["dataset.inverted"]
    assert (own.dataset.train_images == images).all()
    assert (own.dataset.test_images == test).all()


def test_transposed_digits_are_turned_in_both_parts() -> None:
    (images, labels), (test, test_labels) = digits(), digits(50, 200)
    turned = [
        part.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(-1, 784) for part in (images, test)
    ]
    own = ready((turned[0], labels), (turned[1], test_labels))
    assert own.orientation == "transposed"
    assert codes(own) == ["dataset.turned"]
    assert (own.dataset.train_images == images).all()
    assert (own.dataset.test_images == test).all()


def test_what_the_caller_says_of_the_orientation_holds() -> None:
    images, labels = digits()
    turned = images.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(-1, 784)
    kept = ready((turned, labels), digits(50, 200), orientation="upright")
    assert codes(kept) == ["dataset.kept_as_asked"]
    assert (kept.dataset.train_images == turned).all()
    other = ready((images, labels), digits(50, 200), orientation="transposed")
    assert codes(other) == ["dataset.turned_as_asked"]
    assert (other.dataset.train_images == turned).all()


def test_of_what_has_other_classes_nobody_asks_whether_digits_are_upright() -> None:
    shapes = shapes_and_labels(10)
    named = ready(shapes, shapes, classes=KINDS)
    assert (named.orientation, named.notices) == ("unknown", ())
    unnamed = ready(shapes, shapes)
    assert (unnamed.orientation, codes(unnamed)) == ("unknown", ["dataset.orientation_unknown"])
    assert (unnamed.dataset.train_images == shapes[0]).all()


def test_a_class_without_pictures_is_said() -> None:
    images, labels = digits(400)
    few = ready((images[labels != 3], labels[labels != 3]), digits(50, 200))
    assert codes(few) == ["dataset.class_missing"]
    assert "shows 3" in str(few.notices[0])
    shapes, kinds = shapes_and_labels(10)
    some = ready((shapes, kinds), (shapes[kinds > 1], kinds[kinds > 1]), classes=KINDS)
    assert codes(some) == ["dataset.class_untested"]
    assert "bag or bottle" in str(some.notices[0])


def test_labels_that_disagree_are_counted() -> None:
    images, labels = digits()
    twice = np.concatenate([images, images[:3], images[5:6]])
    again = np.concatenate([labels, (labels[:3] + 1) % 10, labels[5:6]])
    own = ready((twice, again), digits(50, 200))
    assert codes(own) == ["dataset.disagree"]
    assert "for 3 of the pictures" in str(own.notices[0])


def test_without_a_test_part_every_class_gives_one_in_seven() -> None:
    shapes, kinds = shapes_and_labels(14)
    order = np.argsort(kinds, kind="stable")  # as folders are read
    own = ready((shapes[order], kinds[order]), classes=KINDS)
    data = own.dataset
    assert codes(own)[0] == "dataset.test_part"
    assert np.bincount(data.test_labels).tolist() == [2] * 10
    assert np.bincount(data.train_labels).tolist() == [12] * 10
    pictures = {tuple(row) for row in data.train_images}
    assert not pictures & {tuple(row) for row in data.test_images}


def test_what_is_sorted_by_class_is_mixed_for_validation() -> None:
    shapes, kinds = shapes_and_labels(12)
    order = np.argsort(kinds, kind="stable")
    own = ready((shapes[order], kinds[order]), (shapes, kinds), classes=KINDS)
    assert codes(own) == ["dataset.mixed"]
    held_back = split(own.dataset).validation_labels
    assert np.bincount(held_back, minlength=10).tolist() == [2] * 10
    again = ready((shapes[order], kinds[order]), (shapes, kinds), classes=KINDS)
    assert (again.dataset.train_images == own.dataset.train_images).all()


BLACK = np.zeros((30, 784), np.uint8)


@pytest.mark.parametrize(
    ("train", "options", "message"),
    [
        ((digits()[0], np.full(200, 7, np.uint8)), {}, "All pictures are of one class, 7"),
        (digits(19), {}, "There are 19 training pictures; at least 20"),
        ((BLACK, np.arange(30, dtype=np.uint8) % 10), {}, "Every pixel of every picture is 0"),
        (
            digits(),
            {"classes": ("even", "odd")},
            "2 classes are named, but there are labels up to 9",
        ),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(
    train: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        ready(train, **options)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["coat"], "There are 1 classes"),
        ([str(n) for n in range(11)], "There are 11 classes"),
        (["a", "b", "a"], "a name of its own"),
        (["a", ""], "'' is no name"),
        (["a", "b\n"], "is no name"),
        (["a", "b" * 41], "is no name"),
    ],
)
def test_what_cannot_be_a_class_is_refused(names: list[str], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        class_names(names)


def test_a_data_set_without_names_has_digits() -> None:
    assert Dataset(BLACK, BLACK[:, 0], BLACK, BLACK[:, 0]).classes == ()
