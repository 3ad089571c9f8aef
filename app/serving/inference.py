"""Keeps the active model and a few others in memory and predicts with them.

Predicting with them never queries the store. One query a second finds out whether another replica
has activated or deleted a model.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import StoreError, Unavailable
from app.logs import log
from app.store import models
from app.store.engine import Database
from model.classifier import Classifier
from model.confidence.detector import detector
from model.confidence.rejection import Verdict, predict_or_reject
from model.errors import CheckpointError
from model.messages import Message
from model.network import Trace
from model.serialization.checkpoint import BUNDLED, bundled
from model.training.hyperparameters import MOST_WEIGHTS
from model.training.recipe import HYPERPARAMETERS

__all__ = [
    "QUICK_PRODUCTS",
    "ImageVerdict",
    "Inference",
    "LoadedModel",
    "check_servable",
    "images_at_once",
]

POLL_SECONDS = 1.0
MOST_OTHERS = 40  # models besides the active one: 0.4 MB each at 784-128-10, all ages of one
# Of them together: 40 as above, or one of the largest that the service trains. A larger one, which
# an earlier version trained, is kept alone.
MOST_BYTES = 16 * 2**20
# Images times weights of a pass in the event loop, 256 of 784-128-10: 20 ms. More is for a thread.
QUICK_PRODUCTS = 26 * 10**6
PASS_VALUES = 2**20  # of all layers and images of a pass, twice 4 bytes each

Pixels = NDArray[Any]  # (n, 784), 0..255


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model of the store, loaded into memory."""

    id: str
    sha256: str
    classifier: Classifier

    @property
    def bytes(self) -> int:
        """What its weights take in memory."""
        return self.classifier.parameters.vector.nbytes


class ImageVerdict(NamedTuple):
    """The verdict on one image: its row in the verdict on all images of the same pass."""

    verdict: Verdict
    row: int

    @property
    def trace(self) -> Trace:
        """The forward pass over this image alone."""
        mine = slice(self.row, self.row + 1)
        z, a = self.verdict.trace.z, self.verdict.trace.a
        return Trace([one[mine] for one in z], [one[mine] for one in a])


class Inference:
    """A thread-safe cache of models; images that arrive together share a forward pass."""

    def __init__(self, database: Database) -> None:
        detector()  # now: the first request need not wait, and a missing file is noticed
        self._database = database
        self._active: LoadedModel | None = None
        self._chosen: tuple[str, str] | None = None  # id and SHA-256 of what the store names
        #: Why another model than the chosen one is active.
        self.notice: Message | None = None
        self._others: OrderedDict[str, LoadedModel] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()  # by the one thread that loads a model
        self._watch: asyncio.Task[None] | None = None
        self._waiting: list[tuple[LoadedModel, Pixels, asyncio.Future[ImageVerdict]]] = []

    @property
    def active(self) -> LoadedModel:
        """The model for requests that name none. Raises Unavailable until one is loaded."""
        if self._active is None:
            raise Unavailable("model.none_loaded")
        return self._active

    def cached(self, id: str | None) -> LoadedModel | None:
        """The model with this id, or None if it is not in memory. Without an id, the active one."""
        if id is None or (self._active is not None and id == self._active.id):
            return self.active
        with self._lock:
            if id in self._others:
                self._others.move_to_end(id)
            return self._others.get(id)

    def load(self, id: str) -> LoadedModel:
        """The model, loaded from the store if necessary, which blocks. Raises NotFound.

        Loading takes several times a model's size, so one is loaded at a time, once for all who
        ask for it meanwhile, and others leave the memory before.
        """
        if (cached := self.cached(id)) is not None:
            return cached
        with self._database.read() as session:  # here: nobody should wait only to learn of trouble
            _, size = models.file(session, id)
        with self._loading:
            if (cached := self.cached(id)) is not None:
                return cached
            self._make_room(size)
            loaded = self._load(id)
            self._make_room(loaded.bytes)  # a file may be compressed
            with self._lock:
                self._others[id] = loaded
        return loaded

    async def get(self, id: str | None) -> LoadedModel:
        """The model, loaded in a thread if it is not in memory. Raises NotFound."""
        loaded = self.cached(id)
        return loaded if loaded is not None else await asyncio.to_thread(self.load, str(id))

    def predict(self, loaded: LoadedModel, pixels: Pixels) -> asyncio.Future[ImageVerdict]:
        """Classify one image (1, 784). Must be called in the event loop.

        Images that arrive in this iteration of the loop or the next share one forward pass: with
        many clients each costs a fraction of a pass, and a single image hardly waits. (The second
        iteration doubles how many share a pass: 12 of 16 clients instead of 6.)
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
            verdict = partial(_verdict, loaded, [pixels for pixels, _ in mine])
            if len(mine) * loaded.classifier.parameters.count <= QUICK_PRODUCTS:
                _tell([future for _, future in mine], verdict)
            else:
                passed = asyncio.get_running_loop().run_in_executor(None, verdict)
                passed.add_done_callback(partial(_tell_of, [future for _, future in mine]))

    def refresh(self) -> None:
        """Reload the active model and drop deleted ones if another replica changed them. Blocks."""
        with self._database.read() as session:
            current = models.active(session)
        with self._loading:
            if current is not None and current != self._chosen:
                self._active = self._load_or_fall_back(current[0])
                self._chosen = current
        others = dict(self._others)
        if not others:
            return
        with self._database.read() as session:
            there = models.current(session, others)
        for id, loaded in others.items():
            # A snapshot does not change: it is there or not.
            if id not in there or there[id] not in (loaded.sha256, None):
                with self._lock:
                    self._others.pop(id, None)

    def start(self) -> None:
        """Start to query the store each second. Must be called in the event loop."""
        self._watch = asyncio.create_task(self._keep_fresh())

    async def stop(self) -> None:
        """Stop querying the store."""
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
            except Exception as error:  # whatever the cause, the models in memory can still predict
                if reachable:  # logged once, not each second
                    log.warning("models cannot be refreshed", error=str(error))
                reachable = False

    def _make_room(self, size: int) -> None:
        """Let models go, those first that nobody has asked for longest, until one more fits."""
        with self._lock:
            kept = sum(each.bytes for each in self._others.values())
            while self._others and (len(self._others) >= MOST_OTHERS or kept + size > MOST_BYTES):
                _, gone = self._others.popitem(last=False)
                kept -= gone.bytes

    def _load(self, id: str) -> LoadedModel:
        with self._database.read() as session:
            classifier, digest = models.load(session, id)
        return LoadedModel(id, digest, classifier)

    def _load_or_fall_back(self, id: str) -> LoadedModel:
        """The model, or the bundled one that reads best when the store's is damaged."""
        try:
            loaded, self.notice = self._load(id), None
            check_servable(loaded.classifier)
            return loaded
        except StoreError:
            raise
        except Exception as error:  # whatever is wrong with it: digits are read all the same
            instead = BUNDLED[0]
            values = {"id": id, "instead": instead, "problem": str(error)}
            self.notice = Message("model.instead", values)
            log.error("the active model is damaged", model=id, instead=instead, error=str(error))
            return LoadedModel(instead, "", bundled(instead))


def _verdict(loaded: LoadedModel, images: list[Pixels]) -> Verdict:
    return predict_or_reject(loaded.classifier, np.concatenate(images))


def _tell_of(futures: list[asyncio.Future[ImageVerdict]], passed: asyncio.Future[Verdict]) -> None:
    _tell(futures, passed.result)


def _tell(futures: list[asyncio.Future[ImageVerdict]], passed: Callable[[], Verdict]) -> None:
    """Give each image its row of the pass, or the error that it ended with."""
    try:
        verdict = passed()
    except Exception as error:
        for future in futures:
            if not future.done():
                future.set_exception(error)
        return
    for row, future in enumerate(futures):
        if not future.done():  # done: its client has disconnected
            future.set_result(ImageVerdict(verdict, row))


def images_at_once(classifier: Classifier, most: int) -> int:
    """How many images, up to `most`, go into one pass: fewer for a network of many units."""
    return max(1, min(most, PASS_VALUES // sum(classifier.parameters.layers)))


def check_servable(classifier: Classifier) -> None:
    """Raise CheckpointError for a network that does not map 784 inputs to 10 outputs.

    So it does for one that is larger than any that can be trained.
    """
    layers = classifier.parameters.layers
    if layers[0] != 784:
        raise CheckpointError("model.inputs", expected=784, found=layers[0])
    if layers[-1] != 10:
        raise CheckpointError("model.outputs", layer=len(layers) - 1, expected=10, found=layers[-1])
    hidden, allowed = layers[1:-1], HYPERPARAMETERS["hidden_layers"]
    if len(hidden) > allowed.most:
        raise CheckpointError("model.layers", most=allowed.most, found=len(hidden))
    if max(hidden, default=0) > allowed.high:
        raise CheckpointError("model.units", most=int(allowed.high), found=max(hidden))
    if classifier.parameters.count > MOST_WEIGHTS:
        raise CheckpointError("model.weights", most=MOST_WEIGHTS, found=classifier.parameters.count)
