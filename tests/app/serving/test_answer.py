import numpy as np

from app.serving.answer import answer, answers
from model.confidence.rejection import Verdict, predict_or_reject
from model.network import Array, Trace
from model.serialization.checkpoint import pretrained
from tests.app.conftest import Pixels


def verdict(P: Array, reasons: list[str | None]) -> Verdict:
    return Verdict(Trace([P], [P]), np.zeros((len(P), 6), np.float32), reasons)


P = np.array([[0.1, 0.9], [0.6, 0.4], [0.5, 0.5]], np.float32)


def test_an_answer_is_a_row_of_a_verdict() -> None:
    made = verdict(P, [None, "It could be a 0 or a 1.", None])
    first, second = answer(made, 0, "a"), answer(made, 1, "b")
    assert (first["digit"], first["confidence"], first["model"]) == (1, P[0, 1], "a")
    assert (first["uncertain"], first["reason"]) == (False, None)
    assert (second["digit"], second["confidence"], second["model"]) == (0, P[1, 0], "b")
    assert (second["uncertain"], second["reason"]) == (True, "It could be a 0 or a 1.")
    assert np.array_equal(second["probabilities"], P[1])


def test_answers_are_the_rows_of_all_verdicts_in_their_order() -> None:
    found = answers([verdict(P[:2], [None, "x"]), verdict(P[2:], ["y"])], "a")
    assert found["digits"].tolist() == [1, 0, 0]
    assert np.array_equal(found["probabilities"], P)
    assert found["uncertain"] == [False, True, True]
    assert found["reasons"] == [None, "x", "y"]
    assert found["model"] == "a"


def test_one_answer_and_several_agree(digits: tuple[Pixels, Pixels]) -> None:
    made = predict_or_reject(pretrained(), digits[0])
    several = answers([made], "a")
    for row in range(len(digits[0])):
        one = answer(made, row, "a")
        assert one["digit"] == several["digits"][row]
        assert one["reason"] == several["reasons"][row]
