"""What the tests of the exercises' page share: answers by NumPy, and ways to submit them."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from model.exercises import Exercise, mistake, wrong_gradients

Opener = Callable[..., Page]
Grads = Mapping[str, np.ndarray]
FORGOTTEN = "no_slope"  # row 30


def by_numpy(task: Exercise) -> dict[str, np.ndarray]:
    """The gradients, worked out from the exercise's file alone."""
    W1, b1, W2, b2, X, y = (task.arrays()[name] for name in ("W1", "b1", "W2", "b2", "X", "y"))
    H = 1 / (1 + np.exp(-(X @ W1 + b1)))
    Z2 = H @ W2 + b2
    P = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    D2 = (P - np.eye(len(b2))[y]) / len(X)
    D1 = (D2 @ W2.T) * H * (1 - H)
    return {"dW2": H.T @ D2, "db2": D2.sum(axis=0), "dW1": X.T @ D1, "db1": D1.sum(axis=0)}


def with_mistake(task: Exercise, form: str) -> dict[str, np.ndarray]:
    return wrong_gradients(task.parameters, task.X, task.targets, mistake(form))


def file_of(grads: Grads) -> dict[str, Any]:
    file = io.BytesIO()
    np.savez(file, **grads)
    return {"name": "mine.npz", "mimeType": "application/zip", "buffer": file.getvalue()}


def type_in(page: Page, grads: Grads, write: Callable[[float], str] = "{:.4g}".format) -> None:
    for name, array in grads.items():
        fields = page.locator(f"[data-grid={name}] input")
        for at, value in enumerate(array.ravel()):
            fields.nth(at).fill(write(float(value)))


def check(page: Page) -> None:
    with page.expect_response("**/check*"):
        page.click("#check")


def paste(page: Page, text: str) -> None:
    """Into the field that has the keyboard."""
    page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const bubbling = { clipboardData, bubbles: true, cancelable: true };
          const paste = new ClipboardEvent("paste", bubbling);
          document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


def verdict(page: Page, name: str) -> str | None:
    return page.locator(f"#result [data-array={name}]").get_attribute("data-verdict")


def state(page: Page, level: int) -> str | None:
    return page.locator(f"#levels [data-level='{level}']").get_attribute("data-state")


def hunting(page: Page) -> None:
    page.locator("#hunt").scroll_into_view_if_needed()
    expect(page.locator("[data-entry]").first).to_be_visible()
