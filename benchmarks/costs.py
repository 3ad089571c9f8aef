"""Measures the CPU time of an epoch and of each kind of request, part by part.

    python benchmarks/costs.py [--rounds 9]

It is CPU time, so that other work on the machine is not counted. Training: plain SGD, batch 64,
60,000 images, as in benchmarks/training.py. Requests: the whole application without a network, 16
at a time, as many clients send them; logs and metrics are on.
"""

import argparse
import asyncio
import contextlib
import functools
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

import numpy as np
from serving import calls, picture

from app.imaging import decode
from app.main import create_app
from app.routes.gradients import document
from app.routes.predict import CHUNK, to_json
from app.serving.explain import explain
from app.serving.inference import LoadedModel
from app.settings import Settings
from model.confidence.rejection import predict_or_reject
from model.data.idx import Split, load_mnist_part
from model.optimizer import SGD
from model.preprocessing.gradient_features import edge_features
from model.preprocessing.normalize import to_mnist
from model.serialization.checkpoint import pretrained
from model.training import loop, step
from model.training.recipe import recipe
from model.training.sparse_step import SparseStep

TOGETHER = 16
AGAIN = 50
#: What is timed in an epoch: where it is called from, its name there, what it is.
PARTS = (
    (step, "forward", "forward"),
    (step, "backward", "backward"),
    (SGD, "step", "the step itself"),
    (SparseStep, "step", "a step, in all"),
    (loop._Run, "_descend", "steps and their loss"),
    (loop._Run, "_evaluate", "evaluation on 1,000 images"),
)


def timed(owner, name: str, spent: dict[str, float], title: str) -> None:
    """Replace `owner.name` by itself with a clock."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def clocked(*arguments, **named):
        began = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[title] = spent.get(title, 0.0) + time.process_time() - began

    setattr(owner, name, clocked)


def epoch(rounds: int) -> list[tuple[str, float]]:
    """Median milliseconds of an epoch and of its parts, each without the parts inside it."""
    images, labels = load_mnist_part("train")
    plain = recipe("blog", epochs=10_000, learning_rate=0.5, initialization="scaled")
    run = loop.train(plain, Split(images, labels, images[:1000], labels[:1000]))
    spent: dict[str, float] = {}
    for owner, name, title in PARTS:
        timed(owner, name, spent, title)
    seen = []
    for _ in range(rounds + 1):
        spent.clear()
        began = time.process_time()
        next(progress for progress in run if progress.state)
        seen.append({**spent, "all": time.process_time() - began})

    def median(*titles: str) -> float:
        return 1000 * statistics.median(sum(s.get(t, 0) for t in titles) for s in seen[1:])

    inside = median("forward", "backward", "the step itself")
    steps, descending = median("a step, in all"), median("steps and their loss")
    evaluating = median("evaluation on 1,000 images")
    return [
        ("forward: (1) and (2)", median("forward")),
        ("backward: (4) to (6)", median("backward")),
        ("θ ← θ − α dL/dθ", median("the step itself")),
        ("choosing the pixels in use, their rows of W1", steps - inside),
        ("the loss, slicing batches", descending - steps),
        ("evaluation on 1,000 images", evaluating),
        ("gathering images in a new order, the rest", median("all") - descending - evaluating),
        ("an epoch", median("all")),
    ]


async def requests(rounds: int) -> list[tuple[str, float]]:
    """Median microseconds of each kind of request."""
    kinds = {title: call for (server, title), call in calls().items() if server == "byhand"}
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=folder))
        async with app.router.lifespan_context(app):
            return [(title, await _cost(app, call, rounds)) for title, call in kinds.items()]


async def _cost(app, call, rounds: int) -> float:
    headers = {
        b"host": b"localhost",
        b"content-type": call.media.encode(),
        b"content-length": str(len(call.body)).encode(),
        b"accept": call.accept.encode(),
    }
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": call.path,
        "raw_path": call.path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": list(headers.items()),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict:
        return {"type": "http.request", "body": call.body, "more_body": False}

    async def send(message: dict) -> None:
        if message.get("status", 200) != 200:
            raise SystemExit(f"{call.path}: {message}")

    seen = []
    for _ in range(rounds + 1):
        began = time.process_time()
        for _ in range(5):
            await asyncio.gather(*(app(dict(scope), receive, send) for _ in range(TOGETHER)))
        seen.append((time.process_time() - began) / (5 * TOGETHER))
    return 1e6 * statistics.median(seen[1:])


def inside(rounds: int) -> list[tuple[str, float]]:
    """Median microseconds an image of what requests call, called again and again by itself."""
    digits = load_mnist_part("test")[0][:CHUNK]
    model = pretrained()
    x, W1 = model.prepare(digits), model.parameters.weights[0]
    explaining = functools.partial(
        explain, model.parameters, model.trace(digits[:1]), np.array([7])
    )
    explained = document(
        LoadedModel("pretrained", "", model), explaining(), single=True, full=False
    )
    batch, together = f"a batch of {CHUNK}", digits[:TOGETHER]
    parts = [
        *_of_picture(picture(digits[0], 28), "28x28"),
        *_of_picture(picture(digits[0], 280), "280x280"),
        ("reading one image", 1, functools.partial(predict_or_reject, model, digits[:1])),
        (
            f"reading {TOGETHER} at a time",
            TOGETHER,
            functools.partial(predict_or_reject, model, together),
        ),
        ("gradients: loss, backward pass", 1, explaining),
        ("gradients: their numbers as JSON", 1, functools.partial(to_json, explained)),
        (f"{batch}: deskewing", CHUNK, functools.partial(model.upright, digits)),
        (f"{batch}: their edges", CHUNK, functools.partial(edge_features, model.upright(digits))),
        (f"{batch}: X W1", CHUNK, functools.partial(np.matmul, x, W1)),
        (f"{batch}, in all", CHUNK, functools.partial(model.probabilities, digits)),
    ]
    return [(title, _microseconds(call, rounds) / many) for title, many, call in parts]


def _of_picture(file: bytes, title: str) -> list[tuple[str, int, Callable[[], object]]]:
    grey, lossy = decode.decode(file)
    ink = decode.foreground(grey, lossy)
    return [
        (f"PNG {title}: decoding", 1, functools.partial(decode.decode, file)),
        (f"PNG {title}: what is ink", 1, functools.partial(decode.foreground, grey, lossy)),
        (f"PNG {title}: to MNIST's 28x28", 1, functools.partial(to_mnist, ink)),
    ]


def _microseconds(call: Callable[[], object], rounds: int) -> float:
    seen = []
    for _ in range(rounds + 1):
        began = time.process_time()
        for _ in range(AGAIN):
            call()
        seen.append((time.process_time() - began) / AGAIN)
    return 1e6 * statistics.median(seen[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print("| part of an epoch | ms |\n|---|---|")
    for title, milliseconds in epoch(rounds):
        print(f"| {title} | {milliseconds:.0f} |")
    with contextlib.redirect_stderr(io.StringIO()):  # the log lines
        found = asyncio.run(requests(rounds))
    print("\n| request | µs inside the application |\n|---|---|")
    for title, microseconds in found:
        print(f"| {title} | {microseconds:,.0f} |")
    print("\n| part of a request, by itself | µs an image |\n|---|---|")
    for title, microseconds in inside(rounds):
        print(f"| {title} | {microseconds:.1f} |")


if __name__ == "__main__":
    main()
