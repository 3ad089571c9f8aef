"""/exercise and /check: exercises in backpropagation, and what is wrong with an answer."""

from __future__ import annotations

import io
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from app.errors import Forbidden, Invalid
from app.pools import DIAGNOSES, EXERCISES, heed
from app.routes import documents, options
from app.routes.bodies import FORM, JSON, OCTETS, body_of, in_thread_if_long, json_of
from app.routes.forms import read_form
from app.routes.predict import json_response
from app.sandbox.folders import folder_of_its_own
from app.sandbox.judged import judge_file
from app.schemas.exercises import (
    Checked,
    ExerciseSheet,
    MistakeKind,
    MistakeKinds,
    Submission,
    SubmissionForm,
    document,
)
from app.security import LimitedRoute, OpenToAll, require_key_of
from model.exercises import (
    ARRAYS,
    CONVENTIONS,
    LEVELS,
    MISTAKES,
    Exercise,
    diagnose,
    exercise,
    exercise_of,
    planted,
    slope_portrait,
)
from model.messages import Message
from model.serialization.npz import read_arrays

__all__ = ["router"]

router = APIRouter(
    route_class=LimitedRoute, tags=["Exercises"], responses=documents.problems(422, 429)
)

MOST_UNPACKED = 4 * 2**20  # bytes: the largest exercise with its gradients takes half of it
CONVENTION = options.parameter(
    "convention",
    "sum: the gradients are of the batch's summed loss, without 1/m.",
    {"enum": list(CONVENTIONS), "default": "mean"},
)


@router.get(
    "/exercise",
    summary="Get an exercise",
    response_model=ExerciseSheet,
    responses={
        200: {
            "description": "The network, the batch and its labels. `X-Exercise` has the id.",
            "content": {OCTETS: documents.octets("An .npz: W1 b1 W2 b2 X y, and exercise.")},
        },
        **documents.problems(406),
    },
)
async def get_exercise(
    request: Request,
    level: Annotated[int, Query(ge=1, le=len(LEVELS), description="From easy to hard.")],
    seed: Annotated[int, Query(ge=0, lt=2**32, description="Another seed, other numbers.")] = 0,
    wanted: Annotated[
        Literal["npz", "json"] | None,
        Query(alias="format", description="In place of the Accept header."),
    ] = None,
    planted: Annotated[
        bool, Query(description="Add the gradients of somebody who made one mistake.")
    ] = False,
) -> Response:
    """A network and a batch to derive the gradients of, made from level and seed alone.

    By default it is an .npz in float64 for `numpy.load`; JSON has the steps that the level shows.
    """
    offered = {"npz": OCTETS, "json": JSON}
    kind = offered[wanted] if wanted else options.preferred(request, OCTETS, JSON)
    answer = await EXERCISES.run(request.receive, _sheet, level, seed, kind == JSON, planted)
    answer.headers["X-Exercise"] = f"{level}-{seed}"
    return answer


def _sheet(level: int, seed: int, as_json: bool, with_mistake: bool) -> Response:
    task = exercise(level, seed)
    wrong = planted(task) if with_mistake else {}
    if as_json:
        return json_response(_json(task) | ({"gradients": wrong} if wrong else {}))
    file = io.BytesIO()
    arrays: dict[str, Any] = {**task.arrays(), **wrong, "exercise": np.array(task.id)}
    np.savez(file, allow_pickle=False, **arrays)
    name = f"exercise-{task.id}{'-planted' if wrong else ''}.npz"  # two files, two names
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), media_type=OCTETS, headers=headers)


def _json(task: Exercise) -> dict[str, Any]:
    solved = task.solve()
    return {
        "exercise": task.id,
        "level": task.level,
        "seed": task.seed,
        "layers": task.parameters.layers,
        "asked": task.asked,
        "arrays": task.arrays(),
        "shown": {name: getattr(solved, name) for name in task.shown},
    }


@router.get("/mistakes", summary="List the mistakes")
async def get_mistakes() -> MistakeKinds:
    """The forty kinds of mistakes that /check tells apart, by number."""
    kinds = {each.number: each for each in reversed(MISTAKES)}
    items = [
        MistakeKind(number=number, name=kinds[number].name, hint=kinds[number].hint)
        for number in sorted(kinds)
    ]
    return MistakeKinds(items=items)


@router.post(
    "/check",
    summary="Check your own gradients",
    dependencies=[OpenToAll],
    response_model=Checked,
    response_description="A verdict on each gradient, and the mistakes that explain the numbers.",
    responses=documents.problems(400, 401, 403, 413, 415),
    openapi_extra={
        "parameters": [CONVENTION],
        "requestBody": documents.body(json=Submission, form=SubmissionForm),
    },
)
async def check(request: Request) -> Response:
    """Send any of dW1 db1 dW2 db2 of an exercise; the right numbers are never told."""
    convention = options.choice(request, "convention", *CONVENTIONS) or "mean"
    id, submitted = await _submission(request)
    task = await EXERCISES.run(request.receive, exercise_of, id)
    if isinstance(submitted, bytes):
        if not request.app.state.settings.run_code:
            raise Forbidden("check.no_code")
        await require_key_of(request)
    work = _judged_code if isinstance(submitted, bytes) else _judged
    return json_response(await DIAGNOSES.run(request.receive, work, submitted, task, convention))


def _judged_code(code: bytes, task: Exercise, convention: str) -> dict[str, Any]:
    """The verdict on a Python file that has `backprop` in it."""
    with folder_of_its_own() as folder:
        file = folder / "mine.py"
        file.write_bytes(code)
        judged = judge_file(file, task.level, task.seed, convention, between=heed)
    if judged.found is None:
        failed = judged.outcome.failed or Message("check.died", {"status": None})
        raise Invalid(failed.code, **failed.values)
    return document(task.id, judged.found, slope_portrait(judged.submitted, task))


def _judged(submitted: dict[str, Any], task: Exercise, convention: str) -> dict[str, Any]:
    found = diagnose(submitted, task, convention, between=heed)
    return document(task.id, found, slope_portrait(submitted, task))


async def _submission(request: Request) -> tuple[str, Any]:
    """The exercise's id, and what was submitted for it: gradients, or the bytes of a program."""
    kind, body, content_type = await body_of(request, JSON, FORM)
    if kind == JSON:
        return _from_json(await json_of(body))
    form = read_form(content_type, body)
    if "code" in form.parts:
        id = form.text("exercise")
        if id is None:
            raise Invalid("request.missing_field", name="exercise")
        return id, form.parts["code"]
    if "gradients" not in form.parts:
        raise Invalid("request.missing_field", name="gradients")
    arrays = await in_thread_if_long(_unpack, form.parts["gradients"])
    named = arrays.pop("exercise", None)
    own = str(named)[:40] if named is not None else None
    id = form.text("exercise") or own
    if id is None:
        raise Invalid("request.missing_field", name="exercise")
    if own not in (None, id):
        raise Invalid("exercise.of_another", found=own, expected=id)
    return id, {name: array for name, array in arrays.items() if name not in GIVEN}


def _unpack(data: bytes) -> dict[str, Any]:
    return read_arrays(data, MOST_UNPACKED)


#: What an exercise's own file has: whoever adds gradients to it may send all of it back.
GIVEN = {"W1", "b1", "W2", "b2", "X", "y"}


def _from_json(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    id = fields.get("exercise")
    if not isinstance(id, str):
        raise Invalid("request.missing_field", name="exercise")
    inner = fields.get("gradients", {})
    if not isinstance(inner, dict):
        raise Invalid("request.json_object")
    outer = {name: value for name, value in fields.items() if name not in ("exercise", "gradients")}
    submitted = {**outer, **inner}
    return id, {n: v for n, v in submitted.items() if v is not None or n not in ARRAYS}
