"""Networks that see pixels or edges, for a page to look into, whatever the bundled one sees."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import Page

from model.classifier import Classifier
from model.network import initialize
from model.serialization.checkpoint import dump_model


@contextmanager
def looked_into(page: Page, address: str, features: str) -> Iterator[str]:
    """The page open at `address` with an untrained network that sees these features; its id."""
    parameters = initialize((784, 128, 10), "sigmoid", np.random.default_rng(3))
    network = dump_model(Classifier(parameters, deskew=True, features=features, name=features))
    file = {"name": "network.npz", "mimeType": "application/octet-stream", "buffer": network}
    models = f"{address}/models"
    id: str = page.request.post(models, multipart={"weights": file}).json()["id"]
    page.goto("about:blank")  # else only the part of the address after # changes
    page.goto(f"{address}/#model={id}")
    try:
        yield id
    finally:
        page.goto("about:blank")  # what it still asks for would be missing
        page.request.delete(f"{models}/{id}")
