import numpy as np
import pytest

from app.serving.inference import ImageVerdict
from app.serving.readings import settle
from model.confidence.rejection import Verdict
from model.messages import Message
from model.network import Trace


def reading(digit: int, doubt: bool) -> ImageVerdict:
    P = np.full((2, 10), 0.01, np.float32)
    P[1, digit] = 0.91
    reason = Message("reason.scribble") if doubt else None
    trace = Trace([np.zeros((2, 10), np.float32)], [np.zeros((2, 784), np.float32), P])
    return ImageVerdict(Verdict(trace, np.zeros((2, 6), np.float32), [None, reason]), 1)


@pytest.mark.parametrize(
    ("usual", "exchanged", "taken"),
    [
        ((4, False), (7, True), "usual"),
        ((4, True), (7, False), "exchanged"),
        ((4, True), (7, True), "usual"),
        ((4, False), (4, False), "usual"),
    ],
)
def test_the_reading_that_is_accepted_holds(
    usual: tuple[int, bool], exchanged: tuple[int, bool], taken: str
) -> None:
    readings = {"usual": reading(*usual), "exchanged": reading(*exchanged)}
    assert settle(readings["usual"], readings["exchanged"]) is readings[taken]


def test_two_accepted_readings_that_differ_are_said() -> None:
    settled = settle(reading(4, False), reading(7, False))
    assert int(settled.trace.a[-1].argmax()) == 4
    assert str(settled.verdict.reasons[settled.row]).startswith("It could be a 4 or a 7")
