"""What a diagnosis says: a verdict on each gradient, and the mistakes that explain the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from model.exercises.mistakes import Mistake
from model.messages import Message

__all__ = ["ArrayVerdict", "Diagnosis", "FoundMistake", "Verdict"]

Verdict = Literal["right", "right_given_yours", "wrong", "shape", "missing"]


@dataclass(frozen=True, slots=True)
class ArrayVerdict:
    """What is to be said of one gradient.

    `relative_error` is max |submitted − right| / max |right| with two digits; None where the two
    cannot be compared. `hint` tells where to look; None where nothing is wrong. `entries` are the
    indices of the numbers that are wrong, where those are few.
    """

    verdict: Verdict
    relative_error: float | None = None
    hint: Message | None = None
    entries: list[list[int]] | None = None


@dataclass(frozen=True, slots=True)
class FoundMistake:
    """A mistake that explains what was submitted; `number` is its row in docs/mistakes.md."""

    number: int
    form: str
    name: str
    hint: str
    evidence: str

    @classmethod
    def of(cls, made: Mistake, values: Mapping[str, object]) -> "FoundMistake":
        """The mistake with what shows it, in words; `values` are those of its sentence."""
        evidence = Message(f"mistake.{made.number}.evidence", values)
        return cls(made.number, made.form, made.name, made.hint, str(evidence))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The verdict on a submission.

    `explanations` are sets of rows: each explains all the numbers by itself, with as few mistakes
    as will do. Where there are several, the mistake is one of these. `mistakes` tells of all rows
    that occur in them, and is empty where nothing is wrong or nothing known explains it.
    """

    right: bool
    arrays: dict[str, ArrayVerdict]
    mistakes: list[FoundMistake]
    explanations: list[list[int]]
