"""POST /predict and /predict/batch: recognise the digit in one image or in many."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request, Response

from app.routes import documents, options
from app.routes.inputs import JSON, OCTETS, Picture, Pixels, one_image, several_images, stages
from app.routes.raw import RawRoute
from app.schemas.predictions import BatchPrediction, ImageForm, Images, OneImage, Prediction
from app.security import OpenToAll
from app.serving.answer import answer, answers
from app.serving.inference import ImageVerdict, Inference, LoadedModel
from model.confidence.rejection import KINDS, predict_or_reject
from model.network import softmax

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


@router.post(
    "/predict",
    summary="Read one digit",
    response_model=Prediction,
    response_description="The digit, and how sure the network is of each.",
    responses=documents.problems(400, 404, 413, 415, 422, 429, 503),
    openapi_extra={
        "parameters": [DETAILS, MODEL],
        "requestBody": documents.body(json=OneImage, form=ImageForm),
    },
)
async def predict(request: Request) -> Response:
    """Send a picture as a form, or 28x28 pixels as JSON."""
    state = request.app.state
    loaded = await model_of(request)
    picture = await one_image(request)
    details: dict[str, Any] = {}
    result: ImageVerdict = await state.inference.predict(loaded, picture.pixels)
    if options.flag(request, "details"):
        details = await _details(loaded, result, picture)
    state.metrics.predictions.inc()
    return json_response(answer(result.verdict, result.row, loaded.id) | details)


async def _details(loaded: LoadedModel, result: ImageVerdict, picture: Picture) -> dict[str, Any]:
    trace, kinds = result.trace, result.verdict.kinds[result.row]
    # As derived, at temperature 1: only the answer's probabilities are calibrated.
    layers = zip(trace.z, [*trace.a[1:-1], softmax(trace.z[-1])], strict=True)
    return {
        "input": trace.a[0][0],
        "upright": loaded.classifier.upright(picture.pixels)[0] / np.float32(255),
        "layers": [{"z": z[0], "a": a[0]} for z, a in layers],
        "temperature": loaded.classifier.temperature,
        "kinds": dict(zip(KINDS, kinds, strict=True)),
        "stages": await stages(picture.file) if picture.file else None,
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
    if len(pixels) <= QUICK_IMAGES:
        content = _batch_answer(loaded, pixels, media)
    else:
        async with request.app.state.inference.batch:
            content = await asyncio.to_thread(_batch_answer, loaded, pixels, media)
    request.app.state.metrics.predictions.inc(len(pixels))
    headers = {"X-Model": loaded.id, "Vary": "Accept"}
    return Response(content, media_type=media, headers=headers)


def _batch_answer(loaded: LoadedModel, pixels: Pixels, media: str) -> bytes:
    parts = [pixels[start : start + CHUNK] for start in range(0, len(pixels), CHUNK)]
    if media == OCTETS:
        rows = [loaded.classifier.probabilities(part) for part in parts]
        return np.concatenate(rows).astype("<f4", copy=False).tobytes()  # (n, 10)
    verdicts = [predict_or_reject(loaded.classifier, part) for part in parts]
    return to_json(answers(verdicts, loaded.id))


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
