from dataclasses import replace

import numpy as np
import pytest

from model.classifier import Classifier
from model.confidence import rejection
from model.confidence.detector import detector
from model.confidence.rejection import KINDS, REASONS, predict_or_reject, reasons
from model.data.idx import load_mnist_part
from model.messages import Message
from model.network import Parameters, initialize
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.preprocessing.normalize import to_mnist
from model.serialization.checkpoint import pretrained
from model.synthesis import negatives
from model.synthesis.strokes import draw_strokes

PROBABILITIES = {
    "sure": [0.96, 0.01, 0.005, 0.005, 0.01, 0.002, 0.002, 0.002, 0.002, 0.002],
    "four or nine": [0.0, 0.0, 0.0, 0.0, 0.48, 0.02, 0.0, 0.05, 0.0, 0.45],
    "three, five or eight": [0.0, 0.0, 0.0, 0.4, 0.0, 0.3, 0.0, 0.0, 0.3, 0.0],
    "none": [0.1] * 10,
    "one, but weakly": [0.49, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.05, 0.05, 0.05],
}
DIGIT = [0.99, 0.004, 0.002, 0.002, 0.001, 0.001]


def reason(name: str, kinds: list[float] = DIGIT) -> Message | None:
    return reasons(np.array([PROBABILITIES[name]]), np.array([kinds]))[0]


def test_a_sure_digit_needs_no_reason() -> None:
    assert reason("sure") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("four or nine", "It could be a 4 or a 9."),
        ("three, five or eight", "It could be a 3, a 5 or an 8."),
        ("none", "This does not look much like any digit."),
        ("one, but weakly", "This does not look much like any digit."),
    ],
)
def test_a_doubtful_digit_says_what_else_it_could_be(name: str, expected: str) -> None:
    assert str(reason(name)) == expected


@pytest.mark.parametrize("number", range(1, len(KINDS)))
def test_what_is_no_digit_is_called_what_it_is(number: int) -> None:
    kinds = [0.04] * len(KINDS)
    kinds[number] = 0.8
    found = reason("sure", kinds)
    assert found is not None
    assert found.code == f"reason.{KINDS[number].replace(' ', '_')}"
    assert "digit" in str(found) or KINDS[number] in str(found)


def test_the_likelier_doubt_is_told() -> None:
    letter = [0.4, 0.6, 0.0, 0.0, 0.0, 0.0]
    assert reason("four or nine", letter) == Message("reason.letter_or_sign")
    perhaps = [0.6, 0.4, 0.0, 0.0, 0.0, 0.0]
    either = [Message("digit.4"), Message("digit.9")]
    assert reason("four or nine", perhaps) == Message("reason.could_be", {"digits": either})


def test_it_is_certain_when_a_digit_and_this_one_is_likelier_than_not() -> None:
    P = np.tile([0.8] + [0.2 / 9] * 9, (2, 1))
    K = np.array([[0.63, 0.37, 0, 0, 0, 0], [0.62, 0.38, 0, 0, 0, 0]])
    assert [one is None for one in reasons(P, K)] == [True, False]


def test_there_is_a_reason_for_every_kind() -> None:
    assert tuple(REASONS) == tuple(negatives.KINDS) == KINDS[1:]


def test_an_image_is_judged_alike_alone_and_among_others() -> None:
    images = load_mnist_part("test")[0][:60]
    together = predict_or_reject(pretrained(), images)
    assert together.kinds.shape == (60, len(KINDS))
    np.testing.assert_allclose(together.kinds.sum(axis=1), 1, rtol=1e-5)
    for i in (0, 33, 59):
        alone = predict_or_reject(pretrained(), images[i : i + 1])
        np.testing.assert_allclose(alone.kinds[0], together.kinds[i], atol=1e-5)
        assert alone.reasons == [together.reasons[i]]


@pytest.mark.parametrize(
    ("deskew", "features", "least_scale"),
    [(True, "pixels", 1.0), (False, "edges", 1.0), (True, "edges", FORMER_LEAST_SCALE)],
)
def test_a_model_that_looks_otherwise_gets_the_same_second_look(
    deskew: bool, features: str, least_scale: float
) -> None:
    images = load_mnist_part("test")[0][:20]
    parameters = initialize((784, 8, 10), "sigmoid", np.random.default_rng(0))
    alike = Classifier(parameters, deskew=True, features="edges", least_scale=1.0)
    assert alike.preprocessing == detector().preprocessing
    other = replace(alike, deskew=deskew, features=features, least_scale=least_scale)
    alike, other = (predict_or_reject(model, images) for model in (alike, other))
    np.testing.assert_allclose(other.kinds, alike.kinds, atol=1e-6)
    assert (alike.kinds.argmax(axis=1) == 0).sum() >= 18


def test_a_model_that_knows_nothing_is_certain_of_nothing() -> None:
    images = load_mnist_part("test")[0][:20]
    parameters = initialize((784, 8, 10), "sigmoid", np.random.default_rng(0))
    parameters.vector[:] = 0
    assert set(predict_or_reject(Classifier(parameters), images).reasons) == {
        rejection.NOTHING_FITS
    }


def test_at_most_two_in_a_hundred_test_digits_are_uncertain() -> None:
    images, labels = (part[::2] for part in load_mnist_part("test"))
    verdict = predict_or_reject(pretrained(), images)
    uncertain = np.array([one is not None for one in verdict.reasons])
    wrong = verdict.trace.a[-1].argmax(axis=1) != labels
    assert uncertain.mean() <= 0.02
    assert uncertain[wrong].mean() > 10 * uncertain[~wrong].mean()


def test_a_cross_and_a_tangle_are_no_digits() -> None:
    rng = np.random.default_rng(1)
    bars = [np.array([[[10.0, 0], [90, 100]]]), np.array([[[90.0, 0], [10, 100]]])]
    crosses = draw_strokes([np.repeat(bar, 40, axis=0) for bar in bars], rng)
    tangles = draw_strokes([rng.uniform(0, 100, (40, 20, 2))], rng)
    for images in (crosses, tangles):
        found = predict_or_reject(pretrained(), images).reasons
        assert sum(one is not None for one in found) >= 36


def test_no_digit_is_doubted_much_more_than_the_others() -> None:
    images, labels = load_mnist_part("test")
    uncertain = np.array(
        [one is not None for one in predict_or_reject(pretrained(), images).reasons]
    )
    assert max(uncertain[labels == digit].mean() for digit in range(10)) <= 0.04


def test_a_bare_stroke_may_stand_for_a_one() -> None:
    """Upright or slanted, thin or fat, drawn otherwise than the detector's training drew them."""
    y, x = np.mgrid[:100, :100]
    page = [
        np.where(abs(x - 50 - slant * (50 - y)) <= width / 2, 255, 0)
        for slant in np.linspace(-0.3, 0.45, 8)
        for width in (6, 10, 15, 20, 25)
    ]
    images = np.array([to_mnist(bar).ravel() for bar in page])
    found = predict_or_reject(pretrained(), images)
    assert (found.trace.a[-1].argmax(axis=1) == 1).all()
    assert sum(one is not None for one in found.reasons) <= 2


def test_temperature_makes_it_doubt_sooner() -> None:
    images = load_mnist_part("test")[0][:300]
    cold, hot = (
        predict_or_reject(replace(pretrained(), temperature=T), images).reasons for T in (1.0, 4.0)
    )
    assert sum(one is not None for one in hot) > sum(one is not None for one in cold)


def test_the_detector_looks_as_the_bundled_model_does() -> None:
    first, second = pretrained(), detector()  # or what one is shown could not serve the other
    assert first.preprocessing == second.preprocessing


def test_where_classes_are_no_digits_only_their_probability_counts() -> None:
    names = ("bag", "coat", "cup")
    parameters = Parameters((784, 1, 10), "relu")
    parameters.vector[:] = 0  # every logit is that of its bias
    model = Classifier(parameters, dataset="things", classes=names)
    scribble = np.full((1, 784), 128, np.uint8)
    for biases, reason in (
        ([9, 0, 0], None),
        ([4, 4.2, 0], None),
        ([4, 4, 4], "It could be bag, coat or cup."),
        ([0, 0, 0], "This does not look much like any of the classes."),
    ):
        parameters.biases[-1][:3] = biases
        [found] = predict_or_reject(model, scribble).reasons
        assert (found and str(found)) == reason
