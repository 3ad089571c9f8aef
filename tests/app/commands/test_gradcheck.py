from typing import Any

import pytest

from app.commands import gradcheck
from model.gradcheck import Entry, GradientCheck


def test_every_activation_and_depth_is_checked(byhand: Any) -> None:
    ran = byhand("gradcheck", "--entries", 5)
    assert ran.code == 0
    for activation in ("sigmoid", "tanh", "relu", "leaky_relu"):
        rows = [line for line in ran.out.splitlines() if f" {activation} " in line]
        assert [line.count("-32") for line in rows] == [0, 1, 3]
        assert all(" ok " in line for line in rows)


@pytest.mark.parametrize("error", [2e-7, float("nan")])
def test_a_wrong_gradient_is_shown_and_fails(
    byhand: Any, monkeypatch: pytest.MonkeyPatch, error: float
) -> None:
    def wrong(*arguments: Any, **options: Any) -> GradientCheck:
        return GradientCheck(error, 1, 1e-5, Entry("W2", (3, 4), 1.0, 2.0, error), 0)

    monkeypatch.setattr(gradcheck, "check_gradients", wrong)
    ran = byhand("gradcheck", "--entries", 1)
    assert ran.code == 1
    assert "W2[3, 4]" in ran.out
    assert ran.out.count("WRONG") == 12
    assert "12 of 12 networks" in ran.err
