"""Bodies of /exercise and /check: exercises, submitted gradients, and what is wrong with them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from model.exercises import Diagnosis, SlopePortrait

__all__ = [
    "Checked",
    "ExerciseSheet",
    "MistakeKind",
    "MistakeKinds",
    "Submission",
    "SubmissionForm",
    "document",
]

Numbers = list[Any]  # rows of numbers, or numbers
NAME = "Which exercise, as in `X-Exercise`: LEVEL-SEED."


class ExerciseSheet(BaseModel):
    """An exercise as JSON."""

    exercise: str = Field(description=NAME, examples=["5-42"])
    level: int = Field(ge=1, le=10, examples=[5])
    seed: int = Field(ge=0, examples=[42])
    layers: list[int] = Field(description="Inputs, hidden units, classes.", examples=[[13, 9, 5]])
    asked: list[str] = Field(description="The gradients asked for.", examples=[["dW2", "db2"]])
    arrays: dict[str, Numbers] = Field(description="W1 b1 W2 b2 X y; y holds labels as numbers.")
    shown: dict[str, Numbers] = Field(description="The steps that this level gives away, by name.")
    gradients: dict[str, Numbers] | None = Field(
        None, description="With planted=true: what somebody got who made one mistake."
    )


class Submission(BaseModel):
    """Gradients as JSON; those that are left out are missing, and that is no error."""

    model_config = ConfigDict(extra="forbid")

    exercise: str = Field(description=NAME, examples=["1-42"])
    dW1: Numbers | None = Field(None, description="(n_0, n_1)")
    db1: Numbers | None = Field(None, description="(n_1,), or (1, n_1)")
    dW2: Numbers | None = Field(None, description="(n_1, k)")
    db2: Numbers | None = Field(None, description="(k,), or (1, k)", examples=[[0.25, -0.25]])


class SubmissionForm(BaseModel):
    """Gradients as an .npz file in a form."""

    gradients: bytes | None = Field(
        None,
        description="An .npz with any of dW1 db1 dW2 db2: np.savez('mine.npz', dW2=dW2).",
        json_schema_extra={"format": "binary"},
    )
    code: bytes | None = Field(
        None,
        description="In place of gradients: Python with backprop(X, y, params) in it, where the "
        "server runs code (BYHAND_RUN_CODE).",
        json_schema_extra={"format": "binary"},
    )
    exercise: str | None = Field(
        None, description=NAME + " May be left out if the .npz has it as its array `exercise`."
    )


class ArrayChecked(BaseModel):
    """What is to be said of one gradient."""

    verdict: Literal["right", "right_given_yours", "wrong", "shape", "missing"]
    relative_error: float | None = Field(
        description="max |submitted − right| / max |right|; null where the two cannot be compared."
    )
    hint: str | None = Field(description="Where to look; null where nothing is wrong.")
    entries: list[list[int]] | None = Field(
        description="The indices of the numbers that are wrong, where those are few; else null."
    )


class MistakeKind(BaseModel):
    """A kind of mistake."""

    number: int = Field(ge=1, le=40, description="Its row in docs/mistakes.md.", examples=[30])
    name: str = Field(examples=["σ′ forgotten"])
    hint: str = Field(description="Where to look, without the answer.")


class MistakeKinds(BaseModel):
    """All kinds of mistakes."""

    items: list[MistakeKind]


class MistakeFound(MistakeKind):
    """A mistake that explains the numbers."""

    form: str = Field(description="Which form of it.", examples=["no_slope"])
    evidence: str = Field(description="What shows it in the numbers.")


class Portrait(BaseModel):
    """The student's own σ′, recovered from what was submitted."""

    h: list[float] = Field(description="Activations of hidden units, in rising order.")
    slope: list[float] = Field(description="The slope that was used there.")
    right: list[float] = Field(description="h(1 − h).")


class Checked(BaseModel):
    """The verdict on a submission. The right numbers are never told."""

    exercise: str = Field(description=NAME)
    right: bool = Field(description="Whether all that the exercise asks for is right.")
    arrays: dict[str, ArrayChecked] = Field(description="By gradient: dW1 db1 dW2 db2.")
    mistakes: list[MistakeFound] = Field(description="All that `explanations` name.")
    explanations: list[list[int]] = Field(
        description="Sets of mistakes, each of which gives all the numbers; several: one of these."
    )
    slope: Portrait | None = Field(description="Null where the numbers do not tell it.")


def document(id: str, found: Diagnosis, portrait: SlopePortrait | None) -> dict[str, Any]:
    """The answer of POST /check, as plain values and arrays."""
    arrays = {
        name: {
            "verdict": array.verdict,
            "relative_error": array.relative_error,
            "hint": str(array.hint) if array.hint else None,
            "entries": array.entries,
        }
        for name, array in found.arrays.items()
    }
    mistakes = [
        {name: getattr(each, name) for name in MistakeFound.model_fields} for each in found.mistakes
    ]
    curves = {name: getattr(portrait, name) for name in Portrait.model_fields} if portrait else None
    return {
        "exercise": id,
        "right": found.right,
        "arrays": arrays,
        "mistakes": mistakes,
        "explanations": found.explanations,
        "slope": curves,
    }
