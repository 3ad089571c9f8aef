"""POST /predict and /predict/batch: recognise the digit in one image or in many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request, Response

from app.imaging.decode import DigitsInPicture
from app.pools import BATCHES, PICTURES, heed
from app.routes import documents, options
from app.routes.bodies import JSON, OCTETS
from app.routes.inputs import digits_in_picture, one_image, several_images
from app.routes.pictures import Picture, stages
from app.routes.pixels import Pixels
from app.routes.raw import RawRoute
from app.schemas.predictions import (
    BatchPrediction,
    DigitsPrediction,
    EncodedImage,
    ImageForm,
    Images,
    OneImage,
    Prediction,
)
from app.security import OpenToAll
from app.serving.answer import answer, answers
from app.serving.inference import (
    QUICK_PRODUCTS,
    ImageVerdict,
    Inference,
    LoadedModel,
    images_at_once,
)
from app.serving.readings import settle
from model.confidence.rejection import KINDS, Verdict, predict_or_reject
from model.network import Trace, softmax
from model.preprocessing import normalize

__all__ = ["router"]

router = APIRouter(route_class=RawRoute, dependencies=[OpenToAll], tags=["Predict"])

CHUNK = 256  # images in one forward pass: their arrays fit into the processor's cache
QUICK_IMAGES = 256  # more are computed in a thread, so that single drawings need not wait

MODEL = options.parameter(
    "model", "The id of the model to use; default: the active one.", {"type": "string"}
)
DETAILS = options.parameter(
    "details",
    "Add the network's input and each layer's values.",
    {"type": "boolean", "default": False},
)


DIGITS = options.parameter(
    "digits",
    "many: read each digit of the picture, line by line, from left to right, with its box. "
    "one, the default: a picture with several is answered as uncertain.",
    {"type": "string", "enum": ["one", "many"], "default": "one"},
)


@router.post(
    "/predict",
    summary="Read one digit, or each digit of a picture",
    response_model=Prediction | DigitsPrediction,
    response_description="The digit, and how sure the network is of each.",
    responses=documents.problems(400, 404, 413, 415, 422, 429, 503),
    openapi_extra={
        "parameters": [DETAILS, DIGITS, MODEL],
        "requestBody": documents.body(json=(OneImage, EncodedImage), form=ImageForm, image=None),
    },
)
async def predict(request: Request) -> Response:
    """Send a picture as a form, or 28x28 pixels as JSON."""
    state = request.app.state
    loaded = await model_of(request)
    if options.choice(request, "digits", "one", "many") == "many":
        return await _predict_many(request, loaded)
    picture = await one_image(request)
    details: dict[str, Any] = {}
    result: ImageVerdict = await state.inference.predict(loaded, picture.pixels)
    if picture.exchanged is not None:
        exchanged = await state.inference.predict(loaded, picture.exchanged)
        result = settle(result, exchanged)
        if result is exchanged:
            picture = replace(picture, pixels=picture.exchanged)
    if options.flag(request, "details"):
        details = await _details(request, loaded, result, picture)
    state.metrics.predictions.inc()
    classes = loaded.classifier.classes
    return json_response(answer(result.verdict, result.row, loaded.id, classes) | details)


async def _predict_many(request: Request, loaded: LoadedModel) -> Response:
    found = await digits_in_picture(request)
    content = await PICTURES.run(request.receive, _each_digit, loaded, found)
    request.app.state.metrics.predictions.inc(len(found.digits))
    return json_response(content)


def _each_digit(loaded: LoadedModel, found: DigitsInPicture) -> dict[str, Any]:
    """The answer for a picture: one for each digit, with its 28x28 pixels and its box."""
    pixels = np.stack([normalize.to_mnist(digit.ink).ravel() for digit in found.digits])
    verdict = predict_or_reject(loaded.classifier, pixels)
    digits = [
        answer(verdict, row, loaded.id, loaded.classifier.classes)
        | {"box": asdict(digit.box), "pixels": pixels[row]}
        for row, digit in enumerate(found.digits)
    ]
    return {
        "digits": digits,
        "number": "".join(str(each["digit"]) for each in digits),
        "width": found.width,
        "height": found.height,
        "model": loaded.id,
    }


async def _details(
    request: Request, loaded: LoadedModel, result: ImageVerdict, picture: Picture
) -> dict[str, Any]:
    trace, kinds = result.trace, result.verdict.kinds[result.row]
    # As derived, at temperature 1: only the answer's probabilities are calibrated.
    layers = zip(trace.z, [*trace.a[1:-1], softmax(trace.z[-1])], strict=True)
    names = loaded.classifier.classes
    return {
        **({"classes": names} if names else {}),
        "input": trace.a[0][0],
        "upright": loaded.classifier.upright(picture.pixels)[0] / np.float32(255),
        "layers": [{"z": z[0], "a": a[0]} for z, a in layers],
        "temperature": loaded.classifier.temperature,
        "calibrated": loaded.classifier.calibrated,
        "kinds": dict(zip(KINDS, kinds, strict=True)),
        "stages": await stages(request, picture) if picture.file else None,
    }


@router.post(
    "/predict/batch",
    summary="Read many digits",
    response_model=BatchPrediction,
    response_description="The digits, in the order they were sent.",
    responses={
        200: {"content": {OCTETS: documents.octets("n x 10 little-endian float32")}},
        **documents.problems(400, 404, 406, 413, 415, 422, 429, 503),
    },
    openapi_extra={
        "parameters": [MODEL],
        "requestBody": documents.body(json=Images, octets=None),
    },
)
async def predict_batch(request: Request) -> Response:
    """Send n x 784 bytes or JSON. With Accept: application/octet-stream the answer is in bytes."""
    media = options.preferred(request, JSON, OCTETS)
    loaded = await model_of(request)
    pixels = await several_images(request)
    products = len(pixels) * loaded.classifier.parameters.count
    if len(pixels) <= QUICK_IMAGES and products <= QUICK_PRODUCTS:
        content = _batch_answer(loaded, pixels, media)
    else:
        content = await BATCHES.run(request.receive, _batch_answer, loaded, pixels, media)
    request.app.state.metrics.predictions.inc(len(pixels))
    headers = {"X-Model": loaded.id, "Vary": "Accept"}
    return Response(content, media_type=media, headers=headers)


def _batch_answer(loaded: LoadedModel, pixels: Pixels, media: str) -> bytes:
    step = images_at_once(loaded.classifier, CHUNK)
    parts = [pixels[start : start + step] for start in range(0, len(pixels), step)]
    if media == OCTETS:
        rows = [loaded.classifier.probabilities(part) for part in _wanted(parts)]
        return np.concatenate(rows).astype("<f4", copy=False).tobytes()  # (n, 10)
    verdicts = [_without_trace(loaded, part) for part in _wanted(parts)]
    return to_json(answers(verdicts, loaded.id, loaded.classifier.classes))


def _without_trace(loaded: LoadedModel, part: Pixels) -> Verdict:
    """The verdict with its probabilities alone: a trace is a hundred times as large."""
    verdict = predict_or_reject(loaded.classifier, part)
    return verdict._replace(trace=Trace([], verdict.trace.a[-1:]))


def _wanted(parts: list[Pixels]) -> Iterator[Pixels]:
    for part in parts:
        heed()
        yield part


async def model_of(request: Request) -> LoadedModel:
    """The model with the id in `?model=`, by default the active one. Raises NotFound."""
    inference: Inference = request.app.state.inference
    return await inference.get(options.model(request))


def json_response(answer: dict[str, Any]) -> Response:
    """A JSON response from a dict that may hold NumPy arrays."""
    return Response(to_json(answer), media_type=JSON)


def to_json(answer: dict[str, Any]) -> bytes:
    """Encode as JSON: float32 by its shortest exact decimal form, NaN and infinities as null."""
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
