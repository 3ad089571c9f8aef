"""Backward passes as students write them: a right one, and what is changed in it for each mistake.

They share no code with `model.exercises`: a mistake is a change in the text of a program.
"""

from typing import Any

import numpy as np

RIGHT = """
def backprop(X, y, W1, b1, W2, b2):
    m, k = len(X), len(b2)
    Y = np.eye(k)[y]
    # forward
    Z1 = X @ W1 + b1
    H = 1 / (1 + np.exp(-Z1))
    Z2 = H @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    # backward
    D2 = (P - Y) / m
    dW2 = H.T @ D2
    db2 = D2.sum(axis=0)
    back = D2 @ W2.T
    slope = H * (1 - H)
    D1 = back * slope
    dW1 = X.T @ D1
    db1 = D1.sum(axis=0)
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    # end
    return grads
"""

Changes = tuple[tuple[str, str], ...]


def change(*pairs: str) -> Changes:
    return tuple(zip(pairs[::2], pairs[1::2], strict=True))


D2, SLOPE, END = "D2 = (P - Y) / m", "slope = H * (1 - H)", "# end"
EACH = "grads = {name: %s for name, g in grads.items()}"

#: Row of the table, what it is called here, and what is put in place of what.
MISTAKES: tuple[tuple[int, str, Changes], ...] = (
    (1, "no 1/m", change(D2, "D2 = P - Y")),
    (1, "precedence of 1/m", change(D2, "D2 = (P - Y / m) * m / m")),
    (2, "1/m twice", change(D2, "D2 = (P - Y) / m / m")),
    (2, "mean of all numbers", change(D2, "D2 = (P - Y) / (P - Y).size")),
    (2, "mean of all squares", change(D2, "D2 = 2 * (P - Y) / P.size")),
    (2, "1/k for 1/m", change(D2, "D2 = (P - Y) / P.shape[1]")),
    (2, "1/(m - 1)", change(D2, "D2 = (P - Y) / (m - 1)")),
    (
        3,
        "1/m for W only",
        change("D2.sum(axis=0)", "(P - Y).sum(axis=0)", "D1.sum", "(D1 * m).sum"),
    ),
    (3, "1/m for b only", change("H.T @ D2", "H.T @ (P - Y)", "X.T @ D1", "X.T @ D1 * m")),
    (4, "layer 1 once more", change("back * slope", "back * slope / m")),
    (4, "layer 1 without", change("back = D2 @", "back = (P - Y) @")),
    (5, "factor 2", change(D2, "D2 = 2 * (P - Y) / m")),
    (5, "factor 1/2", change(D2, "D2 = (P - Y) / (2 * m)")),
    (6, "Y - P", change(D2, "D2 = (Y - P) / m")),
    (7, "log10", change(D2, "D2 = (P - Y) / m / np.log(10)")),
    (7, "log2", change(D2, "D2 = (P - Y) / m / np.log(2)")),
    (8, "step", change(END, EACH % "0.03 * g")),
    (8, "step down", change(END, EACH % "-0.001 * g")),
    (
        8,
        "new parameters",
        change(END, EACH % "{'dW1': W1, 'db1': b1, 'dW2': W2, 'db2': b2}[name] - 0.3 * g"),
    ),
    (9, "called twice", change(END, EACH % "g + g")),
    (
        10,
        "normalised",
        change(END, "n = sum((g**2).sum() for g in grads.values())**0.5; " + EACH % "g / n"),
    ),
    (10, "clipped", change(END, EACH % "np.clip(g, -0.02, 0.02)")),
    (10, "each normalised", change(END, EACH % "5 * g / np.linalg.norm(g)")),
    (11, "sigmoid' at the output", change(D2, "D2 = (P - Y) * P * (1 - P) / m")),
    (12, "diagonal", change(D2, "D2 = (-Y / P) * (P * (1 - P)) / m")),
    (
        13,
        "sign of the off-diagonal",
        change(
            D2,
            "J = [np.outer(p, p) - np.diag(p * p) + np.diag(p * (1 - p)) for p in P]; "
            "D2 = np.array([-(yy / p) @ j for yy, p, j in zip(Y, P, J)]) / m",
        ),
    ),
    (14, "no Jacobian", change(D2, "D2 = -Y / P / m")),
    (
        15,
        "squared loss",
        change(
            D2,
            "D2 = np.array([(p - yy) @ (np.diag(p) - np.outer(p, p)) for p, yy in zip(P, Y)]) / m",
        ),
    ),
    (16, "no Y", change(D2, "D2 = P / m")),
    (17, "argmax", change(D2, "D2 = (np.eye(k)[P.argmax(axis=1)] - Y) / m")),
    (
        18,
        "axis 0",
        change(
            "E.sum(axis=1, keepdims=True)",
            "E.sum(axis=0)",
            "Z2.max(axis=1, keepdims=True)",
            "Z2.max()",
        ),
    ),
    (
        18,
        "no axis",
        change(
            "E.sum(axis=1, keepdims=True)", "E.sum()", "Z2.max(axis=1, keepdims=True)", "Z2.max()"
        ),
    ),
    (
        19,
        "softmax twice",
        change("# backward", "P = np.exp(P) / np.exp(P).sum(axis=1, keepdims=True)"),
    ),
    (20, "sigmoid outputs", change("# backward", "P = 1 / (1 + np.exp(-Z2))")),
    (21, "one too high", change("np.eye(k)[y]", "np.eye(k)[(y + 1) % k]")),
    (21, "one too low", change("np.eye(k)[y]", "np.eye(k)[(y - 1) % k]")),
    (22, "rows shuffled", change("np.eye(k)[y]", "np.eye(k)[y[np.arange(m) - 1]]")),
    (22, "rows sorted", change("np.eye(k)[y]", "np.eye(k)[y[::-1]]")),
    (
        22,
        "rows permuted",
        change("np.eye(k)[y]", "np.eye(k)[np.random.default_rng(3).permutation(y)]"),
    ),
    (23, "labels as a column", change(D2, "D2 = (P - y.reshape(-1, 1)) / m")),
    (23, "transposed", change("dW2 = H.T @ D2", "dW2 = D2.T @ H")),
    (23, "not summed", change("D2.sum(axis=0)", "D2")),
    (23, "along the units", change("D1.sum(axis=0)", "D1.sum(axis=1)")),
    (24, "Z1", change("H.T @ D2", "Z1.T @ D2")),
    (24, "ones", change("H.T @ D2", "np.ones(H.T.shape) @ D2")),
    (25, "reshape H", change("H.T @ D2", "H.reshape(-1, m) @ D2")),
    (25, "reshape X", change("X.T @ D1", "X.reshape(-1, m) @ D1")),
    (25, "reshape W2", change("W2.T", "W2.reshape(k, -1)")),
    (26, "sum of all", change("D1.sum(axis=0)", "np.sum(D1) * np.ones(len(b1))")),
    (27, "mean", change("D2.sum(axis=0)", "D2.mean(axis=0)", "D1.sum(axis=0)", "D1.mean(axis=0)")),
    (27, "mean in one", change("D1.sum(axis=0)", "D1.mean(axis=0)")),
    (28, "no biases", change("D2.sum(axis=0)", "0 * b2", "D1.sum(axis=0)", "0 * b1")),
    (28, "one without", change("D1.sum(axis=0)", "0 * b1")),
    (29, "last", change(D2, "D2 = np.zeros_like(P); D2[-1] = (P[-1] - Y[-1]) / m")),
    (29, "dW2 without +=", change("dW2 = H.T @ D2", "dW2 = np.outer(H[-1], D2[-1])")),
    (29, "dW1 without +=", change("dW1 = X.T @ D1", "dW1 = np.outer(X[-1], D1[-1])")),
    (29, "db2 without +=", change("D2.sum(axis=0)", "D2[-1]")),
    (29, "db1 without +=", change("D1.sum(axis=0)", "D1[-1]")),
    (29, "another one", change(D2, "D2 = np.zeros_like(P); D2[1] = (P[1] - Y[1]) / m")),
    (30, "no slope", change(SLOPE, "slope = 1")),
    (30, "no slope in db1", change("D1.sum(axis=0)", "back.sum(axis=0)")),
    (30, "no slope in dW1", change("X.T @ D1", "X.T @ back")),
    (31, "at h", change(SLOPE, "s = 1 / (1 + np.exp(-H)); slope = s * (1 - s)")),
    (32, "z(1 - z)", change(SLOPE, "slope = Z1 * (1 - Z1)")),
    (33, "1 - h^2", change(SLOPE, "slope = 1 - H**2")),
    (33, "tanh", change(SLOPE, "slope = 1 - np.tanh(Z1)**2")),
    (33, "relu", change(SLOPE, "slope = np.where(Z1 > 0, 1, 0)")),
    (33, "leaky relu", change(SLOPE, "slope = np.where(Z1 > 0, 1, 0.01)")),
    (33, "h", change(SLOPE, "slope = H")),
    (33, "1 - h", change(SLOPE, "slope = 1 - H")),
    (33, "squared", change(SLOPE, "slope = (H * (1 - H))**2")),
    (33, "precedence of 1 - h", change("D1 = back * slope", "D1 = back * H * 1 - H")),
    (33, "h(h - 1)", change(SLOPE, "slope = H * (H - 1)")),
    (33, "a slope of one's own", change(SLOPE, "slope = H**3 + 0.1")),
    (34, "mask by the gradient", change("D1 = back * slope", "D1 = back * (back > 0)")),
    (34, "both", change("D1 = back * slope", "D1 = back * slope * (back > 0)")),
    (34, "in place", change("D1 = back * slope", "D1 = slope")),
    (34, "ones in place", change("D1 = back * slope", "D1 = (Z1 > 0) * 1.0")),
    (35, "updated first", change("back = D2", "W2 = W2 - 0.5 * dW2; back = D2")),
    (36, "no W2", change("D2 @ W2.T", "D2 @ np.ones(W2.T.shape)")),
    (36, "-W2", change("D2 @ W2.T", "D2 @ -W2.T")),
    (36, "|W2|", change("D2 @ W2.T", "D2 @ abs(W2).T")),
    (37, "bytes backward", change("X.T @ D1", "(255 * X).T @ D1")),
    (37, "bytes throughout", change("# forward", "X = 255 * X")),
    (38, "no b1", change("X @ W1 + b1", "X @ W1")),
    (38, "no b2", change("H @ W2 + b2", "H @ W2")),
    (38, "no bias", change("X @ W1 + b1", "X @ W1", "H @ W2 + b2", "H @ W2")),
    (38, "another batch", change("H = 1", "Z1 = Z1[np.arange(m) - 1]; H = 1")),
    (39, "decay", change("H.T @ D2", "H.T @ D2 + 0.05 * W2", "X.T @ D1", "X.T @ D1 + 0.05 * W1")),
    (
        39,
        "decay by m",
        change("H.T @ D2", "H.T @ D2 + 0.1 / m * W2", "X.T @ D1", "X.T @ D1 + 0.1 / m * W1"),
    ),
    (
        39,
        "decay of all",
        change(END, EACH % "g + 0.02 * {'dW1': W1, 'db1': b1, 'dW2': W2, 'db2': b2}[name]"),
    ),
    (40, "whole numbers", change(END, EACH % "g.astype(int)")),
    (40, "float16", change(END, EACH % "g.astype(np.float16)")),
    (40, "clipped probabilities", change("# backward", "P = np.clip(P, 0.07, 0.93)")),
    (40, "overflow", change(D2, "D2 = (P - Y) / m * np.inf")),
)


def run(changes: Changes, X: Any, y: Any, **parameters: Any) -> dict[str, Any]:
    """What the changed program returns."""
    text = RIGHT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    names: dict[str, Any] = {"np": np}
    with np.errstate(all="ignore"):
        exec(text, names)
        grads: dict[str, Any] = names["backprop"](X, y, **parameters)
    return grads
