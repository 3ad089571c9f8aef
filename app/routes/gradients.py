"""POST /gradients: the gradient of a digit's loss by every weight, bias and pixel."""

from __future__ import annotations

import io
import math
from dataclasses import asdict
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from app.errors import TooLarge
from app.pools import CHECKS, GRADIENTS
from app.routes import documents, options
from app.routes.bodies import OCTETS
from app.routes.inputs import Examples, labelled_images
from app.routes.predict import MODEL, json_response, model_of
from app.routes.raw import RawRoute
from app.schemas import predictions as schemas
from app.security import OpenToAll
from app.serving.evaluation import test_accuracies
from app.serving.explain import Explanation, explain
from app.serving.inference import ImageVerdict, LoadedModel
from model.network import Array

__all__ = ["document", "router"]

router = APIRouter(route_class=RawRoute, dependencies=[OpenToAll], tags=["Explain"])

MOST_LEARNING_RATE = 100.0
MOST_STEPS = 100
QUICK_PRODUCTS = 3 * 10**6  # images times weights: more are explained in a thread
MOST_BYTES = 16 * 10**6  # of an answer
NUMBER_BYTES = {"json": 15, "npz": 4}  # of a float32 in it, at most
TEST_DIGITS = 10_000  # as many as MNIST has

FLAG = {"type": "boolean", "default": False}
PARAMETERS = [
    options.parameter("full", "Include the gradient of W1, 100,352 numbers, in JSON.", FLAG),
    options.parameter(
        "format", "npz: every array, in a file that numpy.load opens.", {"enum": ["json", "npz"]}
    ),
    options.parameter("check", "Compare the gradients with central differences in float64.", FLAG),
    options.parameter(
        "learning_rate",
        "Try a gradient step of this α; repeated, each starts after the last. No model changes.",
        {
            "type": "array",
            "items": {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_LEARNING_RATE},
            "maxItems": MOST_STEPS,
        },
    ),
    options.parameter(
        "test_digits",
        "Count what share of the first so many test digits the model reads, and after the last "
        "step; 1,000 tell it within a point or two.",
        {"type": "integer", "minimum": 1, "maximum": TEST_DIGITS},
    ),
    options.parameter(
        "label",
        "The digit that the picture shows, where the body is the picture's file itself.",
        {"type": "integer", "minimum": 0, "maximum": 9},
    ),
    MODEL,
]


@router.post(
    "/gradients",
    summary="Explain one digit",
    response_model=schemas.Explanation,
    response_description="Forward and backward pass, number by number.",
    responses={
        200: {"content": {OCTETS: documents.octets("With format=npz: every array.")}},
        **documents.problems(400, 404, 413, 415, 422, 429, 503),
    },
    openapi_extra={
        "parameters": PARAMETERS,
        "requestBody": documents.body(
            json=(schemas.LabelledImage, schemas.LabelledImages, schemas.LabelledEncodedImage),
            form=schemas.LabelledForm,
            image=None,
        ),
    },
)
async def gradients(request: Request) -> Response:
    """Send an image and the digit it shows; or several, whose loss and gradients are averaged."""
    form = options.choice(request, "format", "json", "npz") or "json"
    full, check = options.flag(request, "full"), options.flag(request, "check")
    digits = options.whole(request, "test_digits", TEST_DIGITS)
    rates = options.positives(request, "learning_rate", MOST_LEARNING_RATE, MOST_STEPS)
    loaded = await model_of(request)
    examples = await labelled_images(request)
    _check_size(loaded, examples, form, full, len(rates))
    shared: ImageVerdict | None = None
    if examples.single:  # its forward pass may be shared with other requests' images
        shared = await request.app.state.inference.predict(loaded, examples.pixels)

    def answer() -> Response:
        passed = shared.trace if shared else loaded.classifier.trace(examples.pixels)
        explanation = explain(
            loaded.classifier.parameters,
            passed,
            examples.labels,
            check=check,
            learning_rates=rates,
        )
        if form == "npz":
            return _npz(loaded, explanation)
        found = document(loaded, explanation, examples.single, full)
        if digits is not None:
            _add_test_accuracy(found, loaded, explanation, digits)
        return json_response(found)

    products = len(examples.pixels) * loaded.classifier.parameters.vector.size
    long = len(rates) > 1 or products > QUICK_PRODUCTS or digits is not None
    if check or full or form == "npz" or long:
        return await (CHECKS if check else GRADIENTS).run(request.receive, answer)
    return answer()


def _check_size(loaded: LoadedModel, examples: Examples, form: str, full: bool, steps: int) -> None:
    """Raise TooLarge if the answer would have more bytes than one may."""
    parameters = loaded.classifier.parameters
    layers, first = parameters.layers, 0 if full else parameters.weights[0].size
    each = 2 * layers[0] + 3 * sum(layers[1:]) + (1 + steps) * layers[-1]
    weights = {"json": parameters.count - first, "npz": 2 * parameters.count}[form]
    most = MOST_BYTES // NUMBER_BYTES[form] - weights
    if most < each:
        raise TooLarge("gradients.network_size", found=parameters.count)
    if len(examples.pixels) * each > most:
        raise TooLarge("gradients.size", most=most // each, found=len(examples.pixels))


def _add_test_accuracy(
    found: dict[str, Any], loaded: LoadedModel, explanation: Explanation, digits: int
) -> None:
    """Add what the network reads of the test digits: as it is, and after the last step."""
    networks = [loaded.classifier.parameters]
    if explanation.steps:
        networks.append(explanation.stepped)
    accuracies = test_accuracies(loaded.classifier, networks, digits)
    found["test_accuracy"] = accuracies[0]
    if explanation.steps:
        found["step"]["test_accuracy"] = accuracies[1]


def document(
    loaded: LoadedModel, explanation: Explanation, single: bool, full: bool
) -> dict[str, Any]:
    """The JSON response as a dict of arrays and numbers; one image's arrays have no batch axis."""
    e = explanation

    def rows(array: Array) -> Array:
        return array[0] if single else array

    gradients = e.gradients.arrays()
    document: dict[str, Any] = {
        "loss": e.loss,
        "label": int(e.labels[0]) if single else e.labels,
        "probabilities": rows(e.trace.a[-1]),
        "input": rows(e.trace.a[0]),
        "layers": [
            {"z": rows(z), "a": rows(a)} for z, a in zip(e.trace.z, e.trace.a[1:], strict=True)
        ],
        "deltas": [rows(D) for D in e.gradients.deltas],
        "gradients": {name: array for name, array in gradients.items() if full or name != "W1"},
        "norms": {name: math.sqrt(np.vdot(array, array)) for name, array in gradients.items()},
        "input_gradient": rows(e.input_gradient),
        "model": loaded.id,
    }
    if e.check is not None:
        document["check"] = asdict(e.check)
    if e.steps:
        document["steps"] = [
            {
                "learning_rate": step.learning_rate,
                "squared_norm": step.squared_norm,
                "loss": step.loss,
                "probabilities": rows(step.probabilities),
                "predicted_loss": step.predicted_loss,
                "update_ratios": step.update_ratios,
            }
            for step in e.steps
        ]
        document["step"] = document["steps"][-1]
    return document


def _npz(loaded: LoadedModel, explanation: Explanation) -> Response:
    """An .npz of all arrays, named as in the derivation: X, Z1, A1, …, P, Y, D1, …, dW1, …, dX."""
    e = explanation
    arrays: dict[str, Any] = {"X": e.trace.a[0], "Y": e.y, "P": e.trace.a[-1], "loss": e.loss}
    arrays |= {f"Z{layer}": z for layer, z in enumerate(e.trace.z, start=1)}
    arrays |= {f"A{layer}": a for layer, a in enumerate(e.trace.a[1:-1], start=1)}
    arrays |= {f"D{layer}": D for layer, D in enumerate(e.gradients.deltas, start=1)}
    arrays |= loaded.classifier.parameters.arrays()
    arrays |= {f"d{name}": array for name, array in e.gradients.arrays().items()}
    arrays["dX"] = e.input_gradient
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    headers = {"Content-Disposition": 'attachment; filename="gradients.npz"', "X-Model": loaded.id}
    return Response(file.getvalue(), media_type=OCTETS, headers=headers)
