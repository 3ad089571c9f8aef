"""The models in memory: the active one and a few others, and what they read.

Predicting never touches the store. One look at it each second tells whether another replica has
activated a model or deleted one.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound, Unavailable
from app.logs import log
from app.store import models
from app.store.engine import Database
from model.classifier import Classifier
from model.confidence.detector import detector
from model.confidence.rejection import Verdict, predict_or_reject
from model.errors import CheckpointError
from model.network import Trace
from model.serialization.checkpoint import load_model

__all__ = ["ImageVerdict", "Inference", "LoadedModel", "check_servable"]

POLL_SECONDS = 1.0
MOST_OTHERS = 8  # models besides the active one: 0.4 MB each at 784-128-10

Pixels = NDArray[Any]  # (n, 784), 0..255


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model as it is in the store."""

    id: str
    sha256: str
    classifier: Classifier


class ImageVerdict(NamedTuple):
    """What is read in one image: a row of what was made of several at once."""

    verdict: Verdict
    row: int

    @property
    def trace(self) -> Trace:
        """The forward pass over this image alone."""
        mine = slice(self.row, self.row + 1)
        z, a = self.verdict.trace.z, self.verdict.trace.a
        return Trace([one[mine] for one in z], [one[mine] for one in a])


class Inference:
    """Which model answers. Any thread may ask."""

    def __init__(self, database: Database) -> None:
        detector()  # read now: the first request need not wait, and a missing file is told at once
        self._database = database
        self._active: LoadedModel | None = None
        self._others: OrderedDict[str, LoadedModel] = OrderedDict()
        self._lock = threading.Lock()
        self._watch: asyncio.Task[None] | None = None
        self._waiting: list[tuple[LoadedModel, Pixels, asyncio.Future[ImageVerdict]]] = []
        #: Held by a large batch: two at once would push each other's arrays out of the cache.
        self.batch = asyncio.Lock()

    @property
    def active(self) -> LoadedModel:
        """The model that answers when no other is named. Raises Unavailable before the first."""
        if self._active is None:
            raise Unavailable("model.none_loaded")
        return self._active

    def cached(self, id: str | None) -> LoadedModel | None:
        """The model, if it is in memory; None names the active one."""
        if id is None or (self._active is not None and id == self._active.id):
            return self.active
        with self._lock:
            if id in self._others:
                self._others.move_to_end(id)
            return self._others.get(id)

    def load(self, id: str) -> LoadedModel:
        """The model, from the store if need be: blocking. Raises NotFound."""
        cached = self.cached(id)
        if cached is not None:
            return cached
        loaded = self._load(id)
        with self._lock:
            self._others[id] = loaded
            while len(self._others) > MOST_OTHERS:
                self._others.popitem(last=False)
        return loaded

    async def get(self, id: str | None) -> LoadedModel:
        """The model, read in a thread when it is not in memory. Raises NotFound."""
        loaded = self.cached(id)
        return loaded if loaded is not None else await asyncio.to_thread(self.load, str(id))

    def predict(self, loaded: LoadedModel, pixels: Pixels) -> asyncio.Future[ImageVerdict]:
        """Read one image (1, 784); to be called in the event loop.

        Images that arrive in the same turn of the loop, or the next, share one forward pass: with
        many clients that costs a fraction of a pass each, and a lone image waits for nobody. (The
        second turn doubles how many share it: 12 of 16 clients instead of 6.)
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[ImageVerdict] = loop.create_future()
        if not self._waiting:
            loop.call_soon(loop.call_soon, self._predict_waiting)
        self._waiting.append((loaded, pixels, future))
        return future

    def _predict_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for loaded in dict.fromkeys(loaded for loaded, _, _ in waiting):
            mine = [(pixels, future) for other, pixels, future in waiting if other is loaded]
            try:
                batch = np.concatenate([pixels for pixels, _ in mine])  # (n, 784)
                verdict = predict_or_reject(loaded.classifier, batch)
            except Exception as error:
                for _, future in mine:
                    if not future.done():
                        future.set_exception(error)
                continue
            for row, (_, future) in enumerate(mine):
                if not future.done():  # done: its client has gone
                    future.set_result(ImageVerdict(verdict, row))

    def refresh(self) -> None:
        """Take over what other replicas have changed: blocking."""
        with self._database.read() as session:
            current = models.active(session)
        if current is not None and (
            self._active is None or current != (self._active.id, self._active.sha256)
        ):
            self._active = self._load(current[0])
        for id, loaded in list(self._others.items()):
            if not self._is_current(loaded):
                with self._lock:
                    self._others.pop(id, None)

    def start(self) -> None:
        """Look at the store each second from now on; to be called in the event loop."""
        self._watch = asyncio.create_task(self._keep_fresh())

    async def stop(self) -> None:
        """Stop looking."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _keep_fresh(self) -> None:
        reachable = True
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await asyncio.to_thread(self.refresh)
                reachable = True
            except Exception as error:  # whatever it is, the models in memory go on answering
                if reachable:  # said once, not each second
                    log.warning("models cannot be refreshed", error=str(error))
                reachable = False

    def _load(self, id: str) -> LoadedModel:
        with self._database.read() as session:
            sha256, data = models.get(session, id).sha256, models.weights(session, id)
        return LoadedModel(id, sha256, load_model(data))

    def _is_current(self, loaded: LoadedModel) -> bool:
        try:
            with self._database.read() as session:
                return models.get(session, loaded.id).sha256 == loaded.sha256
        except NotFound:
            return False


def check_servable(classifier: Classifier) -> None:
    """Refuse what is a network, but not one that reads digits from 28x28: CheckpointError."""
    layers = classifier.parameters.layers
    if layers[0] != 784:
        raise CheckpointError("model.inputs", expected=784, found=layers[0])
    if layers[-1] != 10:
        raise CheckpointError("model.outputs", layer=len(layers) - 1, expected=10, found=layers[-1])
