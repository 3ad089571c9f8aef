"""The network and its gradients, derived by hand.

Rows are examples: X is (m, n_0), W_l is (n_{l-1}, n_l), b_l is (n_l,). With g the activation:

    Z_l = A_{l-1} W_l + b_l       A_l = g(Z_l)       A_0 = X                          (6)
    P   = softmax(Z_L)                                                                (3)
    L   = −(1/m) Σ_i Σ_k Y_ik log P_ik                                                (5)
    D_L = (P − Y)/m                                                                  (13)
    D_l = (D_{l+1} W_{l+1}ᵀ) ∘ g'(Z_l)                                               (17)
    dW_l = A_{l-1}ᵀ D_l           db_l = column sums of D_l                          (18)

The numbers are those of the equations in static/derivation.html, which writes an example as a
column: each array here is the transpose of its counterpart there.

`forward` returns a `Trace` of its intermediate values and `backward` takes it. Neither keeps state,
so any number of threads may share one `Parameters`. Both write into preallocated arrays when `out`
is given: training reuses one set for all of its steps, other callers leave it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from model.activations import ACTIVATIONS, Array
from model.errors import RecipeError, ShapeError

__all__ = [
    "INITIALIZATIONS",
    "Array",
    "Gradients",
    "Parameters",
    "Trace",
    "backward",
    "cross_entropy",
    "forward",
    "forward_to_logits",
    "initialize",
    "input_gradient",
    "one_hot",
    "softmax",
]

#: The schemes that `initialize` knows.
INITIALIZATIONS = ("scaled", "blog", "standard_normal")


class Parameters:
    """Weights and biases of a fully connected network, as views of one contiguous vector θ.

    `weights[l]` is W_{l+1} (n_l, n_{l+1}), `biases[l]` is b_{l+1} (n_{l+1},), `vector` is θ
    (count,) in the order W1 b1 W2 b2 …; writing to one writes to the other. An optimiser sees
    only θ.
    """

    def __init__(
        self,
        layers: Sequence[int],
        activation: str = "sigmoid",
        vector: Array | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if len(layers) < 2 or min(layers) < 1:
            raise ShapeError("network.layers", found=list(layers))
        if activation not in ACTIVATIONS:
            raise RecipeError(
                "activation", "recipe.activation", found=activation, allowed=list(ACTIVATIONS)
            )
        self.layers = tuple(int(size) for size in layers)
        self.activation = activation
        sizes = list(zip(self.layers, self.layers[1:], strict=False))
        count = sum(n_in * n_out + n_out for n_in, n_out in sizes)
        self.vector: Array = np.zeros(count, dtype) if vector is None else vector  # (count,)
        if self.vector.shape != (count,):
            raise ShapeError(
                "network.parameter_count",
                layers=self.layers,
                count=count,
                found=self.vector.shape,
            )
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        start = 0
        for n_in, n_out in sizes:
            middle, end = start + n_in * n_out, start + n_in * n_out + n_out
            self.weights.append(self.vector[start:middle].reshape(n_in, n_out))
            self.biases.append(self.vector[middle:end])
            start = end

    @property
    def count(self) -> int:
        """The number of trainable parameters, weights and biases together."""
        return self.vector.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision: float32 in training and serving, float64 in gradient checks."""
        return self.vector.dtype

    def arrays(self) -> dict[str, Array]:
        """The weights and biases by name, W1 b1 W2 b2 …, as views of the same memory."""
        named: dict[str, Array] = {}
        for number, (W, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            named |= {f"W{number}": W, f"b{number}": b}
        return named

    def astype(self, dtype: DTypeLike) -> "Parameters":
        """A copy of the parameters in another floating-point precision."""
        return Parameters(self.layers, self.activation, self.vector.astype(dtype))

    def copy(self) -> "Parameters":
        """A copy of the parameters that shares no memory with them."""
        return Parameters(self.layers, self.activation, self.vector.copy())

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], activation: str = "sigmoid") -> "Parameters":
        """Build a network from copies of W1 b1 W2 b2 …. Raises ShapeError where they misfit."""
        weights = [arrays[f"W{n}"] for n in range(1, len(arrays) // 2 + 1)]
        layers = [weights[0].shape[0], *(W.shape[1] for W in weights)]
        parameters = cls(layers, activation, dtype=weights[0].dtype)
        for name, place in parameters.arrays().items():
            if arrays[name].shape != place.shape:
                raise ShapeError(
                    "network.array_shape",
                    name=name,
                    expected=place.shape,
                    found=arrays[name].shape,
                )
            place[...] = arrays[name]
        return parameters


def initialize(
    layers: Sequence[int],
    activation: str,
    rng: np.random.Generator,
    scheme: str = "scaled",
) -> Parameters:
    """Draw the initial parameters of a network, in float32.

    The scheme `scaled` draws W ~ N(0, gain²/n_in) with the activation's gain, 1 for the softmax
    layer, and sets b = 0; `blog` draws W ~ N(0, 1/n_in) and b ~ U(0, 1), as does the text that the
    derivation completes; `standard_normal` draws W ~ N(0, 1) however many inputs a unit sums up,
    and sets b = 0: the sums are then so large that sigmoid and tanh are flat from the start.
    """
    parameters = Parameters(layers, activation)
    last = len(parameters.weights) - 1
    for number, (W, b) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        hidden_gain = ACTIVATIONS[activation].gain if number < last else 1.0
        gain = 1.0 if scheme == "blog" else hidden_gain
        deviation = 1.0 if scheme == "standard_normal" else gain / W.shape[0] ** 0.5
        W[...] = rng.standard_normal(W.shape) * deviation
        if scheme == "blog":
            b[...] = rng.random(b.shape)
    return parameters


@dataclass(frozen=True, slots=True)
class Trace:
    """The values of a forward pass: z[l] is Z_{l+1}, a[0] is X, a[l] is A_l and a[-1] is P."""

    z: list[Array]
    a: list[Array]

    @classmethod
    def empty(cls, parameters: Parameters, examples: int) -> "Trace":
        """Uninitialised arrays for batches of `examples` rows, to be passed as `out`."""
        shapes = [(examples, size) for size in parameters.layers]
        z = [np.empty(shape, parameters.dtype) for shape in shapes[1:]]
        return cls(z, [np.empty(shape, parameters.dtype) for shape in shapes])


class Gradients(Parameters):
    """The gradients dW_l and db_l, laid out like W_l and b_l, and each D_l (m, n_l)."""

    def __init__(self, parameters: Parameters, examples: int, vector: Array | None = None) -> None:
        super().__init__(parameters.layers, parameters.activation, vector, parameters.dtype)
        self.deltas = [np.empty((examples, size), self.dtype) for size in self.layers[1:]]
        self.ones = np.ones(examples, self.dtype)


def forward(parameters: Parameters, x: Array, out: Trace | None = None) -> Trace:
    """Compute equations (6) and (3) for x (m, n_0), 0..1 where the inputs are pixels.

    The trace that it returns holds all layers' values for these m rows.
    """
    trace = forward_to_logits(parameters, x, out)
    softmax(trace.z[-1], trace.a[-1])  #                                             (3)
    return trace


def forward_to_logits(parameters: Parameters, x: Array, out: Trace | None = None) -> Trace:
    """Compute equation (6) alone: as `forward`, with a[-1] of the trace left for a softmax."""
    trace = Trace.empty(parameters, len(x)) if out is None else out
    activate = ACTIVATIONS[parameters.activation].function
    trace.a[0] = x  # (m, n_0)
    last = len(parameters.weights) - 1
    for layer, (W, b) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        Z = np.matmul(trace.a[layer], W, out=trace.z[layer])  # (m, n_l)            (6)
        Z += b
        if layer < last:
            activate(Z, trace.a[layer + 1])
    return trace


def softmax(z: Array, out: Array | None = None) -> Array:
    """P_ik = e^{z_ik} / Σ_j e^{z_ij}, for logits z (m, k).

    Subtracting each row's maximum first cancels in the quotient and leaves no exponent above 0, so
    nothing overflows unless two logits of a row differ by more than the dtype can hold.
    """
    P: Array = np.subtract(z, _row_maxima(z), out=out)  # (m, k)
    np.exp(P, out=P)
    P /= _row_sums(P)
    return P


# NumPy reduces a short last axis one number at a time. Reducing the columns of a transposed copy,
# or a product with ones, takes a tenth to a half of the time.
def _row_maxima(z: Array) -> Array:
    maxima: Array = np.ascontiguousarray(z.T).max(axis=0)  # (m,)
    return maxima[:, None]


def _row_sums(p: Array) -> Array:
    sums: Array = np.dot(p, np.ones((p.shape[1], 1), p.dtype))  # (m, 1)
    return sums


def cross_entropy(logits: Array, y: Array) -> float:
    """Compute equation (5), the mean cross-entropy of m examples, in nats.

    logits is Z_L (m, k); y (m, k) is one-hot or has any rows that sum to 1. The loss is written as
    log P_ik = z_ik − lse_i, with lse the log-sum-exp of a row. So no probability that underflows to
    0 is put into a logarithm, and the loss is finite for all finite logits.
    """
    z = np.ascontiguousarray(logits.T)  # (k, m): NumPy is slow along a short last axis
    shifted = z - z.max(axis=0)
    # In float64, since a confident row sums to 1 + ε with an ε that float32 would round away.
    lse = np.log(np.exp(shifted).sum(axis=0, dtype=np.float64))  # (m,)
    return float((lse - (y.T * shifted).sum(axis=0)).mean())


def backward(
    parameters: Parameters, trace: Trace, y: Array, out: Gradients | None = None
) -> Gradients:
    """Compute equations (13), (17), (18) for the m examples of `trace`; y (m, k) has their targets.

    Each row of y, one-hot or soft, must sum to 1: only then is the derivative of (5) through (3)
    simply P − Y.
    """
    grads = out or Gradients(parameters, len(y), np.empty_like(parameters.vector))
    scale_by_derivative = ACTIVATIONS[parameters.activation].scale_by_derivative
    last = len(parameters.weights) - 1
    for layer in range(last, -1, -1):
        D = grads.deltas[layer]  # (m, n_l)
        if layer == last:
            np.subtract(trace.a[-1], y, out=D)
            D /= len(y)  #                                                          (13)
        else:
            np.matmul(grads.deltas[layer + 1], parameters.weights[layer + 1].T, out=D)
            scale_by_derivative(D, trace.a[layer + 1])  #                           (17)
        # dot, not matmul: for a single example matmul takes seven times as long.
        np.dot(trace.a[layer].T, D, out=grads.weights[layer])  # (n_{l-1}, n_l)     (18)
        np.dot(grads.ones, D, out=grads.biases[layer])  # 1ᵀ D, faster than np.sum (n_l,)
    return grads


def input_gradient(parameters: Parameters, grads: Gradients) -> Array:
    """dL/dX = D_1 W_1ᵀ (m, n_0): how the loss changes with each input, to first order."""
    return grads.deltas[0] @ parameters.weights[0].T


def one_hot(labels: NDArray[Any], classes: int = 10, dtype: DTypeLike = np.float32) -> Array:
    """The one-hot targets Y (m, classes) of labels (m,): 1 at each row's label, 0 elsewhere."""
    y: Array = np.zeros((len(labels), classes), dtype)
    y[np.arange(len(labels)), labels] = 1
    return y
